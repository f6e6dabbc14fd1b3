"""The program's first lines, for the `setwright` script and for `python -m setwright`.

Loading the rest takes longer than it takes somebody to think better of it, so Ctrl-C already ends tidily before that.
"""

from __future__ import annotations

import os
import signal
from typing import NoReturn


def main() -> NoReturn:
    """Run `setwright` as a program."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else somebody had it ignored
        signal.signal(signal.SIGINT, _leave)
    from setwright.cli.main import main as run

    run()


def _leave(_sent: int, _frame: object) -> NoReturn:
    """End at once: nothing has begun, and a library that is being loaded might swallow an exception."""
    os.write(2, b"Interrupted.\n")
    os._exit(130)


if __name__ == "__main__":
    main()
