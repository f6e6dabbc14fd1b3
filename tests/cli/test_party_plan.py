"""The plan of a whole project on a real lake, as its golden document; every form of it is rendered from there."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tests.cli.inside import setwright, succeeded
from tests.conftest import Golden

PROJECT = """project: party
checks:
  no_leakage: true
  warn: {most_entering: 2}
"""
BALLOONS = """dataset: balloons
name: Party Balloons
source: {collection: party}
query: annotation.label=Balloon
labels: [Balloon]
split: {train: 70, validation: 20, test: 10}
exports: [RAW, YOLO Darknet]
"""
KITES = """dataset: kites
source: {collection: party}
labels: [Kite]
split: {train: 100, validation: 0, test: 0}
"""
CHANGED = {
    "query: annotation.label=Balloon": "query: annotation.label in (Balloon, Kite)",
    "labels: [Balloon]": "labels: [Kite, Balloon]",
    "exports: [RAW, YOLO Darknet]": "exports: [RAW, COCO]",
}


def picture(folder: Path, number: int, label: str) -> None:
    """A picture whose bytes are the same with every encoder, and one annotation."""
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (40, 30), (number * 7, 60, 90)).save(folder / f"{number:02}.bmp")
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    (folder / f"{number:02}.xml").write_text(
        f"<annotation><filename>{number:02}.bmp</filename>"
        f"<object><name>{label}</name><pose>Left</pose>{box}</object></annotation>"
    )


def alike(document: str) -> str:
    """The document without what chance and the clock decide: ids, keys, the digests that are made of them."""
    ids: dict[str, str] = {}
    for found in re.findall(r'"(?:id_before|follows)": "([^"]+)"', document):
        ids.setdefault(found, f"id-{len(ids) + 1}")
    for id_, name in ids.items():
        document = document.replace(id_, name)
    document = re.sub(r'("lineage": )"\w+"', r'\1"lineage"', document)
    document = re.sub(r'("seal": )"[^"]*"', r'\1""', document)
    return re.sub(r"\b(plan|step)-1:\w+", r"\1-1:…", document)


def test_a_party_s_plan_is_as_reviewed(tmp_path: Path, golden: Golden) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "setwright.yaml").write_text(PROJECT)
    (tmp_path / "specs" / "balloons.yaml").write_text(BALLOONS)
    for number in range(20):
        picture(tmp_path / "first", number, "Kite" if number % 4 == 0 else "Balloon")
    succeeded(tmp_path, "lake", "ingest", str(tmp_path / "first"), "--collection", "party")
    succeeded(tmp_path, "apply", "--yes")
    for number in range(20, 24):
        picture(tmp_path / "second", number, "Balloon")
    succeeded(tmp_path, "lake", "ingest", str(tmp_path / "second"), "--collection", "party")
    spec = BALLOONS
    for before, after in CHANGED.items():
        spec = spec.replace(before, after)
    (tmp_path / "specs" / "balloons.yaml").write_text(spec)
    (tmp_path / "specs" / "kites.yaml").write_text(KITES)
    ran = setwright(tmp_path, "plan", "--json", "--frames")
    assert ran.returncode == 0, ran.stderr
    golden("plan/party.json", alike(ran.stdout))
