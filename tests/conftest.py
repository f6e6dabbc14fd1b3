"""What all tests share: golden files, an environment without surprises, and how hypothesis searches."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import settings

from tests.laws import examples
from tests.postgresql import running, why_not

GOLDEN = Path(__file__).parent / "golden"

Golden: TypeAlias = Callable[[str, str], None]
"""`golden(name, text)`: the text is the content of tests/golden/<name>, or becomes it under `make golden`."""

# No deadline: an example that waits for a busy machine has not failed.
settings.register_profile("setwright", settings(), deadline=None, max_examples=examples(100))
settings.load_profile("setwright")


def pytest_configure() -> None:
    """Forget what the developer's own shell says, also for what tests start: colours, remotes, buffers."""
    ours = {name for name in os.environ if name.startswith("SETWRIGHT_")} - {
        "SETWRIGHT_GOLDEN",
        "SETWRIGHT_LAWS",
        "SETWRIGHT_MANY",
        "SETWRIGHT_MEET",
        "SETWRIGHT_GOLDEN_REQUESTS",
    }
    for name in ours | {"NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED"}:
        os.environ.pop(name, None)
    # Tests keep what they keep in folders of their own, also the programs that they start.
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ[name] = tempfile.mkdtemp(prefix="setwright-tests-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the fixture `golden` is a golden test, so that nobody can forget the mark.

    And whoever wants laws tried harder has the time.
    """
    for item in items:
        if examples(1) > 1:
            item.add_marker(pytest.mark.timeout(0))
        if "golden" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.golden)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database of PostgreSQL, which is started for the tests."""
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    with running() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def catalog(request: pytest.FixtureRequest) -> str | None:
    """Where lakes are to have their catalogue, as `Lake.create` takes it: who asks runs once on each database."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgresql")
    return url


@pytest.fixture
def golden() -> Golden:
    return rewrite_golden if os.environ.get("SETWRIGHT_GOLDEN") == "rewrite" else compare_golden


def compare_golden(name: str, text: str) -> None:
    file = GOLDEN / name
    assert file.exists(), f"no golden file {name}; `make golden` writes it"
    # Bytes, lest reading forgive a carriage return.
    assert text == file.read_bytes().decode(), (
        f"{name} differs; if it should, run `make golden` and read the diff"
    )


def rewrite_golden(name: str, text: str) -> None:
    file = GOLDEN / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
