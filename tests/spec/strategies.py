"""Configurations as any spec could ask for them, for laws."""

from __future__ import annotations

import string
from datetime import date
from typing import get_args

from hypothesis import strategies as st

from setwright.augment.decode import MAX_MIN_SIZE
from setwright.augment.vocabulary import HARSH, VOCABULARY
from setwright.model.checks import (
    Check,
    FewestAnnotations,
    FewestFrames,
    FixedClassIds,
    Forbidden,
    FrozenSplit,
    LargestShare,
    MostBytes,
    MostEntering,
    MostLeaving,
    NoLeakage,
    RequiredMetadata,
    RequiredTag,
    in_order,
)
from setwright.model.dataset import (
    MIN_SIZE,
    Augmentation,
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    DatasetsSource,
    Filter,
    HumanOverMachine,
    LabelClass,
    LakeSource,
)
from setwright.model.splits import SPLITS, OfficialSplits, Others, Split, SplitWish
from setwright.spec.exports import offered_by

MAX_SEED = 2**53 - 1

addresses = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8).filter(
    lambda name: name != "0"
)
_edges = st.characters(exclude_categories=["C", "Z"])
names = st.one_of(
    st.sampled_from(
        ["Balloon", "yes", "no", "null", "010", "1e3", "0o7", "12:30", "2024-01-01", "~", "=", "- a"]
    ),
    st.sampled_from(
        ["a: b", "a #b", "#", "'", '"', "\\", "{a}", "[a]", "&a", "*a", "!a", "%", "@", "`", "${var.x}"]
    ),
    st.builds(
        lambda a, b, c: f"{a}{b}{c}", _edges, st.text(st.characters(exclude_categories=["Cs", "Cc"])), _edges
    ),
).map(lambda name: name[:50].rstrip())
"""One line, without blanks around it: names of collections, labels, operations, people."""
name_sets = st.lists(names, max_size=3, unique=True).map(lambda some: tuple(sorted(some)))

sources = st.one_of(
    st.builds(CollectionSource, name=names),
    st.builds(CollectionSource, id=names),
    st.builds(LakeSource, items=st.sampled_from(["image", "image_collection", "dataset"])),
    st.lists(addresses, min_size=1, max_size=3, unique=True).map(
        lambda some: DatasetsSource(addresses=tuple(sorted(some)))
    ),
)
queries = st.sampled_from(
    [
        "",
        "annotation.label=Balloon",
        "not annotation.label=Balloon and metadata.Tags in (a, b)",
        "metadata.name~x",
    ]
)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    days = sorted(draw(st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)), min_size=2, max_size=2)))
    return Filter(
        annotation_types=tuple(sorted(draw(st.sets(st.sampled_from(["raw", "human", "machine"]))))),
        from_date=draw(st.sampled_from([None, days[0]])),
        to_date=draw(st.sampled_from([None, days[1]])),
    )


@st.composite
def label_classes(draw: st.DrawFn) -> tuple[LabelClass, ...]:
    """Classes in any order, of one label each or of several; no label comes twice, not even in another case."""
    free = draw(st.lists(names, min_size=1, max_size=6, unique_by=str.casefold))
    if draw(st.booleans()):
        return tuple(LabelClass(name=name, sources=(name,)) for name in free)
    called = draw(
        st.lists(
            names.filter(lambda name: "${" not in name),
            min_size=1,
            max_size=len(free),
            unique_by=str.casefold,
        )
    )
    parts = [tuple(sorted(free[number :: len(called)])) for number in range(len(called))]
    return tuple(LabelClass(name=name, sources=part) for name, part in zip(called, parts, strict=True))


@st.composite
def officials(draw: st.DrawFn) -> OfficialSplits:
    parts: list[list[str]] = [[], [], []]
    for value in draw(st.lists(names, max_size=6, unique_by=str.casefold)):
        parts[draw(st.integers(0, 2))].append(value)
    train, validation, test = (tuple(sorted(part)) for part in parts)
    return OfficialSplits(
        field=draw(names.filter(lambda name: name.lower() not in ("tags", "name"))),
        train=train,
        validation=validation,
        test=test,
        others=draw(st.sampled_from(get_args(Others))),
    )


@st.composite
def splits(draw: st.DrawFn) -> SplitWish:
    hundredths = sorted(draw(st.lists(st.integers(0, 10_000), min_size=2, max_size=2)))
    shares = [hundredths[0], hundredths[1] - hundredths[0], 10_000 - hundredths[1]]
    train, validation, test = (share / 100 for share in shares)
    official = draw(st.none() | officials())
    if official is not None and official.others != "divide":
        shares = [8_000, 1_000, 1_000]  # nobody can ask for others
        train, validation, test = 80.0, 10.0, 10.0
    given = {split for split, share in zip(SPLITS, shares, strict=True) if share}
    grow = draw(st.sets(st.sampled_from(SPLITS)).filter(lambda some: some & given))
    return SplitWish(
        train=train,
        validation=validation,
        test=test,
        seed=draw(st.integers(0, MAX_SEED)),
        group_by=draw(st.none() | names.filter(lambda name: name.lower() not in ("tags", "name"))),
        stratify=draw(st.booleans()),
        resplit=draw(st.booleans()),
        grow=tuple(split for split in SPLITS if split in grow),
        official=official,
    )


