"""A dataset that a spec file speaks of, with or without mistakes, as far as it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from setwright.model.diagnostics import SourceRef
    from setwright.spec.project import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What other specs have to know of a dataset, and how to get the rest, which may not have been made yet.

    `name` is that at the remote, None where too little can be read; then `spec` gives None. `datasets` are the
    addresses that its source names. `where` and `fields` are as in `Spec`.
    """

    address: str
    name: str | None
    where: SourceRef
    fields: Mapping[str, SourceRef]
    datasets: tuple[str, ...]
    previously: str | None
    spec: Callable[[], Spec | None]
