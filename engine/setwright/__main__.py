"""The program's first lines, for the `setwright` script and for `python -m setwright`.

Loading the rest takes longer than it takes somebody to think better of it, so Ctrl-C already ends tidily before that.
Hence nothing is loaded here that a handler does not need, not even types.
"""

from __future__ import annotations

import gc
import os
import signal
import sys


def main() -> None:
    """Run `setwright` as a program."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else somebody had it ignored
        signal.signal(signal.SIGINT, _leave)
    # Libraries, and the values of a command, are kept until it ends. To look for circles among them after every 700,
    # as Python does, takes a sixth of the time of a plan. A thousand specs come to 120,000.
    gc.set_threshold(200_000, 20, 20)
    if not sys.warnoptions:  # -W and PYTHONWARNINGS ask for them
        import warnings

        # Of what libraries warn, of Pillow's palettes say, those who write programs can make something, and no others.
        warnings.simplefilter("ignore")
    from setwright.cli.main import main as run

    run()


def _leave(_sent: int, _frame: object) -> None:
    """End at once: nothing has begun, and a library that is being loaded might swallow an exception."""
    os.write(2, b"Interrupted.\n")
    os._exit(130)


if __name__ == "__main__":
    main()
