"""What clients of LayerNext's wire wish to be made, as it is written down until it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic reads the annotations where wishes are written down

from setwright.model.dataset import DatasetConfig  # noqa: TC001 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A version to be made at a revision of the lake, as often as it is asked for.

    `picked` are the ids of the frames that were chosen one by one, None for all that are selected. `parent` is the
    lake's version that must still be the newest, None for a new dataset. `replacing` is the key under which other
    content takes the place of the parent's, None where a version follows it. `key` is the idempotency key of all else.
    """

    key: str
    config: DatasetConfig
    picked: tuple[str, ...] | None
    revision: int
    parent: str | None
    replacing: str | None
    author: str
    at: datetime
