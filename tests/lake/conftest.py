"""A new lake for each test that asks for one, once on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from setwright.lake.lake import Lake


@pytest.fixture
def lake(catalog: str | None, tmp_path: Path) -> Iterator[Lake]:
    with Lake.create(tmp_path / "lake", catalog) as made:
        yield made
