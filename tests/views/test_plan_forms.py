"""Every form is rendered from the document alone: from the golden JSON come the golden texts, pages and reports."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from setwright.cli.forms import PRINTED, rendered
from setwright.model.documents import from_document
from setwright.plan.document import PlanDocument
from setwright.views.plan_text import render
from tests.conftest import GOLDEN, Golden
from tests.views import plans
from tests.views.test_plan_text import DOCUMENTS

ALL = DOCUMENTS | {"drifting": plans.drifting(), "refused": plans.refused()}
KEPT = [*ALL, "party"]
"""Those of `tests.views.plans`, and one that the whole command made on a real lake."""

FILES = {
    "markdown": "md",
    "ndjson": "ndjson",
    "sarif": "sarif",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "gitlab-mr": "gitlab-mr.json",
}
PAGES = ("denied", "drifting", "party", "refused")
"""A page is long, so only some are kept."""


@pytest.mark.parametrize("name", ALL)
def test_the_document_is_as_reviewed(name: str, golden: Golden) -> None:
    golden(f"plan/{name}.json", rendered(ALL[name], "json"))


def kept(name: str) -> PlanDocument:
    return from_document(PlanDocument, json.loads((GOLDEN / "plan" / f"{name}.json").read_text()))


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("form", FILES)
def test_a_form_of_the_golden_json_is_as_reviewed(name: str, form: str, golden: Golden) -> None:
    golden(f"plan/{name}.{FILES[form]}", rendered(kept(name), form, "datasets"))


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_the_golden_json_is_as_reviewed(name: str, golden: Golden) -> None:
    page = re.sub("sha256-[^']+", "sha256-…", rendered(kept(name), "html"))
    # The style is read where it is written; here a line an element, so that a difference can be read.
    golden(
        f"plan/{name}.html",
        re.sub(r"(<style>).*(?=</style>)", r"\1", page, flags=re.DOTALL).replace("><", ">\n<"),
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_text_of_the_golden_json_is_the_golden_text(name: str) -> None:
    text = (GOLDEN / "plan" / f"{name}.txt").read_text()
    assert render(kept(name), color=False, width=100) == text


def test_every_form_that_can_be_printed_is_kept() -> None:
    assert {*FILES, "text", "html", "json"} == set(PRINTED)


def test_the_widget_of_gitlab_counts_what_the_summary_counts() -> None:
    for document in ALL.values():
        counts = document.summary
        assert json.loads(rendered(document, "gitlab-mr")) == {
            "create": counts.add,
            "update": counts.change,
            "delete": counts.destroy,
        }


def test_a_finding_that_class_ids_move_names_the_classes() -> None:
    document = plans.following()
    (change,) = document.changes
    first, second, *rest = change.labels
    labels = (
        replace(first, id_before=1, id_after=0),
        replace(second, id_after=None),
        *rest,
    )
    moved = replace(change, severity="schema", labels=labels)
    told = rendered(replace(document, changes=(moved,)), "github")
    assert f"{first.label} (id 1 -> 0), {second.label} (no longer a class)." in told
