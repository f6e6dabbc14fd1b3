"""The command line: it parses, calls, renders, and picks an exit code. It decides nothing."""
