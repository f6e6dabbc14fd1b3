"""The locks install what we tested, and only that, on any machine."""

from __future__ import annotations

import re
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.program import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pinned(lock: str) -> dict[str, set[str]]:
    """Every version of every distribution in a lock; more than one where Pythons differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        (
            "dev.txt",
            PROJECT["project"]["dependencies"]
            + PROJECT["dependency-groups"]["dev"]
            + PROJECT["build-system"]["requires"],
        ),
        ("oracles.txt", PROJECT["dependency-groups"]["oracles"]),
    ],
)
def test_whatever_the_project_asks_for_is_locked_at_a_version_that_it_allows(
    lock: str, asked: list[str]
) -> None:
    pins = pinned(lock)
    for requirement in map(Requirement, asked):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is not in {lock}: run `make lock`"
        assert all(version in requirement.specifier for version in versions), f"{requirement}: `make lock`"


IMPORTED_AS = {
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pyyaml": "yaml",
}


def test_whatever_users_are_asked_to_install_is_used() -> None:
    extras = chain.from_iterable(PROJECT["project"]["optional-dependencies"].values())
    code = "\n".join(file.read_text() for file in (ROOT / "engine").rglob("*.py"))
    for requirement in map(Requirement, [*PROJECT["project"]["dependencies"], *extras]):
        name = IMPORTED_AS.get(requirement.name, requirement.name)
        assert re.search(rf"^\s*(from|import) {name}\b|postgresql\+{name}", code, re.MULTILINE), (
            requirement.name
        )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_index_and_no_place_of_the_machine_that_made_it(lock: str) -> None:
    lines = (ROOT / "requirements" / lock).read_text().splitlines()
    strange = re.compile(r"://|^\s*-(?!-hash=sha256:)| @ |(?<![\w.])/")
    assert [line for line in lines if strange.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    pins = re.findall(r"^[\w.-]+==.*", text, flags=re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[\w.-]+==.*\\\n +--hash=sha256:", text, flags=re.MULTILINE)) > 0
