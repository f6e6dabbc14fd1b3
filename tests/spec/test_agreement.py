"""Every file that setwright accepts the JSON Schemas accept, however odd."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from setwright.model.diagnostics import Severity
from setwright.spec.json_schema import dataset_schema, project_schema
from tests.laws import examples
from tests.spec.projects import load, plain_documents

DATASET = Draft202012Validator(dataset_schema())
PROJECT = Draft202012Validator(project_schema())

DECLARED = json.dumps(
    {
        "variables": {
            "word": {"default": "Balloon"},
            "ten": {"type": "number", "default": 10},
            "yes": {"type": "flag", "default": True},
            "day": {"default": "2024-02-29"},
            "all": {"default": "all"},
            "long_name_of_little": {"default": "x"},
        }
    }
)

LISTS = {"erased.txt": b"party_1.jpg\n"}
REFERENCES = [
    "${var.word}",
    "${var.ten}",
    "${var.yes}",
    "${var.day}",
    "${var.all}",
    "a ${var.word} b",
    "$${var.word}",
]
ANYTHING: list[Any] = [
    *REFERENCES,
    *("", "x", "Balloon", " x", "2024-02-29", "2024-02-30", "image", "all", "RAW", "metadata.place"),
    *(0, 1, 10, 10.0, 33.3, 100, -1, 101, True, False, None, [], {}, ["Balloon"], [1, 2], {"Balloon": "b"}),
    "${var.long_name_of_little}" * 8,
]
numbers = st.sampled_from([0, 1, 2, 10, 10.0, 33.3, 50, 90, 100, "${var.ten}"])
words = st.sampled_from(
    ["Balloon", "Kite", "no", "42", "2024-01-01", "ä", "${var.word}", "x${var.ten}", "x" * 200]
)
flags = st.sampled_from([True, False, "${var.yes}"])
whole = st.sampled_from([1, 2, 7, "${var.ten}"])
lists = st.lists(words, max_size=3, unique=True)
labels = st.lists(words, min_size=1, max_size=3, unique=True)
days = st.sampled_from(["2024-02-29", "2023-01-01", "${var.day}", "9999-12-31"])
ranges = st.sampled_from([3, 3.0, [3], [1, 5], [5, 1], [0, 2.0], "${var.ten}", ["${var.ten}", 2], 0, [0, 0]])
notes = {"description": words, "isSelected": flags}


def some(required: dict[str, Any] | None = None, /, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with some of these fields, now and then one with any value at all."""
    odd = {
        name: st.one_of(each, each, each, each, st.sampled_from(ANYTHING)) for name, each in fields.items()
    }
    return st.fixed_dictionaries(required or {}, optional=odd)