@st.composite
def recipes(draw: st.DrawFn) -> tuple[Augmentation, ...]:
    made = []
    for type_ in VOCABULARY:
        for property in type_.properties:
            if not draw(st.booleans()):
                continue
            range_: tuple[float, float] | None = None
            if property.range is not None:
                low, high = (
                    property.range[0],
                    min(property.range[1], HARSH.get(type_.id, (property.range[1],))[0]),
                )
                # A range of nothing but 0, or but a whole turn, is no wish.
                ends = st.tuples(st.integers(low, high), st.integers(low, high)).filter(
                    lambda ends: ends[0] != ends[1] or ends[0] % 360
                )
                one, other = draw(ends)
                range_ = (float(min(one, other)), float(max(one, other)))
            made.append(Augmentation(type=type_.id, property=property.id, range=range_))
    return tuple(sorted(made, key=lambda recipe: (recipe.type, recipe.property)))


@st.composite
def augmentations(draw: st.DrawFn) -> AugmentationWish:
    some = draw(recipes())
    if not some:
        return AugmentationWish()
    return AugmentationWish(
        recipes=some,
        copies=draw(st.integers(1, 100)),
        fraction=draw(st.floats(0, 1, exclude_min=True)),
        min_visibility=draw(st.floats(0, 1)) + 0.0,
        min_size=draw(st.just(MIN_SIZE) | st.floats(0, MAX_MIN_SIZE)) + 0.0,
        seed=draw(st.integers(0, MAX_SEED)),
    )


preferences = st.builds(
    HumanOverMachine, take=st.none() | name_sets.filter(lambda operations: len(operations) > 1)
)
configs = st.builds(
    DatasetConfig,
    name=names,
    source=sources,
    labels=label_classes(),
    query=queries,
    filter=filters(),
    operations=st.none() | name_sets | preferences,
    background=st.sampled_from(["keep", "drop"]),
    split=splits(),
    augmentations=augmentations(),
    exports=st.sets(st.sampled_from(offered_by("lake"))).map(lambda some: tuple(sorted(some))),
    versioning=st.sampled_from(["auto", "always", "in_place"]),
    description=st.text(st.characters(exclude_categories=["Cs"])).map(str.strip),
    owners=name_sets,
    tags=name_sets,
    protect=st.booleans(),
)
"""Any configuration that a spec for a lake can ask for."""


def _kind(check: Check) -> tuple[object, ...]:
    """What a spec says once at most, at each level."""
    return (
        check.kind,
        check.level,
        getattr(check, "split", None),
        getattr(check, "tag", None) or getattr(check, "field", None),
        isinstance(check, MostEntering | MostLeaving) and check.frames is None,
    )


@st.composite
def checks(draw: st.DrawFn, classes: tuple[str, ...]) -> tuple[Check, ...]:
    """Checks of a dataset with these classes, as one spec can ask for them."""
    level = st.sampled_from(["error", "warning"])
    split = st.none() | st.sampled_from(Split)
    count = st.integers(1, 10**15)
    percent = st.floats(0, 100).map(lambda share: share + 0.0)
    frames = st.integers(0, 10**15)
    labels = st.lists(st.sampled_from(classes), min_size=1, unique=True).map(
        lambda some: tuple(label for label in classes if label in some)
    )
    least = labels.flatmap(lambda some: st.tuples(*(st.tuples(st.just(label), count) for label in some)))
    field = names.filter(lambda name: "${" not in name and not name.startswith("metadata."))
    drawn = draw(
        st.lists(
            st.one_of(
                st.builds(FewestFrames, level=level, split=split, at_least=count),
                st.builds(FewestAnnotations, level=level, split=split, at_least=least),
                st.builds(LargestShare, level=level, percent=percent),
                st.builds(MostBytes, level=level, bytes=st.integers(0, 10**15)),
                st.builds(NoLeakage, level=level),
                *(
                    st.builds(kind, level=level, **{limit: drawn})
                    for kind in (MostEntering, MostLeaving)
                    for limit, drawn in (("frames", frames), ("percent", percent))
                ),
                st.builds(FrozenSplit, level=level, split=st.sampled_from(Split)),
                st.builds(FixedClassIds, level=level),
                st.builds(RequiredTag, level=level, tag=names),
                st.builds(RequiredMetadata, level=level, field=field, values=name_sets),
                st.builds(Forbidden, level=level, frames=name_sets.filter(bool)),
            ),
            max_size=8,
            unique_by=_kind,
        )
    )
    return in_order(drawn)
