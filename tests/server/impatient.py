"""`setwright serve`, which tells its clients of a job after a moment.

Where the environment holds `STUCK`, what makes pictures never comes to an end, as on a disk that no longer answers,
and the server that is stopped waits two seconds for it.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import partial
from typing import Any

from setwright.cli.main import main
from setwright.pixels.executor import Processes
from setwright.server import service
from setwright.server.commands import serve

service.Limits = partial(service.Limits, patience=0.2)  # type: ignore[misc,assignment]


def _never(*_: Any) -> Any:
    print("stuck", file=sys.stderr, flush=True)
    threading.Event().wait()


if "STUCK" in os.environ:
    serve.STOPPED = 2.0
    Processes.done = _never  # type: ignore[assignment,method-assign]

if __name__ == "__main__":  # not again in the processes that it starts
    main()
