"""What remotes behind HTTP have in common: a sound connection, and credentials that never show."""
