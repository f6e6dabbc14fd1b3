"""The texts that a project begins with are what setwright itself takes, comments and all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.spec.project_file import read_project
from setwright.spec.starter import EXAMPLE, is_name, project_text, proposed_spec
from tests.spec.projects import config_of, findings_of

labels = st.text(min_size=1, max_size=60).filter(is_name)


def uncommented(text: str, *, from_line: str) -> str:
    """`text` with what is YAML in the comments after `from_line` brought to life."""
    head, found, tail = text.partition(from_line)
    assert found
    return head + found + re.sub(r"^# (?=\s*[\w]+: |\w+:$|  )", "", tail, flags=re.MULTILINE)


def test_the_example_is_a_spec_without_a_mistake() -> None:
    assert config_of(EXAMPLE).name == "Party Balloons"


def test_the_fields_that_the_example_has_as_comments_are_right_too() -> None:
    filtered = uncommented(EXAMPLE, from_line="query: annotation.label=Balloon\n").replace(
        "labels: [Balloon, Kite]\n", ""
    )
    config = config_of(filtered)
    assert config.filter.annotation_types == ("human",)
    assert config.labels[0].sources == ("balloon", "baloon")


def test_what_the_project_file_has_as_comments_is_right_too() -> None:
    text = uncommented(project_text("party"), from_line="path: .setwright/lake")
    told: list[object] = []
    settings = read_project(
        "setwright.yaml", text.encode(), folder="-", environment="staging", given=(), tell=told.append
    )
    assert told == []
    assert settings.prefix == "staging-"
    assert set(settings.defaults) == {"split", "exports"}


@given(folder=st.text())
def test_every_folder_gives_a_project_a_name(folder: str) -> None:
    told: list[object] = []
    text = project_text(folder)
    settings = read_project(
        "setwright.yaml", text.encode(), folder="-", environment=None, given=(), tell=told.append
    )
    assert told == []
    assert (
        settings.name == folder
        if is_name(folder) and folder.isascii() and "  " not in folder
        else settings.name
    )


@pytest.mark.parametrize(
    "folder", ["party", "2024", "true", "with space", "ä", "${var.x}", "$${", "a: b", "#1"]
)
def test_a_project_is_called_as_its_folder(folder: str) -> None:
    settings = read_project(
        "setwright.yaml",
        project_text(folder).encode(),
        folder="-",
        environment=None,
        given=(),
        tell=lambda finding: pytest.fail(finding.detail),
    )
    assert settings.name == folder


@given(found=st.lists(labels, min_size=1, max_size=80, unique_by=str.casefold))
def test_a_proposed_spec_names_exactly_the_labels_that_were_found_in_their_order(found: list[str]) -> None:
    counted = [(label, 7) for label in found]
    text = proposed_spec("cells", seen="a\nb", pictures=3, labels=counted, annotations=7 * len(found))
    config = config_of(text)
    assert [label.name for label in config.labels] == found


@given(label=labels)
def test_the_query_that_a_proposed_spec_suggests_is_right(label: str) -> None:
    text = proposed_spec("cells", seen="cells", pictures=3, labels=[(label, 1)], annotations=1)
    assert findings_of(text.replace("# query:", "query:")) == []
