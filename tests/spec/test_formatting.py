"""Files in one layout: what may change, and what never does."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from setwright.spec.augmentation_schema import augmentation_schema
from setwright.spec.dataset_models import DatasetFile
from setwright.spec.formatting import equivalent, laid_out
from setwright.spec.key_order import FREE, order_of
from setwright.spec.part import Part
from setwright.spec.project_models import EnvironmentFile, ProjectFile
from setwright.spec.starter import EXAMPLE, project_text, proposed_spec
from tests.house.program import ROOT
from tests.spec.projects import load


def formatted(text: str, model: type[Part] = DatasetFile) -> str:
    made = laid_out("spec.yaml", text.encode(), model)
    assert made.errors == ()
    assert made.text is not None
    return made.text


def case(text: str) -> str:
    return dedent(text).lstrip("\n")


# What changes


def test_keys_come_in_the_order_of_the_documentation() -> None:
    keys = [*DatasetFile.in_order()]
    text = "".join(f"{key}: a\n" for key in reversed(keys))
    assert [line.partition(":")[0] for line in formatted(text).splitlines()] == keys


def test_keys_within_fields_are_ordered_too_in_blocks_and_in_braces() -> None:
    assert formatted(
        "split: {test: 10, train: 70, validation: 20}\nfilter:\n  to_date: x\n  from_date: y\n"
    ) == case(
        """
        filter:
          from_date: y
          to_date: x
        split: {train: 70, validation: 20, test: 10}
        """
    )


def test_keys_that_nobody_knows_come_last_in_their_own_order() -> None:
    assert formatted("zeta: 1\nlabels: [a]\nalpha: 2\n") == "labels: [a]\nzeta: 1\nalpha: 2\n"


@pytest.mark.parametrize("free", ["labels: {b: x, a: y}\n", "labels:\n  b: x\n  a: y\n"])
def test_the_order_of_labels_stays_for_it_has_a_meaning(free: str) -> None:
    assert formatted(free) == free


def test_environments_keep_their_order_and_what_is_in_them_is_ordered() -> None:
    text = "environments:\n  staging: {names: {suffix: x, prefix: y}, remote: {kind: lake}}\n  a: {}\n"
    assert formatted(text, ProjectFile) == (
        "environments:\n  staging: {remote: {kind: lake}, names: {prefix: y, suffix: x}}\n  a: {}\n"
    )
    assert order_of(ProjectFile).below("environments").below("any").names == EnvironmentFile.in_order()


def test_augmentations_come_in_the_order_of_their_schema() -> None:
    assert order_of(DatasetFile).below("augmentations").names == tuple(augmentation_schema()["properties"])


def test_the_defaults_of_a_project_are_ordered_as_a_spec_is() -> None:
    assert formatted("defaults:\n  split: {train: 100}\n  query: a\n", ProjectFile) == (
        "defaults:\n  query: a\n  split: {train: 100}\n"
    )


def test_a_level_is_two_spaces_wide_also_for_lists() -> None:
    assert formatted("labels:\n- a\n-   b\nsource:\n      collection: x\n") == case(
        """
        source:
          collection: x
        labels:
          - a
          - b
        """
    )


def test_mappings_in_lists_begin_behind_the_dash() -> None:
    assert formatted(
        "augmentations:\n  IMAGE_LEVEL:\n  -\n      id: a\n      properties:\n      - id: b\n"
    ) == case(
        """
        augmentations:
          IMAGE_LEVEL:
            - id: a
              properties:
                - id: b
        """
    )


def test_blanks_are_those_that_are_needed() -> None:
    assert formatted("labels :   [ a,b ,c, ]   \nsplit: {train : 70,test: 30,}\n") == (
        "labels: [a, b, c]\nsplit: {train: 70, test: 30}\n"
    )


def test_blank_lines_stay_one_by_one_and_not_at_the_ends() -> None:
    assert formatted("\n\nquery: b\n\n \n\nlabels: [a]\n\n\n") == "query: b\n\nlabels: [a]\n"


def test_line_breaks_of_two_kinds_become_those_of_unix_and_the_last_line_has_one() -> None:
    assert formatted("\ufeffquery: a\r\nlabels: [b]\nsplit: {}") == "query: a\nlabels: [b]\nsplit: {}\n"


def test_a_file_with_the_line_breaks_of_windows_alone_keeps_them() -> None:
    assert formatted("query: a  \r\nlabels:  [b]\r\nsplit: {}") == "query: a\r\nlabels: [b]\r\nsplit: {}\r\n"
    assert formatted("query: a\r\n") == "query: a\r\n"


def test_documents_are_laid_out_one_by_one() -> None:
    assert formatted(
        "---\nlabels: [a]\ndataset: b\n\n\n---   # second\n\nlabels: [c]\ndataset: d\n...\n"
    ) == case(
        """
        ---
        dataset: b
        labels: [a]
        ---   # second
        dataset: d
        labels: [c]
        ...
        """
    )


# What becomes of comments


def test_a_comment_above_a_key_goes_with_it() -> None:
    assert formatted(
        "dataset: a\n# the classes\n# in order\nlabels: [b]\n# which frames\nquery: c\n"
    ) == case(
        """
        dataset: a
        # which frames
        query: c
        # the classes
        # in order
        labels: [b]
        """
    )


def test_what_a_file_begins_and_ends_with_stays_there() -> None:
    assert formatted(
        "# yaml-language-server: $schema=x\n# A file.\nlabels: [a]\ndataset: b\n# The end.\n"
    ) == case(
        """
        # yaml-language-server: $schema=x
        # A file.
        dataset: b
        labels: [a]
        # The end.
        """
    )


def test_comments_further_in_belong_to_what_is_above_them() -> None:
    assert formatted("source:\n    # this\n    collection: a\n    # or: that\ndataset: b\n") == case(
        """
        dataset: b
        source:
          # this
          collection: a
          # or: that
        """
    )


def test_a_comment_behind_a_value_keeps_its_column_where_there_is_room() -> None:
    assert (
        formatted("query:   a     # one\nlabels: [b] # two\n") == "query: a       # one\nlabels: [b]  # two\n"
    )


def test_what_only_looks_like_a_comment_is_none() -> None:
    text = "name: a#b\ndescription: |\n  # a heading\n\n\n  text  \nquery: 'it''s # this'\n"
    assert formatted(text) == text


# What never changes


@pytest.mark.parametrize(
    "text",
    [
        "description: |\n      deep\n        deeper\n",
        "description: >-\n  folded\n\n\n  text\nlabels: [a]\n",
        "description: |+\n  kept\n\n\nlabels: [a]\n",
        "description: |2\n    indented\n  text\n",
        'description: "two\n  lines"\n',
        "description: 'two\n\n  lines'\n",
        "labels:\n  [a,   # one\n   b]\n",
        "labels: [\n  a,\n\n  b,  # two\n]\n",
        "dataset: \"a\"\nname: 'b'\n",
        "labels: &all [a, b]\noperations: *all\n",
        "source: &one\n  collection: a\n",
        "split: {? train : 70}\n",
        "? dataset\n: a\n",
        "%YAML 1.2\n---\ndataset: a\n",
        "--- {dataset: a}\n",
        "- a\n- - b\n  - c\n",
        "text\n",
        "",
        "# only a comment\n",
        "query:\nlabels:\n  -\n",
        "augmentations: {flip: {horizontal, vertical}, blur: }\n",
        "augmentations:\n  IMAGE_LEVEL: [id: FLIP]\n",
    ],
)
def test_what_an_author_chose_is_left_to_them(text: str) -> None:
    assert formatted(text) == text


def test_a_text_that_ends_with_the_file_gets_no_line_break_of_its_own() -> None:
    assert formatted("description: |\n  a") == "description: |-\n  a\n"
    assert formatted("description: >+  # why\n  a") == "description: >-  # why\n  a\n"
    assert formatted("description: |-\n  a") == "description: |-\n  a\n"


def test_a_mapping_of_operations_has_an_order_and_a_list_of_them_keeps_its_own() -> None:
    text = "operations: {prefer: human, take: all}\n"
    assert formatted(text) == "operations: {take: all, prefer: human}\n"
    assert formatted("operations: [b, a]\n") == "operations: [b, a]\n"


def test_an_alias_never_comes_before_its_anchor() -> None:
    text = "exports: [RAW]\nlabels: &all [a]\nquery: b\noperations: *all\ntags: [c]\n"
    assert formatted(text) == "tags: [c]\nquery: b\nlabels: &all [a]\noperations: *all\nexports: [RAW]\n"
    assert formatted("split: {test: &n 50, train: *n}\n") == "split: {test: &n 50, train: *n}\n"


def test_the_texts_of_a_block_move_with_it() -> None:
    assert formatted(
        "remote:\n      # x\n      url: |\n            deep\n\n              deeper\n      kind: a\n",
        ProjectFile,
    ) == case(
        """
        remote:
          # x
          kind: a
          url: |
                deep

                  deeper
        """
    )


def test_a_file_that_is_no_yaml_gives_its_mistakes_and_nothing_else() -> None:
    made = laid_out("spec.yaml", b"labels: [a\n", DatasetFile)
    assert made.text is None
    assert [error.code for error in made.errors] == ["SW107"]


@pytest.mark.parametrize(
    "content", [b"\xff", b"a: 1\na: 2\n", b"a: !!str b\n", b"<<<<<<< ours\n", b"a: \xe2\x80\x8b\n"]
)
def test_what_a_spec_may_not_hold_is_not_laid_out(content: bytes) -> None:
    made = laid_out("spec.yaml", content, DatasetFile)
    assert made.text is None
    assert made.errors


@pytest.mark.parametrize("file", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda file: str(file.name))
def test_the_specs_of_this_repository_are_in_layout(file: object) -> None:
    text = file.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert formatted(text) == text


def test_what_a_new_project_begins_with_is_in_layout() -> None:
    assert formatted(EXAMPLE) == EXAMPLE
    assert formatted(project_text("party"), ProjectFile) == project_text("party")
    proposed = proposed_spec("cells", seen="cells", pictures=1, labels=[("RBC", 2)] * 30, annotations=2)
    assert formatted(proposed) == proposed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: a\n", "name: b\n"),
        ("name: a\n", 'name: "a"\n'),
        ("labels: {a: x, b: y}\n", "labels: {b: y, a: x}\n"),
        ("labels: [a, b]\n", "labels: [b, a]\n"),
        ("labels: [a, b]\n", "labels: [a]\n"),
        ("labels: [a]\n", "labels: {a: a}\n"),
        ("name: a\nquery: b\n", "name: a\n"),
        ("name: a\n---\nname: b\n", "name: a\n"),
        ("name: a  # x\n", "name: a\n"),
        ("name: a  # x\n# x\n", "name: a  # x\n"),
        ("tags: &t [a]\nowners: *t\n", "tags: &t [a]\nowners: [a]\n"),
        ("tags: &t [a]\n", "tags: [a]\n"),
        ("name: a\n", "name: [\n"),
    ],
)
def test_a_result_that_differs_in_anything_that_counts_would_not_be_taken(before: str, after: str) -> None:
    order = order_of(DatasetFile)
    assert equivalent(before, before, order)
    assert not equivalent(before, after, order)


def test_a_result_may_differ_in_the_place_of_keys_and_comments() -> None:
    order = order_of(DatasetFile)
    assert equivalent("name: a\nquery: b  # x\n", "# x\nquery:   b\nname: a\n", order)
    assert not equivalent("name: a\nquery: b\n", "query: b\nname: a\n", FREE)


# Laws


@st.composite
def files(draw: st.DrawFn) -> str:
    """A spec as people may write it: any order, any indentation, comments and blank lines everywhere."""
    return "---\n".join(draw(st.lists(st.builds("".join, documents()), min_size=1, max_size=3)))


@st.composite
def documents(draw: st.DrawFn) -> list[str]:
    step = draw(st.integers(1, 6))
    pad = " " * step
    anchored = draw(st.booleans())
    choices = {
        "dataset": ["balloons", '"balloons"', " balloons"],
        "name": ["Party Balloons", "'it''s'", '"a # b"', "a#b"],
        "description": [
            f"|\n{pad}text\n{pad}  # no comment\n\n{pad}more  ",
            f">-\n{pad}folded\n{pad}text",
            f'"two\n{pad}lines"',
        ],
        "source": [
            f"\n{pad}collection: party",
            "{collection: party}",
            f"\n{pad}# why\n{pad}collection: party\n{pad}# or",
        ],
        "query": [
            "annotation.label=Balloon",
            f"\n{pad}annotation.label=Balloon",
            f"annotation.label=Balloon\n{pad}or annotation.label=Kite",
        ],
        "filter": [
            "{to_date: 2024-12-31,from_date: 2024-01-01}",
            f"\n{pad}to_date: 2024-12-31\n\n{pad}from_date: 2024-01-01",
        ],
        "labels": [
            "[Balloon,Kite]",
            "\n- Balloon\n- Kite",
            f"\n{pad}- Kite   # k\n{pad}# b\n{pad}- Balloon",
            f"[Balloon, # b\n{pad}Kite]",
            "{Toy: [Kite , Bird]}",
            f"\n{pad}Toy:\n{pad}{pad}- Kite\n{pad}B: Balloon",
        ],
        "split": ["{test: 10,train: 70, validation: 20 , }", f"\n{pad}test: 30\n{pad}train:   70"],
        "exports": ["[RAW]", "\n- RAW\n-   YOLO Darknet", f"\n{pad}-\n{pad}{pad}RAW"],
        "augmentations": [
            f"\n{pad}rotate: [-10,10]\n{pad}flip: {{vertical,horizontal}}",
            f"\n{pad}IMAGE_LEVEL:\n{pad}-   id: FLIP_IMAGE\n{pad}    properties:\n"
            f"{pad}    - {{id: FLIP_VERTICAL, values: [true]}}",
        ],
        "tags": [" [a]" if not anchored else " &t [a]"],
        "owners": [" [b]" if not anchored else " *t"],
    }
    names = draw(
        st.permutations(["dataset", "source", "labels", *draw(st.sets(st.sampled_from(sorted(choices))))])
    )
    kept = list(dict.fromkeys(names))
    if anchored and "owners" in kept:
        kept = ["tags", *(name for name in kept if name not in ("tags",))]
    lines = []
    for name in kept:
        lines.append(
            draw(
                st.sampled_from(
                    ["", "", "\n", "\n\n", "# C\n", "\n# C\n# C\n", "# C\n\n", f"{pad}# C\n", "   \n"]
                )
            )
        )
        value = draw(st.sampled_from(choices[name]))
        ending = draw(st.sampled_from(["", "", "   ", "  # C", " #C"]))
        if "\n" in value or value.endswith(("text", 'lines"')):
            ending = ""
        lines.append(
            f"{name}{draw(st.sampled_from(['', ' ']))}:{'' if value.startswith(chr(10)) else ' '}{value}{ending}\n"
        )
    lines.append(draw(st.sampled_from(["", "# C\n", "\n\n# C\n\n", f"{pad}# C\n"])))
    return lines


def numbered(text: str) -> str:
    """`text` with every comment made unlike the others."""
    numbers = iter(range(10_000))
    return re.sub(r"#( ?)C", lambda match: f"#{match[1]}C{next(numbers)}.", text)


@given(text=files().map(numbered))
def test_a_file_means_the_same_afterwards(text: str) -> None:
    before, told = load(text)
    after, told_after = load(formatted(text))
    assert [spec.config for spec in before.specs] == [spec.config for spec in after.specs]
    assert sorted(finding.code for finding in told) == sorted(finding.code for finding in told_after)


@given(text=files().map(numbered))
def test_any_reader_of_yaml_reads_the_same_values_afterwards(text: str) -> None:
    assert list(yaml.safe_load_all(formatted(text))) == list(yaml.safe_load_all(text))


@given(text=files().map(numbered))
def test_every_comment_survives_once(text: str) -> None:
    made = formatted(text)
    assert sorted(re.findall(r"# ?C\d+\.", made)) == sorted(re.findall(r"# ?C\d+\.", text))
    for comment in re.findall(r"# ?C\d+\.", made):
        assert re.search(rf"(^|\s){comment}$", made, re.MULTILINE)


@given(text=files().map(numbered))
def test_what_is_in_layout_stays_as_it_is(text: str) -> None:
    made = formatted(text)
    assert formatted(made) == made


@given(text=files().map(numbered))
def test_keys_are_in_order_afterwards_unless_an_alias_forbids_it(text: str) -> None:
    known = DatasetFile.in_order()
    for document in yaml.safe_load_all(formatted(text)):
        names = [name for name in document if name != "owners" or "*t" not in text]
        assert names == sorted(names, key=known.index)


@given(text=files().map(numbered))
def test_no_line_has_blanks_at_its_end_but_those_of_a_text(text: str) -> None:
    for line in formatted(text).split("\n"):
        # A line of blanks that are more than the text is indented is part of the text.
        assert line == line.rstrip() or "more" in line or (not line.strip() and set("|>") & set(text))


@example("a#: b\n")
@example("a: |1\n  b\n")
@example("a: 'b\n\n  c'\n-")
@example("- - a\n  -\n- b: |\n   c\n")
@example("&a b: *a\n")
@example('a: "b \\\n  c"\n')
@given(st.text(alphabet="ab:-#[]{}&*|>\n\n  '\",?~+1"))
def test_nothing_that_can_be_written_is_damaged(text: str) -> None:
    found = laid_out("spec.yaml", text.encode(), DatasetFile)
    made = found.text
    assert (made is None) == bool(found.errors)
    if made is not None:
        assert formatted(made) == made
        try:
            values = list(yaml.safe_load_all(text))
        except yaml.YAMLError:
            return  # this reader is written in Python, and takes a little less than the one written in C
        assert list(yaml.safe_load_all(made)) == values
