"""`setwright lake`, as its users run it."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from tests.cli import inside
from tests.cli.project_folder import project_at
from tests.conftest import Golden
from tests.house.program import PROGRAM, ROOT, setwright
from tests.lake.lakes import picture, rectangle, write


def lake(folder: Path, *args: str, **environ: str) -> inside.Ran:
    """A process of its own where the environment is another, which is read when it starts."""
    if not environ:
        return inside.setwright(folder, "lake", *args)
    ran = setwright("-C", str(folder), "lake", *args, **environ)
    return inside.Ran(ran.returncode, ran.stdout, ran.stderr)


def ingest(folder: Path, *args: str, **environ: str) -> inside.Ran:
    return lake(folder, "ingest", "in", "--collection", "cells", *args, **environ)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_at(tmp_path)


def test_what_libraries_warn_programmers_of_is_not_told(project: Path) -> None:
    (project / "in").mkdir()
    palette = Image.new("P", (40, 30))
    palette.putpalette(range(48))
    palette.save(project / "in" / "a.png", transparency=bytes(range(16)))
    ran = subprocess.run(
        [sys.executable, "-m", "setwright", "lake", "ingest", "in", "--collection", "cells"],
        cwd=project,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Warning" not in ran.stderr


def flawed(project: Path) -> Path:
    """Files with nearly everything wrong that can be."""
    folder = write(
        project / "in",
        {
            "a.png": ["RBC", "rbc", rectangle("RBC", width=0), rectangle("WBC", left=50)],
            "b.png": ["RBC", rectangle("WBC", left=15), {"region_attributes": {"label": "WBC"}}],
            "c.png": ["RBC", "RBC"],
            "gone.png": ["WBC"],
            "more/a.png": [],
        },
    )
    (folder / "c.png").write_bytes(b"no picture")
    (folder / "gone.png").unlink()
    (folder / "README.md").write_text("hello")
    return folder


def test_an_ingest_tells_all_that_it_found(project: Path, golden: Golden) -> None:
    flawed(project)
    result = ingest(project)
    assert result.returncode == 0, result.stderr
    golden("lake/ingest.txt", result.stdout)


def test_an_ingest_of_nothing_new_says_so(project: Path, golden: Golden) -> None:
    write(project / "in", {"a.png": ["RBC"]})
    ingest(project)
    golden("lake/ingest-again.txt", ingest(project).stdout)


def test_strict_refuses_and_fails(project: Path, golden: Golden) -> None:
    flawed(project)
    result = ingest(project, "--strict")
    assert result.returncode == 1
    golden("lake/ingest-strict.txt", result.stdout)
    assert not (project / ".setwright/lake").exists(), "there was none, and there is nothing to put into one"
    inside.succeeded(project, "lake", "init")
    assert ingest(project, "--strict").stdout == result.stdout
    assert json.loads(lake(project, "stats", "--json").stdout)["frames"] == 0


def test_where_strict_refuses_more_than_is_shown_it_says_what_lists_all(project: Path) -> None:
    folder = write(project / "in", {"a.png": []})
    for name in "bcde":
        (folder / f"{name}.png").write_bytes(b"no picture")
    told = "With --json all of them are listed."
    assert told in ingest(project, "--strict").stdout
    (folder / "e.png").unlink()
    assert told not in ingest(project, "--strict").stdout


def test_pictures_that_were_turned_upright_are_counted(project: Path) -> None:
    folder = write(project / "in", {"a.png": [], "b.png": []})
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (20, 10)).save(folder / "c.jpg", exif=exif)
    assert "  1 picture turned upright, as EXIF says\n" in ingest(project).stdout
    assert json.loads(ingest(project, "--json").stdout)["pictures_turned"] == 1, (
        "known already, it is still told"
    )


def test_a_first_ingest_that_fails_leaves_no_lake_behind(project: Path) -> None:
    (project / "in").mkdir()
    assert inside.setwright(project, "lake", "ingest", "in", "--collection", "c").returncode == 1
    write(project / "in", {"a.png": []})
    assert inside.setwright(project, "lake", "ingest", "in", "--collection", "").returncode == 1
    assert not (project / ".setwright/lake").exists()
    inside.succeeded(project, "lake", "ingest", "in", "--collection", "c")
    assert (project / ".setwright/lake").exists()


def test_what_is_told_as_json_is_the_report(project: Path) -> None:
    flawed(project)
    result = ingest(project, "--json")
    assert json.loads(result.stdout) == json.loads((project / ".setwright/lake/reports/1.json").read_bytes())
    assert "Reading" not in result.stderr


def test_stats_log_and_verify(project: Path, golden: Golden) -> None:
    write(project / "in", {"a.png": ["RBC", "WBC"], "b.png": []})
    ingest(project, "--operation", "ann")
    golden("lake/stats.txt", lake(project, "stats").stdout)
    log = re.sub(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "2026-01-01 12:00:00 UTC", lake(project, "log").stdout
    )
    assert re.sub(r"\(.*\)", "(ada@lab)", log) == (
        "1  2026-01-01 12:00:00 UTC  Ingest into cells: 2 new frames, +2 -0 annotations  (ada@lab)\n"
    )
    verified = lake(project, "verify")
    assert (verified.returncode, verified.stdout.split(" ", 2)[:2]) == (0, ["2", "blobs"])


def test_labels_are_defined_grouped_and_listed(project: Path, golden: Golden) -> None:
    write(project / "in", {"a.png": ["RBC", "WBC"], "b.png": ["RBC"]})
    ingest(project)
    told = [
        inside.setwright(project, "lake", "labels", *arguments)
        for arguments in (
            ("define", "Platelets", "--description", "small", "--attribute", "State=whole, broken"),
            ("define", "Platelets", "--description", "small"),
            ("define", "RBC", "--attribute", "=x"),
            ("group", "blood", "RBC", "WBC"),
            ("group", "blood", "WBC"),
            ("group", "blood", "Platelet"),
            ("group", "empty"),
            ("ungroup", "blood", "WBC"),
            ("ungroup", "blood", "WBC"),
            ("ungroup", "blood"),
            ("ungroup", "bloot", "--all"),
            ("ungroup", "empty", "--all"),
            ("rename-group", "blood", "cells"),
            ("list",),
            ("list", "--at", "3"),
            ("list", "--at", "0"),
        )
    ]
    golden("lake/labels.txt", "".join(f"{each.returncode}\n{each.stdout}{each.stderr}" for each in told))
    found = json.loads(inside.succeeded(project, "lake", "labels", "list", "--json"))
    assert [label["name"] for label in found["labels"]] == ["Platelets", "RBC", "WBC"]
    assert found["labels"][0]["attributes"][0]["values"][1] == {"value": "broken", "description": ""}
    assert found["groups"] == [{"uid": found["groups"][0]["uid"], "name": "cells", "labels": ["RBC"]}]
    assert json.loads(inside.succeeded(project, "lake", "stats", "--json"))["label_groups"] == {"cells": 1}


def test_diff_tells_what_changed_between_two_revisions(project: Path, golden: Golden) -> None:
    write(project / "in", {"a.png": ["RBC"], "b.png": ["RBC"]})
    ingest(project)
    write(project / "in", {f"{number}.png": ["RBC"] for number in range(12)} | {"a.png": ["WBC"]})
    ingest(project)
    golden("lake/diff.txt", lake(project, "diff", "1", "2").stdout)
    found = json.loads(lake(project, "diff", "1", "2", "--json").stdout)
    assert (len(found["added"]), found["annotated"]) == (12, ["cells_a.png"])
    assert found["labels"]["RBC"] == {"added": 12, "removed": 1}
    assert "No frame, no annotation, no tag and no field differs." in lake(project, "diff", "2", "2").stdout
    assert "The lake has no revision 9" in lake(project, "diff", "1", "9").stderr


def test_verify_fails_where_something_is_damaged(project: Path) -> None:
    write(project / "in", {"a.png": []})
    ingest(project)
    (blob,) = (project / ".setwright/lake/blobs").glob("??/*")
    blob.write_bytes(b"other")
    result = lake(project, "verify")
    assert result.returncode == 1
    assert "A blob has changed" in result.stdout


def test_of_many_damages_of_a_kind_a_few_are_shown_and_json_lists_all(project: Path) -> None:
    write(project / "in", {f"{number:02}.png": [] for number in range(14)})
    inside.succeeded(project, "lake", "ingest", "in", "--collection", "cells")
    blobs = sorted((project / ".setwright/lake/blobs").glob("??/*"))
    for blob in blobs[:12]:
        blob.unlink()
    blobs[12].write_bytes(b"other")
    told = inside.setwright(project, "lake", "verify")
    assert told.returncode == 1
    assert told.stdout.count("Damage: ") == 11
    assert "… and 2 more of this kind; --json lists all" in told.stdout
    assert "13 damaged or missing among 2 blobs" in told.stdout
    listed = json.loads(inside.setwright(project, "lake", "verify", "--json").stdout)
    assert len(listed["damages"]) == 13
    assert "--index or --json" in inside.setwright(project, "lake", "verify", "--json", "--index").stderr


def test_verify_does_not_take_the_side_of_rows_that_somebody_edited(project: Path) -> None:
    write(project / "in", {"a.png": ["RBC"], "b.png": ["WBC"]})
    inside.succeeded(project, "lake", "ingest", "in", "--collection", "cells")
    with closing(sqlite3.connect(project / ".setwright/lake/catalog.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE annotations SET label = (SELECT min(label) FROM annotations)")
    told = inside.setwright(project, "lake", "verify")
    assert told.returncode == 1
    assert "The index is not what the catalogue says" in told.stdout
    assert "compare with a backup first" in told.stdout


def test_without_the_extra_nothing_is_made_and_the_command_to_install_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    refused = inside.setwright(tmp_path, "lake", "init", "--lake", "new", "--blobs", "s3://bucket/lake")
    assert refused.returncode == 1
    assert "pip install 'setwright[objectstore]'" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_programs_are_told_among_what_is_not_read(project: Path) -> None:
    write(project / "in", {"a.png": []})
    write(project / "in" / ".venv", {"a.png": [], "logo.png": []})
    told = ingest(project).stdout
    assert "frames       1 new" in told
    assert ".venv/a.png, .venv/logo.png" in told


def test_annotations_that_programs_keep_count_for_nothing(project: Path) -> None:
    write(project / "in", {"a.png": ["RBC"]})
    write(project / "in" / ".ipynb_checkpoints", {"a.png": ["WBC", "WBC"]})
    assert "annotations  1 in the files; 1 new" in ingest(project).stdout


def test_specs_with_mistakes_do_not_keep_pictures_out(tmp_path: Path) -> None:
    project = project_at(tmp_path, {"specs/a.yaml": "nonsense: ["})
    write(project / "in", {"a.png": []})
    assert ingest(project).returncode == 0


def test_a_mistake_in_the_project_file_is_shown_in_its_place(tmp_path: Path) -> None:
    project_at(tmp_path, project="project: party\nremotte: {}\n")
    result = lake(tmp_path, "stats")
    assert result.returncode == 1
    assert result.stderr.startswith("setwright.yaml:2:1: error[")


def test_the_lake_is_the_project_s_the_environment_s_or_the_one_that_is_named(tmp_path: Path) -> None:
    project = project_at(
        tmp_path,
        {},
        "project: party\nremote: {path: one}\nenvironments: {staging: {remote: {path: two}}}\n",
    )
    write(project / "in", {"a.png": []})
    (project / "below").mkdir()
    assert ingest(project).returncode == 0
    assert ingest(project, "--env", "staging").returncode == 0
    assert ingest(project, "--lake", "three").returncode == 0
    assert [path.name for path in sorted(project.glob("*/lake.json"))] == ["lake.json"] * 3
    assert lake(project / "below", "stats", SETWRIGHT_ENV="staging").returncode == 0
    assert lake(project / "below", "stats").stdout.startswith("Revision 1")


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        (
            "{kind: lake, url: https://lake.example.com}",
            "hint: run this where its folder is, with `--lake DIR`",
        ),
        ("{kind: layernext, url: https://example.com}", "Its remote is LayerNext at https://example.com"),
    ],
)
def test_where_the_remote_is_no_folder_of_this_machine_it_is_told_where_to_go(
    tmp_path: Path, remote: str, told: str
) -> None:
    project_at(tmp_path, project=f"remote: {remote}\n")
    result = lake(tmp_path, "stats")
    assert result.returncode == 1
    assert told in result.stderr


def test_without_a_project_a_lake_can_be_named(tmp_path: Path) -> None:
    write(tmp_path / "in", {"a.png": []})
    refused = ingest(tmp_path)
    assert refused.returncode == 1
    assert "There is no project here" in refused.stderr
    assert ingest(tmp_path, "--lake", "somewhere").returncode == 0


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["ingest", "nowhere", "--collection", "x"], "There is no nowhere"),
        (["ingest", "in"], "--collection"),
        (["ingest", "in", "--collection", ""], "Not the name of a collection"),
        (["ingest", "in", "--collection", "x", "--format", "coc"], "--format"),
        (["stats"], "There is no lake"),
        (["log"], "There is no lake"),
        (["verify"], "There is no lake"),
    ],
)
def test_what_cannot_be_is_told_in_one_message(project: Path, args: list[str], told: str) -> None:
    write(project / "in", {"a.png": []})
    result = lake(project, *args)
    assert result.returncode == 1
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_no_lake_is_made_for_what_is_not_there(project: Path) -> None:
    lake(project, "ingest", "nowhere", "--collection", "x")
    assert not (project / ".setwright" / "lake").exists()


def test_hostile_names_move_nothing_on_a_terminal(project: Path) -> None:
    write(project / "in", {"a.png": ["\N{RIGHT-TO-LEFT OVERRIDE}evil"]})
    assert "\\u202eevil" in ingest(project).stdout
    assert "\\u202eevil" in lake(project, "stats").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_says_how_to_go_on_and_leaves_a_lake_that_does(project: Path) -> None:
    folder = project / "in"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.png").write_bytes(picture(number, (300, 300)))
    command = [*PROGRAM, "-C", str(project), "lake", "ingest", "in", "--collection", "cells"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert running.stderr.readline().startswith("Reading annotations")
        assert running.stderr.readline().startswith("Made a lake")
        while not any((project / ".setwright/lake/blobs").glob("??/*")):
            time.sleep(0.001)
        running.send_signal(signal.SIGINT)
        told = running.stderr.read()
    assert running.returncode == 130
    assert "Interrupted. Nothing was recorded. Run the same command again to go on." in told
    assert "Traceback" not in told
    assert lake(project, "verify").returncode == 0
    assert ingest(project).returncode == 0
    assert json.loads(lake(project, "stats", "--json").stdout)["frames"] == 400


@pytest.fixture
def asked(project: Path) -> Path:
    frames = {f"{number}.png": ["RBC"] * (number % 3) + ["WBC"] * (number % 2) for number in range(8)}
    write(project / "in", frames)
    assert ingest(project).returncode == 0
    return project


def test_a_query_lists_names_one_a_line(asked: Path) -> None:
    found = lake(asked, "query", "annotation.label=RBC and annotation.label=WBC")
    assert (found.stdout, found.stderr) == ("cells_1.png\ncells_5.png\ncells_7.png\n", "")
    assert len(lake(asked, "query").stdout.splitlines()) == 8
    assert lake(asked, "query", "annotation.label=RBC", "--count").stdout == "5\n"
    assert lake(asked, "query", "", "--count", "--at", "0").stdout == "0\n"


def test_a_query_is_explained(asked: Path, golden: Golden) -> None:
    query = "annotation(label=RBC and area>=50) and not (annotation.label=WBC or frame.width<5)"
    golden("lake/query.txt", lake(asked, "query", query, "--explain", "--labels", "--sample", "2").stdout)


def test_a_query_answers_in_json(asked: Path) -> None:
    answer = json.loads(
        lake(asked, "query", "annotation.label=WBC", "--json", "--labels", "--explain").stdout
    )
    assert (answer["count"], answer["revision"]) == (4, 1)
    assert answer["labels"]["WBC"] == {"annotations": 4, "frames": 4}
    assert answer["parts"] == [{"depth": 0, "text": "annotation.label=WBC", "frames": 4}]
    assert json.loads(lake(asked, "query", "frame.width>99", "--json").stdout)["frames"] == []


def test_a_mistake_in_a_query_is_underlined(asked: Path, golden: Golden) -> None:
    long = " or ".join(["metadata.name~x"] * 9)
    told = [
        lake(asked, "query", query)
        for query in (
            "annotation.lable=RBC",
            f"{long} or annotation.label==RBC or {long}",
            "frame.date=soon",
            "a=\n(",
        )
    ]
    assert {each.returncode for each in told} == {1}
    golden("lake/query-mistakes.txt", "".join(each.stderr for each in told))


def test_names_that_the_lake_does_not_have_are_told(asked: Path) -> None:
    found = lake(asked, "query", "annotation.label in (RBCs, WBC) and collection.name=cells", "--count")
    assert found.stdout == "4\n"
    assert found.stderr == 'No label of the lake is called "RBCs"; did you mean "RBC"?\n'
    found = lake(asked, "query", "metadata.Site=A", "--count")
    assert (found.stdout, found.stderr) == ("0\n", 'No metadata field in the lake is called "Site".\n')


def test_pictures_that_repeat_are_listed(project: Path, golden: Golden) -> None:
    same = {"a.png": 1, "more/b.png": 1, "c.png": 2}
    write(project / "in", {name: ["RBC"] for name in same}, same)
    assert ingest(project).returncode == 0
    golden("lake/duplicates.txt", lake(project, "stats", "--duplicates").stdout)
    counted = json.loads(lake(project, "stats", "--duplicates", "--json").stdout)
    assert counted["duplicates"] == {"groups": 1, "frames": 2, "listed": [["cells_a.png", "cells_b.png"]]}


def test_what_nothing_needs_is_freed(project: Path) -> None:
    write(project / "in", {"a.png": ["RBC"]})
    assert ingest(project).returncode == 0
    left = project / ".setwright" / "lake" / "blobs" / "ab" / ("0" * 62)
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"left")
    assert "1 blob that nothing needs" in lake(project, "gc").stdout
    assert lake(project, "gc", "--older-than", "0", "--dry-run").stdout.splitlines()[-1] == (
        "Would remove 1 blob (4 bytes); 1 are needed."
    )
    assert left.exists()
    assert json.loads(lake(project, "gc", "--older-than", "0", "--json").stdout)["bytes"] == 4
    assert not left.exists()


def test_a_lake_moves_by_a_file(project: Path, tmp_path: Path) -> None:
    write(project / "in", {"a.png": ["RBC"]})
    assert ingest(project).returncode == 0
    done = lake(project, "export-catalog", "catalog.jsonl.gz")
    assert done.returncode == 0 and "The pictures are in" in done.stdout
    assert lake(project, "export-catalog", "catalog.jsonl.gz").returncode == 1
    if Path("/dev/stdout").exists():
        piped = setwright("-C", str(project), "lake", "export-catalog", "/dev/stdout")
        assert "Wrote /dev/stdout" in piped.stderr
        assert piped.stdout.encode() == gzip.decompress((project / "catalog.jsonl.gz").read_bytes())
    done = lake(project, "import-catalog", "catalog.jsonl.gz", "--lake", "other")
    assert done.returncode == 0, done.stderr
    assert lake(project, "query", "--lake", "other").stdout == "cells_a.png\n"
    assert "missing" in lake(project, "verify", "--lake", "other").stdout
    refused = lake(
        project, "import-catalog", "catalog.jsonl.gz", "--lake", "third", "--catalog", "mysql://h/d"
    )
    assert refused.returncode == 1 and "mysql" in refused.stderr, refused.stderr
    whole = (project / "catalog.jsonl.gz").read_bytes()
    broken = [
        ("ends early, so it was cut", whole[:-9]),
        ("is not as gzip wrote it", whole[:20] + b"\xff" * 20 + whole[40:]),
        ("is not as gzip wrote it", whole[:-6] + b"\0\0" + whole[-4:]),
        ("is not as gzip wrote it", b"no gzip"),
    ]
    for why, content in broken:
        (project / "broken.jsonl.gz").write_bytes(content)
        refused = lake(project, "import-catalog", "broken.jsonl.gz", "--lake", "third")
        assert refused.returncode == 1 and "The exported catalogue cannot be read" in refused.stderr
        assert f"{why}. Nothing was recorded." in refused.stderr
    assert lake(project, "stats", "--lake", "third").returncode == 1, "no lake was made"


def test_of_many_files_with_one_picture_a_few_are_named(project: Path) -> None:
    folder = write(project / "in", {"a.png": []})
    for name in "bcdef":
        shutil.copy(folder / "a.png", folder / f"{name}.png")
    assert "      a.png = b.png = c.png … and 3 more\n" in ingest(project).stdout


def test_what_pictures_are_made_of_and_which_repeat_is_told(project: Path) -> None:
    folder = write(project / "in", {"a.png": [], "b.png": [], "c.png": []}, {"a.png": 1, "b.png": 1})
    Image.new("I;16", (20, 10), 500).save(folder / "deep.png")
    told = ingest(project).stdout
    assert "  1 file with the picture of another\n      a.png = b.png\n" in told
    assert "  pixels: 3 RGB, 1 grey of 16 bits\n" in told
