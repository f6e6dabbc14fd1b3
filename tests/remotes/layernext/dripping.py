"""A server whose answers begin, and then go on and on."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def dripping(begun: bytes, then: bytes, *, pause: float) -> Iterator[str]:
    """The URL of a server that answers everything with `begun` and, every `pause` seconds, `then`."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        while not stop.is_set():
            try:
                channel, _ = listener.accept()
            except OSError:
                return
            with channel:
                channel.settimeout(5)
                try:
                    channel.recv(65536)
                    channel.sendall(begun)
                    while not stop.wait(pause):
                        channel.sendall(then)
                except OSError:
                    pass  # who asked has gone, which is what is tried here

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        # A listener that is closed wakes nobody who waits for it.
        with socket.create_connection(listener.getsockname()):
            pass
        listener.close()
        thread.join()
