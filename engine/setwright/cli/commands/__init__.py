"""One module per command, each with a `command`. `setwright.cli.main` has the table of them."""
