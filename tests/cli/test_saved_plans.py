"""Plans that are saved, shown, approved, and applied as they were reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at

SPEC = "specs/balloons.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One spec over a lake of three pictures."""
    folder = project_at(tmp_path / "project")
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a", "b", "c")
    return folder


@pytest.fixture
def saved(project: Path) -> str:
    """The first plan, in a file."""
    file = str(project / "plan.json")
    succeeded(project, "plan", "--out", file)
    return file


def approved(project: Path) -> str:
    """The digest of the plan, as it is told."""
    return succeeded(project, "plan", "--approve-digest").splitlines()[-1]


def test_a_plan_that_still_holds_says_how_to_apply_it(project: Path, saved: str) -> None:
    assert f"`setwright apply {saved}` makes it so." in succeeded(project, "show", saved)


@pytest.mark.parametrize(
    ("option", "instead"),
    [
        ("--out", "--json"),
        ("--markdown", "--format markdown"),
        ("--html", "--format html"),
        ("--json-into", "--json-stream"),
    ],
)
def test_a_dash_is_no_file_and_it_is_said_what_prints_instead(
    project: Path, option: str, instead: str
) -> None:
    refused = setwright(project, "plan", option, "-")
    assert refused.returncode == 1
    assert f"`{instead}` prints it" in refused.stderr
    assert not (project / "-").exists()


@pytest.mark.parametrize("line", [("lake", "export-catalog"), ("diff", "a@1.0.0", "a", "--html")])
def test_a_dash_is_no_file_for_other_commands_either(project: Path, line: tuple[str, ...]) -> None:
    refused = setwright(project, *line, "-")
    assert (refused.returncode, "`/dev/stdout` prints it" in refused.stderr) == (1, True)
    assert not (project / "-").exists()


def test_a_plan_is_still_good_when_frames_came_to_the_lake(project: Path, saved: str) -> None:
    ingest(project, "d")
    assert "The lake has come from revision 1 to 2" in succeeded(project, "show", saved)
    assert "balloons 1.0.0: 3 frames" in succeeded(project, "apply", saved)


def test_the_first_plan_cannot_be_applied_twice_and_can_still_be_shown(project: Path, saved: str) -> None:
    succeeded(project, "apply", saved)
    again = setwright(project, "apply", saved)
    assert again.returncode == 5
    assert "Nothing was changed." in again.stderr
    text = succeeded(project, "show", saved)
    assert "balloons will be created" in text
    assert "This plan is stale, and apply would refuse it:" in text
    assert 'There is a dataset "balloons" now: version 1.0.0 by' in text
    assert succeeded(project, "versions", "balloons").count("1.0.0") == 1


def test_a_stale_plan_says_which_dataset_moved_on(project: Path) -> None:
    succeeded(project, "apply", "--yes")
    ingest(project, "d")
    file = str(project / "plan.json")
    succeeded(project, "plan", "--out", file)
    ingest(project, "e", "f")
    succeeded(project, "apply", "--yes")
    stale = setwright(project, "apply", file)
    assert stale.returncode == 5
    assert "balloons is at 2.0.0 by" in stale.stderr or "balloons is at 1.1.0 by" in stale.stderr
    assert "and the plan follows 1.0.0" in stale.stderr


def test_a_plan_can_be_shown_where_there_is_no_project(project: Path, saved: str, tmp_path: Path) -> None:
    text = succeeded(tmp_path, "show", saved)
    assert "Whether it still holds is not known here: There is no project here." in text


@pytest.mark.parametrize("form", ["json", "markdown", "html", "sarif"])
def test_beside_another_form_than_text_the_digest_goes_to_stderr(project: Path, form: str) -> None:
    ran = setwright(project, "plan", "--approve-digest", "--format", form)
    assert ran.stderr.splitlines()[-1] == approved(project)
    assert not ran.stdout.endswith(ran.stderr)


def test_an_approved_plan_is_applied_without_asking(project: Path) -> None:
    assert "1 added" in succeeded(project, "apply", "--approved", approved(project))


def test_an_approval_covers_what_would_be_done_and_not_when_it_was_planned(project: Path) -> None:
    digest = approved(project)
    (project / SPEC).write_text(
        f"# the same, said otherwise\nlabels: [Balloon]\n{BALLOONS.partition('labels')[0]}"
    )
    assert "1 added" in succeeded(project, "apply", "--approved", digest)


def test_what_was_not_approved_is_not_made_and_the_difference_is_shown(project: Path) -> None:
    digest = approved(project)
    (project / SPEC).write_text(
        BALLOONS + "query: metadata.name=a.png\nsplit: {train: 50, validation: 40, test: 10}\n"
    )
    ran = setwright(project, "apply", "--approved", digest)
    assert ran.returncode == 5
    assert ran.stdout.endswith(
        "In what it differs from the approved plan:\n"
        "  balloons\n"
        "    approved  balloons will be created, version 1.0.0; +3 -0 frames, 3 after\n"
        "    now       balloons will be created, version 1.0.0; +1 -0 frames, 1 after\n"
        "      query  none -> metadata.name=a.png\n"
        "      split.train  80 -> 50\n"
        "      split.validation  10 -> 40\n\n"
    )
    assert "no version yet" in succeeded(project, "versions", "balloons")


def test_a_plan_file_can_stand_for_its_digest(project: Path, saved: str) -> None:
    ingest(project, "d")
    ran = setwright(project, "apply", "--approved", saved)
    assert ran.returncode == 5
    assert "the content is another, for the lake or the current version is" in ran.stdout
    succeeded(project, "plan", "--out", saved)
    assert "1 added" in succeeded(project, "apply", "--approved", saved)


@pytest.mark.parametrize("digest", ["nonsense", "../../setwright", "plan-1:" + "0" * 64, "/etc/passwd\x00"])
def test_a_digest_that_nobody_knows_is_refused(project: Path, digest: str) -> None:
    assert setwright(project, "apply", "--approved", digest).returncode == 5


def test_only_the_last_plans_are_remembered(project: Path) -> None:
    folder = project / ".setwright" / "plans"
    folder.mkdir()
    for number in range(30):
        (folder / f"plan-1-{number}.json").touch()
    digest = approved(project)
    assert len(list(folder.iterdir())) == 20
    assert (folder / f"{digest.replace(':', '-')}.json").exists()
