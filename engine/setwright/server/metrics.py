"""What the server counts of itself, in the text form that Prometheus reads.

Requests are counted by their route's template, never by a path, which may hold names and permissions, and of which
there is no end.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_BOUNDS: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
"""Seconds, up to each of which requests are counted."""


class Metrics:
    """Counts of one server. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_flight = 0
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._durations: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()

    def begin(self) -> None:
        """A request has come."""
        with self._lock:
            self._in_flight += 1

    def end(self, method: str, route: str, status: int, seconds: float, sent: int) -> None:
        """It was answered, with `sent` bytes."""
        with self._lock:
            self._in_flight -= 1
            self._requests[method, route, status] += 1
            counts = self._durations.setdefault(route, [0] * (len(_BOUNDS) + 1))
            counts[bisect_left(_BOUNDS, seconds)] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]  # a Counter counts seconds as well
            self._sent[route] += sent

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """All counts, and `gauges` by name: what each tells, and its value now."""
        with self._lock:
            lines = [
                *_family("setwright_requests_total", "counter", "Requests that were answered."),
                *(
                    f'setwright_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
                    for (method, route, status), count in sorted(self._requests.items())
                ),
                *_family("setwright_request_seconds", "histogram", "How long answers took."),
                *self._histograms(),
                *_family("setwright_response_bytes_total", "counter", "Bytes of the answers' bodies."),
                *(
                    f'setwright_response_bytes_total{{route="{route}"}} {count}'
                    for route, count in sorted(self._sent.items())
                ),
            ]
            now = {"setwright_requests_in_flight": ("Requests that are being answered.", self._in_flight)}
        for name, (meaning, value) in {**now, **gauges}.items():
            lines += [*_family(name, "gauge", meaning), f"{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def _histograms(self) -> Iterable[str]:
        for route, counts in sorted(self._durations.items()):
            below = 0
            for bound, count in zip((*map(str, _BOUNDS), "+Inf"), counts, strict=True):
                below += count
                yield f'setwright_request_seconds_bucket{{route="{route}",le="{bound}"}} {below}'
            yield f'setwright_request_seconds_sum{{route="{route}"}} {self._seconds[route]:.6f}'
            yield f'setwright_request_seconds_count{{route="{route}"}} {below}'


def _family(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"
