"""`--select` and `--exclude` name datasets by address, pattern, tag, change, and by what is made of what."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from setwright.model.dataset import CollectionSource, DatasetConfig, DatasetsSource, LabelClass
from setwright.model.diagnostics import SourceRef
from setwright.model.errors import UsageError
from setwright.spec.choice import Choice, chosen
from setwright.spec.project import Spec

LABELS = (LabelClass(name="a", sources=("a",)),)


def spec(address: str, tags: tuple[str, ...] = (), made_of: tuple[str, ...] = ()) -> Spec:
    source = DatasetsSource(addresses=made_of) if made_of else CollectionSource(name="party")
    return Spec(
        address=address,
        config=DatasetConfig(name=address, source=source, labels=LABELS, tags=tags),
        where=SourceRef(f"specs/{address}.yaml", 1, 1, 1, 1),
        fields={},
    )


# balloons and kites make toys, toys make everything
SPECS = (
    spec("balloons", ("party", "air")),
    spec("everything", made_of=("toys",)),
    spec("kites", ("air",)),
    spec("signs"),
    spec("toys", made_of=("balloons", "kites")),
)
CHANGED: Mapping[str, set[str]] = {"main": {"kites", "elsewhere"}, "HEAD": set()}


def of(*select: str, exclude: tuple[str, ...] = ()) -> list[str]:
    found = chosen(Choice(select=select, exclude=exclude), SPECS, ["old-kites"], CHANGED.__getitem__)
    return sorted(found)


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("kites", ["kites"]),
        ("*kites", ["kites", "old-kites"]),
        ("tag:air", ["balloons", "kites"]),
        ("tag:p*", ["balloons"]),
        ("changed:main", ["kites"]),
        ("changed:HEAD", []),
        ("+toys", ["balloons", "kites", "toys"]),
        ("kites+", ["everything", "kites", "toys"]),
        ("+toys+", ["balloons", "everything", "kites", "toys"]),
        ("changed:main+", ["everything", "kites", "toys"]),
        ("tag:party+", ["balloons", "everything", "toys"]),
        ("old-kites", ["old-kites"]),
    ],
)
def test_a_term_stands_for(term: str, found: list[str]) -> None:
    assert of(term) == found


def test_nothing_selected_is_everything() -> None:
    assert of() == ["balloons", "everything", "kites", "old-kites", "signs", "toys"]


def test_terms_add_up_and_what_is_excluded_is_taken_out_last() -> None:
    assert of("signs", "tag:air", exclude=("balloons",)) == ["kites", "signs"]
    assert of(exclude=("*s",)) == ["everything"]


@pytest.mark.parametrize("term", ["kits", "tag:aire", "nothing-*", "+", "tag:"])
def test_a_term_that_stands_for_nothing_is_a_mistake(term: str) -> None:
    with pytest.raises(UsageError):
        of("kites", term)
    with pytest.raises(UsageError):
        of(exclude=(term,))


@pytest.mark.parametrize(
    ("term", "lacks", "example"),
    [
        ("", "address", "balloons"),
        ("tag:", "tag", "tag:nightly"),
        ("+tag:", "tag", "tag:nightly"),
        ("changed:", "revision", "changed:main"),
    ],
)
def test_a_term_that_says_nothing_is_told_what_it_lacks(term: str, lacks: str, example: str) -> None:
    with pytest.raises(UsageError) as mistake:
        of(term)
    assert (mistake.value.detail, mistake.value.hint) == (
        f"It names no {lacks}.",
        f"write `--select {example}`",
    )


def test_a_slip_gets_a_hint() -> None:
    with pytest.raises(UsageError) as error:
        of("kits")
    assert error.value.hint is not None
    assert "kites" in error.value.hint
