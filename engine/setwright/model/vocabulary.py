"""The names that a remote knows, so that a spec's can be checked and corrected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Names at one remote, each sorted. None where the remote cannot tell."""

    collections: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    operations: tuple[str, ...] | None = None
    datasets: tuple[str, ...] | None = None