verbatim = st.sampled_from(
    [
        ("FLIP_IMAGE", "FLIP_HORIZONTAL", [True]),
        ("IMAGE_BLUR", "BLUR", [1, 2]),
        ("SHEAR", "SHEAR_VERTICAL", [-3, 3]),
    ]
).flatmap(
    lambda one: some(
        {"id": st.just(one[0])},
        properties=st.lists(some({"id": st.just(one[1])}, values=st.just(one[2]), **notes), max_size=2),
        **notes,
    )
)
augmentations = some(
    flip=some(horizontal=flags | st.none(), vertical=flags),
    rotate=ranges,
    rotate_90=some(clockwise=flags, upside_down=flags | st.none()),
    blur=ranges,
    shear=some(horizontal=ranges, vertical=ranges),
    crop=ranges,
    copies=whole,
    fraction=st.sampled_from([1, 0.5, 1.0]),
    min_visibility=st.sampled_from([0, 0.5]),
    min_size=st.sampled_from([0, 2.5]),
    seed=whole,
    IMAGE_LEVEL=st.lists(verbatim, max_size=2),
)
percentages: list[dict[str, Any]] = [
    {"train": 70, "validation": 20, "test": 10},
    {"train": 90.0, "test": "${var.ten}"},
    {"train": 100},
    {},
]
splits = st.sampled_from(percentages).flatmap(
    lambda shares: some(
        {name: st.just(share) for name, share in shares.items()},
        seed=whole,
        group_by=st.sampled_from(["metadata.place", "metadata.${var.word}"]),
        stratify=flags,
        resplit=flags,
        grow=st.lists(st.sampled_from(["train", "${var.word}"]), max_size=2, unique=True),
        official=st.sampled_from(["metadata.place", "metadata.${var.word}"])
        | some(
            field=st.sampled_from(["metadata.place", "metadata.${var.word}"]),
            train=lists,
            test=lists,
            others=st.sampled_from(["refuse", "divide", "train"]),
        ),
    )
)
per_class = whole | st.dictionaries(st.sampled_from(["Balloon", "Kite"]), whole, min_size=1, max_size=2)
churn = whole | some(frames=whole, percent=numbers)
check_fields: dict[str, st.SearchStrategy[Any]] = {
    "fewest_frames": whole | some(total=whole, train=whole, validation=whole, test=whole),
    "fewest_annotations": whole
    | some(total=per_class, train=per_class, validation=per_class, test=per_class),
    "largest_share": numbers,
    "most_bytes": whole | st.sampled_from(["10 GB", "1.5KiB", "0B", "${var.word}"]),
    "no_leakage": flags,
    "most_entering": churn,
    "most_leaving": churn,
    "frozen_splits": st.lists(st.sampled_from(["train", "test", "${var.word}"]), max_size=2, unique=True),
    "fixed_class_ids": flags,
    "required_tags": lists,
    "required_metadata": labels
    | st.dictionaries(
        st.sampled_from(["licence", "metadata.x"]),
        words | numbers | flags | st.lists(words | numbers | flags, max_size=2),
        min_size=1,
        max_size=2,
    ),
    "forbidden": lists | some(frames=lists, files=st.lists(st.just("erased.txt"), max_size=1)),
}
checks = some(**check_fields, warn=some(**check_fields))
operations = st.sampled_from(["all", "none", "${var.all}", [], ["x"]])
shared: dict[str, st.SearchStrategy[Any]] = {
    "description": words,
    "owners": lists,
    "tags": lists,
    "source": st.sampled_from(
        [
            {"collection": "party"},
            {"collection": "${var.word}"},
            {"collection": {"id": "${var.ten}x"}},
            {"datalake": "image"},
        ]
    ),
    "query": st.sampled_from(["", "annotation.label=Balloon", "annotation.label=${var.word}"]),
    "filter": some(
        annotation_types=st.lists(st.sampled_from(["raw", "human", "machine"]), max_size=3, unique=True),
        from_date=days,
    ),
    "operations": operations | some(take=operations, prefer=st.just("human")),
    "labels": st.one_of(
        labels,
        st.dictionaries(st.sampled_from(["A", "B"]), words, min_size=1, max_size=1),
        st.dictionaries(st.sampled_from(["A", "B"]), labels, min_size=1, max_size=1),
    ),
    "background": st.sampled_from(["keep", "drop"]),
    "split": splits,
    "exports": st.lists(st.sampled_from(["RAW", "raw", "YOLO Darknet", "Mine"]), max_size=2, unique=True),
    "augmentations": augmentations,
    "versioning": st.sampled_from(["auto", "always", "in_place"]),
    "checks": checks,
    "protect": flags,
}
specs = some(
    {"dataset": st.just("balloons"), "source": shared["source"], "labels": shared["labels"]},
    name=words,
    previously=st.just("baloons"),
    **{name: each for name, each in shared.items() if name not in ("source", "labels")},
)
projects = some(
    project=words,
    specs=st.lists(st.sampled_from(["specs/*.yaml", "**/*.yaml"]), max_size=2),
    remote=some(
        kind=st.sampled_from(["lake", "layernext"]),
        url=st.sampled_from(["https://a.example", "${var.word}"]),
        path=words,
    ),
    state=some(kind=st.sampled_from(["lake", "folder"]), path=words),
    defaults=some(**shared),
    checks=checks,
    variables=st.dictionaries(
        st.sampled_from(["word", "ten"]),
        some(
            type=st.sampled_from(["text", "number", "flag"]),
            default=numbers | words | flags,
            description=words,
        ),
        max_size=2,
    ),
    environments=st.dictionaries(
        st.sampled_from(["staging", "other"]),
        some(
            names=some(prefix=words, suffix=words),
            variables=st.dictionaries(st.just("word"), words, max_size=1),
        ),
        max_size=2,
    ),
)


@settings(max_examples=examples(400))
@given(specs)
def test_a_spec_that_setwright_accepts_the_schema_accepts(document: dict[str, Any]) -> None:
    # JSON is YAML, and quotes every text.
    text = json.dumps(document, ensure_ascii=False)
    _, found = load(text, project=DECLARED, other_exports=["Mine"], lists=LISTS)
    accepted = not any(finding.severity is Severity.ERROR for finding in found)
    event("accepted" if accepted else "refused")
    if accepted:
        (read,) = plain_documents(text)
        DATASET.validate(read)


@settings(max_examples=examples(400))
@given(projects)
def test_a_project_file_that_setwright_accepts_the_schema_accepts(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False)
    _, found = load({}, project=text, other_exports=["Mine"], lists=LISTS)
    accepted = not any(finding.severity is Severity.ERROR for finding in found)
    event("accepted" if accepted else "refused")
    if accepted:
        for read in plain_documents(text):
            PROJECT.validate(read)
