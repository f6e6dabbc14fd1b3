"""What `checks` mean: one value for all spellings, the project's beside the spec's, lists from files."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.checks import (
    Check,
    FewestAnnotations,
    FewestFrames,
    Forbidden,
    LargestShare,
    MostBytes,
    MostLeaving,
    NoLeakage,
    RequiredMetadata,
    in_order,
)
from setwright.model.documents import config_digest
from setwright.model.splits import Split
from setwright.spec.encode import encode
from setwright.spec.yaml_text import as_yaml
from tests.spec.projects import MINIMAL, findings_of, load, with_field
from tests.spec.strategies import checks, configs


def checks_of(text: str, **around: Any) -> tuple[Check, ...]:
    """The checks of the one dataset in `text`, which holds no mistake."""
    project, found = load(text, **around)
    assert found == ()
    (only,) = project.specs
    return tuple(only.all_checks)


def asked(text: str, **around: Any) -> tuple[Check, ...]:
    """What `checks: text` asks of a dataset with the classes Balloon and Kite."""
    spec = f"dataset: a\nsource: {{datalake: image}}\nlabels: [Balloon, Kite]\nchecks: {text}\n"
    return checks_of(spec, **around)


@given(configs.flatmap(lambda config: st.tuples(st.just(config), checks(config.classes))))
def test_checks_that_are_written_out_are_read_as_the_same(drawn: Any) -> None:
    config, some = drawn
    project, _ = load(as_yaml(encode("balloons", config, some)))
    (only,) = project.specs
    assert tuple(only.checks) == some


@given(configs.flatmap(lambda config: st.tuples(st.just(config), checks(config.classes))))
def test_checks_are_no_part_of_what_a_dataset_is(drawn: Any) -> None:
    config, some = drawn
    project, _ = load(as_yaml(encode("balloons", config, some)))
    assert config_digest(project.specs[0].config) == config_digest(config)


@given(checks(("A", "B")), st.randoms(use_true_random=False))
def test_checks_have_one_order(some: tuple[Check, ...], chance: Any) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert in_order(shuffled) == in_order(some)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{fewest_frames: 100}", "{fewest_frames: {total: 100}}"),
        ("{fewest_annotations: 5}", "{fewest_annotations: {total: {Kite: 5, Balloon: 5}}}"),
        ("{fewest_annotations: {test: 5}}", "{fewest_annotations: {test: {Balloon: 5, Kite: 5}}}"),
        ("{most_bytes: 2 kB}", "{most_bytes: 2000}"),
        ("{most_bytes: 1.5KiB}", "{most_bytes: 1536}"),
        ("{most_leaving: 5}", "{most_leaving: {frames: 5}}"),
        ("{required_metadata: [licence]}", "{required_metadata: {metadata.licence: []}}"),
        ("{required_metadata: {licence: mit}}", "{required_metadata: {licence: [mit]}}"),
        (
            "{required_metadata: {consent: true, year: 2024}}",
            "{required_metadata: {year: '2024', consent: 'true'}}",
        ),
        ("{forbidden: [b, a]}", "{forbidden: {frames: [a, b]}}"),
        (f"{{forbidden: [{'AB' * 32}]}}", f"{{forbidden: [{'ab' * 32}]}}"),
        (f"{{forbidden: ['sha256:{'ab' * 32}']}}", f"{{forbidden: [{'ab' * 32}]}}"),
        (f"{{forbidden: ['{'ab' * 32}  guests/one.jpg']}}", f"{{forbidden: [{'ab' * 32}]}}"),
        (f"{{forbidden: ['{'ab' * 32} *one.jpg']}}", f"{{forbidden: [{'ab' * 32}]}}"),
        ("{no_leakage: false, fixed_class_ids: false, required_tags: []}", "{}"),
        ("{frozen_splits: [test, train], warn: {}}", "{frozen_splits: [train, test]}"),
    ],
)
def test_a_check_may_be_spelt_in_many_ways(one: str, other: str) -> None:
    assert asked(one) == asked(other)


def test_what_stands_under_warn_only_warns() -> None:
    assert asked("{fewest_frames: 10, warn: {fewest_frames: {test: 5}}}") == (
        FewestFrames(at_least=10),
        FewestFrames(level="warning", split=Split.TEST, at_least=5),
    )


def test_a_number_of_frames_and_a_share_are_two_limits() -> None:
    assert asked("{most_leaving: {percent: 5, frames: 10}}") == (
        MostLeaving(frames=10),
        MostLeaving(percent=5.0),
    )


def test_the_checks_of_the_project_hold_of_every_dataset_beside_its_own() -> None:
    around = {"project": "checks: {no_leakage: true, fewest_frames: 100}\n"}
    assert checks_of(with_field("checks: {fewest_frames: 7}"), **around) == (
        FewestFrames(at_least=100),
        FewestFrames(at_least=7),
        NoLeakage(),
    )
    assert checks_of(MINIMAL, **around) == (FewestFrames(at_least=100), NoLeakage())


def test_checks_among_the_defaults_are_replaced_as_a_whole_as_every_field_is() -> None:
    around = {"project": "defaults: {checks: {no_leakage: true}}\n"}
    assert checks_of(MINIMAL, **around) == (NoLeakage(),)
    assert checks_of(with_field("checks: {largest_share: 60}"), **around) == (LargestShare(percent=60.0),)


def test_a_check_that_spec_and_project_ask_for_is_one_with_the_place_in_the_spec() -> None:
    project, _ = load(with_field("checks: {no_leakage: true}"), project="checks: {no_leakage: true}\n")
    ((check, place),) = project.specs[0].all_checks.items()
    assert (check, place.file) == (NoLeakage(), "spec.yaml")


def test_a_class_that_the_project_counts_may_be_missing_from_a_dataset() -> None:
    around = {"project": "checks: {fewest_annotations: {total: {Bird: 5}}}\n"}
    assert checks_of(MINIMAL, **around) == ()
    birds = MINIMAL.replace("[Balloon]", "[Balloon, Bird]")
    assert checks_of(birds, **around) == (FewestAnnotations(at_least=(("Bird", 5),)),)


def test_a_list_of_what_is_forbidden_is_read_from_files_of_the_project() -> None:
    lists = {"erased.txt": b"# on request\n\n b.jpg \r\na.jpg\n", "more.txt": b"c.jpg\na.jpg"}
    found = asked("{forbidden: {frames: [z.jpg], files: [erased.txt, more.txt]}}", lists=lists)
    assert found == (Forbidden(frames=("a.jpg", "b.jpg", "c.jpg", "z.jpg")),)


def test_a_list_is_read_once_for_all_specs_and_what_is_wrong_with_it_is_told_once() -> None:
    specs = "---\n".join(MINIMAL.replace("balloons", name) for name in ("a", "b"))
    project = "checks: {forbidden: {files: [erased.txt]}}\n"
    assert findings_of(specs, project=project) == ["SW224 setwright.yaml:1:30"]
    conflict = {"erased.txt": b"a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n"}
    assert findings_of(specs, project=project, lists=conflict) == ["SW105 erased.txt:2:1"]
    assert findings_of(specs, project=project, lists={"erased.txt": b"\xff"}) == ["SW103 erased.txt:1:1"]


def test_a_variable_may_stand_in_a_check() -> None:
    project = "variables: {least: {type: number, default: 7}, room: {default: 2 GB}}\n"
    found = asked('{fewest_frames: "${var.least}", most_bytes: "${var.room}"}', project=project)
    assert found == (FewestFrames(at_least=7), MostBytes(bytes=2 * 10**9))


def test_metadata_is_compared_as_the_lake_spells_it() -> None:
    assert asked("{required_metadata: {a: [1.0, 2.5, true, x]}}") == (
        RequiredMetadata(field="a", values=("1", "2.5", "true", "x")),
    )
