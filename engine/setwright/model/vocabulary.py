"""The names that a remote knows, so that a spec's can be checked and corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Names at one remote, each sorted. None where the remote cannot tell.

    `versions` has, by dataset, the numbers of its versions, those too that they had before an amendment.
    """

    collections: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    operations: tuple[str, ...] | None = None
    datasets: tuple[str, ...] | None = None
    versions: Mapping[str, tuple[str, ...]] | None = None
