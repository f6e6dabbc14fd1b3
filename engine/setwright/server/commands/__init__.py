"""`setwright serve` and its keys."""
