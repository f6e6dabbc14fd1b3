"""`python -m setwright`, for where the `setwright` script is not on the path."""

from setwright.cli.main import main

main()
