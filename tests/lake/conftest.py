"""A new lake for each test that asks for one, once on each database; and object stores for those that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.oracles.s3 import running


@pytest.fixture
def lake(catalog: str | None, tmp_path: Path) -> Iterator[Lake]:
    with Lake.create(tmp_path / "lake", catalog) as made:
        yield made


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an object store that answers as S3 does."""
    pytest.importorskip("obstore", reason="the extra `objectstore` is not installed")
    with running(tmp_path_factory.mktemp("s3")) as address:
        yield address
