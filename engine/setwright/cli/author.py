"""Who we are to others: the author of revisions, the holder of locks."""

from __future__ import annotations


def author() -> str:
    """`user@machine`."""
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
