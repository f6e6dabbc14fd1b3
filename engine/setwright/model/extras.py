"""Libraries that only some need: whoever lacks one is told exactly what to install."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from setwright.model.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Import within what the extra `extra` brings, to `what`, an infinitive without "to".

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise _missing(extra, what, f"{error}.") from error


def require(extra: str, what: str, *modules: str) -> None:
    """Look whether `modules`, which the extra `extra` brings, are there to `what`, without importing them.

    Raises:
        MissingExtraError: one is not installed.
    """
    for module in modules:
        if find_spec(module) is None:
            raise _missing(extra, what, f"There is no {module}.")


def _missing(extra: str, what: str, why: str) -> MissingExtraError:
    return MissingExtraError(
        f"To {what}, setwright needs libraries that are not installed",
        why,
        f"pip install 'setwright[{extra}]'",
    )
