"""Each kind of finding: what brings it about, and exactly where it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from setwright.model.diagnostics import SourceRef
from setwright.spec import findings
from setwright.spec.findings import KINDS, MAX_FINDINGS
from setwright.spec.settling import settled
from setwright.spec.source_text import MAX_BYTES
from setwright.spec.variables import GivenValue
from setwright.spec.yaml_nodes import MAX_DEPTH, MAX_SCALARS
from tests.spec.projects import MINIMAL, findings_of, load, only_finding, with_field

HEAD = "dataset: a\nsource: {datalake: image}\nlabels: [A]\n"
OTHER = "dataset: b\nsource: {datalake: image}\nlabels: [A]\n"


@dataclass(frozen=True)
class Case:
    """Files that bring about exactly one finding, `code`, whose span stands between « and » in one of them."""

    code: str
    files: Mapping[str, str]
    project: str = ""
    environment: str | None = None
    given: tuple[GivenValue, ...] = ()


def spec(code: str, text: str, **around: object) -> Case:
    """A case of one spec file."""
    return Case(code, {"spec.yaml": text}, **around)  # type: ignore[arg-type]


def field(code: str, text: str, **around: object) -> Case:
    """A case of one field below the fields that every spec needs."""
    return spec(code, HEAD + text + "\n", **around)


def project(code: str, text: str, **around: object) -> Case:
    """A case of the project file, with one spec that is right."""
    return Case(code, {"spec.yaml": HEAD}, project=text, **around)  # type: ignore[arg-type]


CASES = [
    # The file as text and as YAML
    field("SW104", 'description: "a«\u200b»b"'),
    field("SW104", "description: a«\u202e»b"),
    spec("SW105", HEAD + "«<<<<<<< ours»\nname: a\n=======\nname: b\n>>>>>>> theirs\n"),
    spec("SW106", HEAD + "filter:\n«\t»from_date: 2024-01-01\n"),
    spec("SW107", "dataset: a\nname: Balloons«:» red\n"),
    spec("SW107", HEAD + 'name: «"»Balloons\n'),
    field("SW107", "tags: «*nobody»"),
    spec("SW107", HEAD + "split: {train: 100\nprotect«:» true\n"),
    field("SW107", r'name: "a «\ud835\udd4f» b"'),
    field("SW107", 'name: "\U0001d54f «\\ud835\\udd4f»"'),
    field("SW107", r'name: "a \u«d»835 b"'),
    field("SW108", "«labels»: [B]"),
    field("SW108", "split: {train: 60, test: 40, «train»: 60}"),
    field("SW109", "name: «!!str 7»"),
    field("SW109", "protect: «!ruby/object true»"),
    field("SW110", "split: {«<<»: {train: 100}, train: 100}"),
    field("SW113", "tags: &self [a, «*self»]"),
    field("SW114", "«[»a, b]: c"),
    field("SW115", "split: {train: 100, seed: «010»}"),
    field("SW115", "name: «no»"),
    field("SW116", "split: {train: 100, seed: «99999999999999999999»}"),
    field("SW116", "split: {train: «.inf»}"),
    spec("SW117", "«»"),
    Case("SW117", {"spec.yaml": HEAD, "empty.yaml": "«»# nothing here\n"}),
    # Fields of a spec
    spec("SW201", "«- dataset: a»\n"),
    project("SW201", "«just text»\n"),
    spec("SW202", "«dataset»: a\nlabels: [A]\n"),
    spec("SW202", "«source»: {datalake: image}\nlabels: [A]\n"),
    field("SW203", "«querry»: annotation.label=A"),
    field("SW203", "split: {train: 100, «val»: 0}"),
    project("SW203", "«spec»: [a.yaml]\n"),
    project("SW203", "defaults: {«dataset»: b}\n"),
    field("SW204", "exports: «RAW»"),
    field("SW204", "tags: [a, «7»]"),
    field("SW204", 'protect: «"yes"»'),
    field("SW204", "split: {train: 100, seed: «1.5»}"),
    spec("SW204", "dataset: a\nsource: {datalake: image}\nlabels: {A: «7»}\n"),
    field("SW205", "versioning: «allways»"),
    field("SW205", "filter: {annotation_types: [human, «people»]}"),
    spec("SW205", "dataset: a\nsource: {datalake: «video»}\nlabels: [A]\n"),
    project("SW301", "defaults: {augmentations: {«flipp»: {horizontal: true}}}\n"),
    project("SW213", "defaults: {«split»: {train: 70}}\n"),
    project("SW205", "remote: {kind: «lak»}\n"),
    field("SW206", "split: {train: «101», test: 0}"),
    field("SW206", "split: {train: 100, seed: «-1»}"),
    field("SW207", "«query»:"),
    field("SW207", "tags: [a, «~»]"),
    project("SW207", "«remote»:\n"),
    spec("SW208", "dataset: a\nsource: {datalake: image}\n«labels»: []\n"),
    spec("SW208", 'dataset: a\nsource: {collection: «" "»}\nlabels: [A]\n'),
    spec("SW209", "dataset: «Night Balloons»\nsource: {datalake: image}\nlabels: [A]\n"),
    field("SW209", "previously: «Ä»"),
    field("SW209", 'owners: [«" ada"»]'),
    field("SW209", f"name: «{'a' * 201}»"),
    project("SW209", "variables: {«Site»: {default: a}}\n"),
    project("SW209", "remote: {url: «lake.example.org»}\n"),
    project("SW209", "remote: {kind: layernext, url: «'https://api.example.org/?key=k'»}\n"),
    field("SW210", "filter: {from_date: «2023-02-29»}"),
    field("SW210", "filter: {to_date: «last week»}"),
    field("SW211", "filter: {from_date: 2024-05-02, to_date: «2024-05-01»}"),
    spec("SW212", "dataset: a\nsource: {collection: b, «datalake»: image}\nlabels: [A]\n"),
    spec("SW212", "dataset: a\n«source»: {}\nlabels: [A]\n"),
    field("SW213", "«split»: {train: 70, validation: 20}"),
    field("SW213", "«split»: {train: 33.3, validation: 33.3, test: 33.3}"),
    field("SW214", "query: annotation.label=A and «and»"),
    field("SW214", "query: «annotation.lable»=A"),
    spec("SW215", "dataset: a\nsource: {datalake: image}\nlabels: [A, B, «A»]\n"),
    spec("SW215", "dataset: a\nsource: {datalake: image}\nlabels: {A: [a, b], B: [c, «a»]}\n"),
    spec("SW216", "dataset: a\nsource: {datalake: image}\nlabels: [Cat, «cat»]\n"),
    spec("SW228", 'dataset: a\nsource: {datalake: image}\nlabels: [Kite, «"\\u041Aite"»]\n'),
    spec("SW228", 'dataset: a\nsource: {datalake: image}\nlabels: ["caf\\u00e9", «"cafe\\u0301"»]\n'),
    field("SW217", "tags: [a, b, «a»]"),
    field("SW217", "exports: [RAW, «raw»]"),
    project("SW217", "specs: [a.yaml, «a.yaml»]\n"),
    field("SW218", "exports: [«RAAW»]"),
    field(
        "SW219",
        "exports: [RAW, «COCO»]",
        project="remote: {kind: layernext, url: 'https://api.example.org'}\n",
    ),
    field(
        "SW225",
        "operations: {take: all, prefer: «human»}",
        project="remote: {kind: layernext, url: 'https://api.example.org'}\n",
    ),
    field("SW217", "operations: {take: [a, «a»], prefer: human}"),
    spec("SW202", "dataset: a\nsource: {«collection»: {}}\nlabels: [A]\n"),
    field("SW203", "operations: {«from»: all}"),
    field("SW205", "operations: {take: «some»}"),
    field("SW205", "operations: {prefer: «machine»}"),
    field("SW204", "operations: {take: «{prefer: human}»}"),
    field("SW220", "split: {train: 100, group_by: «patient»}"),
    field("SW220", "split: {train: 100, group_by: «metadata.Tags»}"),
    field("SW227", "split: {official: metadata.source_split, train: «100»}"),
    field("SW220", "split: {official: «source_split»}"),
    field("SW220", "split: {official: «metadata.name»}"),
    field("SW220", "split: {official: {field: «metadata.Tags»}}"),
    field("SW202", "split: {«official»: {others: train}}"),
    field("SW205", "split: {official: {field: metadata.a, others: «drop»}}"),
    field("SW217", "split: {official: {field: metadata.a, train: [a, b], test: [«A»]}}"),
    field("SW204", "split: {official: «7»}"),
    field("SW213", "«split»: {official: {field: metadata.a, others: divide}, train: 70}"),
    field("SW226", "split: {train: 100, grow: «[validation]»}"),
    project("SW204", "state: «here»\n"),
    project("SW205", "state: {kind: «foldr»}\n"),
    project("SW205", "state: {kind: «[]»}\n"),
    project("SW221", "state: {kind: «s3»}\n"),
    project("SW414", "«state»: {kind: lake, path: x}\n"),
    project("SW414", "remote: {kind: layernext, url: 'https://a.example'}\n«state»: {kind: lake}\n"),
    field(
        "SW222",
        "query: «annotation.label=A and annotation.label=B»",
        project="remote: {kind: layernext, url: 'https://api.example.org'}\n",
    ),
    # Checks
    field("SW203", "checks: {«fewest_frams»: 100}"),
    field("SW203", "checks: {warn: {«warn»: {}}}"),
    field("SW204", "checks: {fewest_frames: «many»}"),
    field("SW204", "checks: {fewest_annotations: {test: «[20]»}}"),
    field("SW204", "checks: {no_leakage: «[pictures]»}"),
    field("SW204", "checks: {required_metadata: {licence: «{a: b}»}}"),
    field("SW205", "checks: {frozen_splits: [«tset»]}"),
    field("SW206", "checks: {fewest_frames: {test: «0»}}"),
    field("SW206", "checks: {warn: {largest_share: «101»}}"),
    field("SW208", "checks: {«required_metadata»: []}"),
    field("SW209", "checks: {most_bytes: «10 gigs»}"),
    field("SW217", "checks: {required_tags: [a, «a»]}"),
    field("SW217", "checks: {forbidden: {frames: [a, «a»]}}"),
    field("SW223", "checks: {fewest_annotations: {total: {«B»: 3}}}"),
    field("SW224", "checks: {forbidden: {files: [«erased.txt»]}}"),
    field("SW119", "checks: {forbidden: {files: [«../erased.txt»]}}"),
    project("SW206", "checks: {largest_share: «101»}\n"),
    project("SW224", "checks: {forbidden: {files: [«erased.txt»]}}\n"),
    # Augmentations
    field("SW301", "augmentations: {«flipp»: {horizontal: true}}"),
    field("SW301", "augmentations: {IMAGE_LEVEL: [{id: «FLIP», properties: []}]}"),
    field("SW302", "augmentations: {flip: {«horizontl»: true}}"),
    field(
        "SW302",
        "augmentations: {IMAGE_LEVEL: [{id: IMAGE_BLUR, properties: [{id: «BLURR», values: [1, 2]}]}]}",
    ),
    field("SW303", "augmentations: {rotate: [«-361», 30]}"),
    field("SW303", "augmentations: {blur: «16»}"),
    field("SW303", "augmentations: {blur: 2, copies: «0»}"),
    field("SW304", "augmentations: {flip: «true»}"),
    field("SW304", "augmentations: {rotate: «[1, 2, 3]»}"),
    field("SW304", "augmentations: {shear: {vertical: «0.5»}}"),
    field("SW304", "augmentations: {blur: 2, IMAGE_LEVEL: [«3»]}"),
    field("SW305", "augmentations: {blur: 2, «flip»: {horizontal: false}}"),
    field("SW305", "augmentations: {blur: 2, «noise»: [0, 0]}"),
    field("SW305", "«augmentations»: {}"),
    field(
        "SW306",
        "augmentations: {blur: 2, IMAGE_LEVEL: [{id: IMAGE_BLUR, properties: [«{id: BLUR, values: [3, 4]}»]}]}",
    ),
    field("SW307", "augmentations: {crop: «[10, 96]»}"),
    # The project
    Case("SW401", {"a.yaml": HEAD, "b.yaml": HEAD.replace("dataset: a", "«dataset: a»") + "name: x\n"}),
    spec("SW402", "dataset: a\nsource: {datasets: [«nobody»]}\nlabels: [A]\n"),
    spec("SW403", "dataset: a\nsource: {datasets: [«a»]}\nlabels: [A]\n"),
    spec(
        "SW403",
        "dataset: a\nsource: {datasets: [«b»]}\nlabels: [A]\n---\ndataset: b\nsource: {datasets: [a]}\nlabels: [A]\n",
    ),
    spec("SW404", HEAD + "«previously: b»\n---\n" + OTHER),
    spec("SW405", HEAD + "---\n" + OTHER + "«name: a»\n"),
    field("SW406", 'name: "x-«${var.sight}»"', project="variables: {site: {default: north}}\n"),
    field("SW407", 'name: "«${var.site}»"', project="variables: {site: {}}\n"),
    project("SW408", "variables: {share: {type: number, default: «many»}}\n"),
    field("SW409", 'name: "«${env.HOME}»"'),
    field("SW409", 'name: "«${HOME}»"'),
    field("SW409", 'name: "«${var.site»"'),
    field("SW410", 'previously: «"${var.site}"»', project="variables: {site: {default: north}}\n"),
    spec(
        "SW410",
        'dataset: a\nsource: {datalake: image}\nlabels: {«"${var.site}"»: b}\n',
        project="variables: {site: {default: north}}\n",
    ),
    spec(
        "SW410",
        OTHER + '---\ndataset: a\nsource: {datasets: [«"${var.other}"»]}\nlabels: [A]\n',
        project="variables: {other: {default: b}}\n",
    ),
    project("SW411", "«environments»: {staging: {}}\n", environment="stagin"),
    project("SW412", "«remote»: {kind: layernext}\n"),
    project("SW412", "«remote»: {path: lake, url: 'https://lake.example.org'}\n"),
    project("SW413", "remote: {url: «'https://ada:secret@lake.example.org'»}\n"),
    project("SW119", "specs: [«../others/*.yaml»]\n"),
    project("SW119", "specs: [«/etc/*.yaml»]\n"),
]

LARGE = {
    "SW102": b"#" * (MAX_BYTES + 1),
    "SW103": b"dataset: caf\xe9\n",
    "SW111": b"tags: " + b"[" * (MAX_DEPTH + 1),
    "SW112": b"tags: [" + b"a, " * MAX_SCALARS + b"a]\n",
    "SW118": b"".join(b"unknown%d: 1\n" % number for number in range(MAX_FINDINGS + 1)),
}
"""What is too large to be written here, and what is no text."""

ON_DISK = {"SW101", "SW120", "SW121"}
"""Findings of those who read the files: tests/cli/test_workspace.py."""


def marked(file: str, text: str) -> tuple[str, SourceRef | None]:
    """`text` without « and », and the stretch between them."""
    start, end = text.find("«"), text.find("»") - 1
    plain = text.replace("«", "").replace("»", "")
    if start < 0:
        return plain, None

    def place(offset: int) -> tuple[int, int]:
        return plain.count("\n", 0, offset) + 1, offset - (plain.rfind("\n", 0, offset) + 1) + 1

    line = plain[plain.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    return plain, SourceRef(file, *place(start), *place(end), line)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_mistake_is_found_where_it_stands_and_nothing_else_is(case: Case) -> None:
    files = {name: marked(name, text) for name, text in case.files.items()}
    project, in_project = marked("setwright.yaml", case.project)
    found = load(
        {name: text for name, (text, _) in files.items()},
        project=project,
        environment=case.environment,
        given=case.given,
    )[1]
    (expected,) = [place for place in (in_project, *(place for _, place in files.values())) if place]
    hidden = replace(expected, excerpt=_hidden(expected.excerpt))
    assert [(finding.code, finding.source) for finding in found] == [(case.code, hidden)]


@pytest.mark.parametrize("code", LARGE)
def test_what_is_too_large_or_no_text_is_one_finding(code: str) -> None:
    content = LARGE[code]
    codes = [finding.code for finding in load(content)[1]]
    assert codes.count(code) == 1
    assert code == "SW118" or codes == [code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_finding_speaks_in_whole_sentences(case: Case) -> None:
    files = {name: marked(name, text)[0] for name, text in case.files.items()}
    (finding,) = load(files, project=marked("", case.project)[0], environment=case.environment)[1]
    assert finding.detail[0].isupper() or finding.detail[0] in "`\"'$&*!" or finding.detail[0].isalnum()
    assert finding.detail.endswith((".", "?"))
    assert finding.hint is None or not finding.hint.endswith(".")
    assert not finding.summary.endswith(".")


def test_every_kind_of_finding_is_tested() -> None:
    tested = {case.code for case in CASES} | LARGE.keys() | ON_DISK
    assert {kind.code for kind in KINDS} == tested


def test_findings_of_those_who_read_files_are_tested_there() -> None:
    text = (Path(__file__).parents[1] / "cli" / "test_workspace.py").read_text()
    assert [code for code in sorted(ON_DISK) if code not in text] == []


def test_codes_and_summaries_are_unique() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert len({kind.summary for kind in KINDS}) == len(KINDS)
    assert all(re.fullmatch("SW[1-4][0-9][0-9]", kind.code) for kind in KINDS)


def test_all_mistakes_of_a_project_are_found_at_once_in_reading_order() -> None:
    found = load(
        {
            "a.yaml": MINIMAL + "querry: x\nsplit: {train: 70}\nexports: [RAAW]\n",
            "b.yaml": MINIMAL + "versioning: allways\n",
        }
    )[1]
    assert [
        (finding.code, finding.source.file, finding.source.line) for finding in found if finding.source
    ] == [
        ("SW203", "a.yaml", 4),
        ("SW213", "a.yaml", 5),
        ("SW218", "a.yaml", 6),
        ("SW401", "b.yaml", 1),
        ("SW205", "b.yaml", 4),
    ]


def test_a_mistake_in_the_defaults_is_found_once_whether_a_spec_takes_them_or_not() -> None:
    project = "defaults: {split: {train: 70}, exports: [RAAW]}\n"
    both = ["SW213 setwright.yaml:1:12", "SW218 setwright.yaml:1:42"]
    assert findings_of({}, project=project) == both
    assert findings_of({"a.yaml": HEAD, "b.yaml": OTHER}, project=project) == both
    own = HEAD + "split: {train: 100}\nexports: [RAW]\n"
    assert findings_of(own, project=project) == both


def test_a_label_that_comes_twice_moves_no_other_finding() -> None:
    text = "dataset: a\nsource: {datalake: image}\nlabels: [Cat, Cat, Dog, cat]\n"
    assert findings_of(text) == ["SW215 spec.yaml:3:15", "SW216 spec.yaml:3:25"]


def test_the_same_dataset_twice_is_shown_with_both_places() -> None:
    (finding,) = load({"a.yaml": HEAD, "b.yaml": HEAD + "name: x\n"})[1]
    assert finding.source is not None
    assert finding.source.file == "b.yaml"
    assert "a.yaml:1:1" in finding.detail


def test_a_cycle_is_shown_whole() -> None:
    ring = ["a", "b", "c"]
    text = "---\n".join(
        f"dataset: {name}\nsource: {{datasets: [{after}]}}\nlabels: [A]\n"
        for name, after in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    (finding,) = load(text)[1]
    assert "a → b → c → a" in finding.detail


_BRACKETS = "close each bracket, brace and quote that is open; write text with signs at its start in quotes"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("querry: x", 'did you mean "query"?'),
        ("classes: [A]", 'did you mean "labels"?'),
        ("split: {train: 90, val: 10}", 'did you mean "validation"?'),
        ("exports: [yolo darknt]", 'did you mean "YOLO Darknet"?'),
        ("exports: [yolo]", 'did you mean "YOLO Darknet"?'),
        ("exports: [Ultralytics YOLO Detection]", 'did you mean "Ultralytics"?'),
        ("exports: [Ultralytics YOLO Segmentation]", 'did you mean "Ultralytics Segmentation"?'),
        ("exports: [VOC]", 'did you mean "Pascal VOC"?'),
        ("exports: [segmentation]", 'did you mean "Semantic Segmentation" or "Ultralytics Segmentation"?'),
        ("exports: [yolov8]", 'did you mean "Ultralytics" or "Ultralytics Segmentation"?'),
        ("exports: [YOLO11]", 'did you mean "Ultralytics" or "Ultralytics Segmentation"?'),
        ("exports: [yolo-v3]", 'did you mean "YOLO Darknet"?'),
        ("split: {train:70, test:30}", "write a space after the colon: `train: 70`"),
        ("split:\n  train:70", "write a space after the colon: `train: 70`"),
        ("split:\n  train:70\n  test:30", "write a space after each colon: `train: 70`"),
        ("split:\n  train:70\n  test: 30", "write a space after the colon: `train: 70`"),
        ("exports:[RAW]\nname: x", "write a space after the colon: `exports: [RAW]`"),
        ("exports:[RAW]  # all", "write a space after the colon: `exports: [RAW]`"),
        ("exports:\n- RAW\n-", "write one, or take the dash away"),
        ("tags: [null]", 'write it in quotes if it is a word: "null"'),
        ("checks: {most_leaving: 5%}", "write {percent: 5}"),
        ("augmentations: [{id: FLIP_IMAGE}]", "write it as in IMAGE_LEVEL: [{id: FLIP_IMAGE, …}]"),
        ("seed: 3", "it belongs under `split`; look at the indentation"),
        ("versioning: in-place", 'did you mean "in_place"?'),
        ("augmentations: {rotate_9: {clockwise: true}}", 'did you mean "rotate_90"?'),
        ("augmentations: {flip: {horisontal: true}}", 'did you mean "horizontal"?'),
        ("augmentations: {IMAGE_LEVEL: [{id: FLIP_IMAG}]}", 'did you mean "FLIP_IMAGE"?'),
        ("split: {train: 100, group_by: patient}", "did you mean metadata.patient?"),
        ("split: {train: 70%, test: 30}", "write 70, without quotes or signs"),
        ("split: {train: 70, test: 20}", "10 percent are missing"),
        ("split: {train: 70, test: 31}", "1 percent is too many"),
        ("protect: yes", "write true"),
        ("exports: RAW", "write it in brackets: [RAW]"),
        ("tags: [7]", 'write it in quotes: "7"'),
        ("tags: [2.10]", 'write it in quotes: "2.10"'),
        ("tags: [007]", 'write it in quotes: "007"'),
        ("tags: [True]", 'write it in quotes: "True"'),
        ("name: 64e4", 'write it in quotes: "64e4"'),
        ("split: {train: 0.7, test: 0.3}", "write percent: train: 70, test: 30"),
        ("split: {train: 100, group_by: Tags}", "write metadata.FIELD"),
        ("checks: {fewest_frame: 3}", 'did you mean "fewest_frames"?'),
        ("fewest_frames: 3", "it belongs under `checks`; look at the indentation"),
        ("checks: {frozen_splits: test}", "write it in brackets: [test]"),
        ("checks: {fewest_annotations: {test: {a: 3}}}", 'did you mean "A"?'),
        ("previously: My Set", 'did you mean "my-set"?'),
        ("operations: some", "name those that are meant in a list: `operations: [NAME, …]`"),
        ("operations: yolo-5", "name those that are meant in a list: `operations: [yolo-5]`"),
        ("operations: {take: yolo-5}", "name those that are meant in a list: `take: [yolo-5]`"),
        ("operations: no", 'did you mean "none"?'),
        ("val: 30", "did you mean `validation` under `split`?"),
        ("split_info: {train: 100}", 'did you mean "split"?'),
        ("operation_list: [a]", 'did you mean "operations"?'),
        ("collection_id: 64e4", "did you mean `collection` under `source`?"),
        ("remote: {}", "it holds for the whole project, so write it in setwright.yaml"),
        ("filter: {from_date: 2024-1-5}", "write 2024-01-05"),
        ("filter: {from_date: 2024/12/31}", "write 2024-12-31"),
        ("filter: {to_date: 2024-12-31T10:00:00Z}", "write 2024-12-31"),
        ("filter: {to_date: 2024-12-31T23:00:00-05:00}", "write year-month-day, as in 2024-05-31"),
        ("filter: {to_date: 2024-13-1}", "write year-month-day, as in 2024-05-31"),
        ("filter: {to_date: 1/2/2024}", "write year-month-day, as in 2024-05-31"),
        ("tags: *jpg", "text that begins with * stands in quotes"),
        ("tags: *.jpg", "write text that begins with * or & in quotes"),
        ("tags: [", _BRACKETS),
        (r'name: "\uD835\udd4f"', r'write the character itself, or "\U0001d54f"'),
        (r'name: "\ud835"', "write the character itself"),
        (r'name: "\U00110000"', "write the character itself"),
    ],
)
def test_a_hint_says_what_was_probably_meant(text: str, hint: str) -> None:
    hints = [finding.hint for finding in load(HEAD + text + "\n")[1]]
    assert hint in hints


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("source: party", "write `source: {collection: party}`, or `{datalake: image}` for the whole lake"),
        ("source: {collection: 0o17}", 'write it in quotes: "0o17"'),
        ("labels: Balloon", "write it in brackets: [Balloon]"),
        ("split: 80/10/10", "write `split: {train: 70, validation: 20, test: 10}`, in percent"),
        ("source:", "write where its frames come from: `source: {collection: party-photos}`"),
        ("source:\n  collection:party", "write a space after the colon: `collection: party`"),
    ],
)
def test_a_name_alone_where_more_is_needed_is_put_into_its_place(spec: str, hint: str) -> None:
    hints = [finding.hint for finding in load(f"dataset: balloons\n{spec}\n")[1]]
    assert hint in hints


@pytest.mark.parametrize(
    ("project", "hint"),
    [
        ("defaults: {dataset: x}", "it is one dataset's own, so write it in the spec"),
        ("labels: [A]", "it is a field of specs; what they share stands under `defaults`"),
        (
            "remote: https://lake.example.org",
            "write `remote: {kind: lake, url: https://lake.example.org}`, or `path` for a folder of this machine",
        ),
        ("remote: {kind: layernext}", "add `url: https://…`"),
        ("remote: {path: ~/lake}", "write the path in full, or from the project's folder"),
        ("state: {path: ~/state}", "write the path in full, or from the project's folder"),
        ("environments: {staging: {suffix: -staging}}", "did you mean `suffix` under `names`?"),
    ],
)
def test_what_stands_in_the_wrong_file_is_sent_to_the_other(project: str, hint: str) -> None:
    assert only_finding(MINIMAL, project=project + "\n").hint == hint


def test_a_key_that_is_glued_to_its_value_is_the_one_mistake_wherever_the_parser_stumbles() -> None:
    for text in ("dataset:a\n" + HEAD[11:], "dataset:a\n", HEAD + "name:x\n"):
        finding = only_finding(text)
        assert (finding.hint or "").startswith("write a space after the colon: `")
        assert finding.source is not None and finding.source.excerpt in ("dataset:a", "name:x")
    for text in ("homepage\n", "https://a.example\n"):
        assert "space after" not in str([each.hint for each in load(text + HEAD)[1]])


def test_a_field_that_is_there_under_another_name_is_not_missing_as_well() -> None:
    told = [(each.code, each.hint) for each in load(HEAD.replace("labels", "Classes"))[1]]
    assert told == [("SW203", 'did you mean "labels"?')]


def test_a_list_of_specs_is_told_from_several_specs() -> None:
    assert only_finding("- " + MINIMAL.replace("\n", "\n  ").rstrip() + "\n").hint == (
        "take away the dashes; specs in one file have a line `---` between them"
    )


def test_one_word_that_fits_is_not_called_one_of_several() -> None:
    assert only_finding(with_field("operations: {prefer: machine}")).detail == (
        '`operations.prefer` can only be human; the text "machine" stands there.'
    )


@pytest.mark.parametrize(
    "split", ["{train: 70, validaton: 30}", "{train: 70, validation: x}", "{trian: 100, seed: x}"]
)
def test_a_share_that_cannot_be_read_is_not_missed_in_the_sum(split: str) -> None:
    assert "SW213" not in {finding.code for finding in load(with_field(f"split: {split}"))[1]}


def test_a_value_is_not_judged_by_a_reference_to_nothing() -> None:
    variables = "variables: {month: {type: number}, flag: {type: flag}}\n"
    for field in (
        'filter: {from_date: "2024-${var.month}-01"}',
        'protect: "${var.flag}"',
        'query: "frame.bytes=${var.month}"',
        "source2: ${HOME}",
    ):
        codes = {finding.code for finding in load(with_field(field), project=variables)[1]}
        assert codes - {"SW203"} in ({"SW407"}, {"SW409"}), field


def test_no_value_is_held_against_a_type_that_nobody_knows() -> None:
    text = "variables: {n_: {type: int, default: 3}}\nenvironments: {e: {variables: {n_: 4}}}\n"
    found = load(MINIMAL, project=text, environment="e")[1]
    assert [(finding.code, finding.hint) for finding in found] == [("SW205", 'did you mean "number"?')]


def test_a_number_is_shown_in_the_digits_of_its_author() -> None:
    assert only_finding(with_field("tags: [2.10]")).detail == (
        "An item of `tags` takes text; the number 2.10 stands there."
    )


def test_a_variable_of_another_type_is_not_to_be_put_in_quotes() -> None:
    found = load(
        with_field('name: "${var.count}"'), project="variables: {count: {type: number, default: 7}}\n"
    )[1]
    assert [finding.hint for finding in found] == ["declare the variable with `type: text`"]


def test_what_a_list_holds_beside_a_reference_to_nothing_is_judged() -> None:
    found = load(with_field("labels2: x\nsource2: ['${HOME}']\ntags: {a: '${HOME}'}"))[1]
    assert [finding.code for finding in found] == ["SW203", "SW203", "SW409", "SW204", "SW409"]


def test_a_value_that_was_given_and_refused_is_told_once_and_not_missed_where_it_is_used() -> None:
    given = [GivenValue(name="flag", value="yes", origin="--var")]
    found = load(
        with_field('protect: "${var.flag}"'), project="variables: {flag: {type: flag}}\n", given=given
    )[1]
    assert [finding.code for finding in found] == ["SW408"]


def test_labels_of_one_script_do_not_look_the_same() -> None:
    assert (
        load("dataset: a\nsource: {datalake: image}\nlabels: [Ёж, Еж, змей, naïve, naive, Σ, E]\n")[1] == ()
    )


def test_a_finding_whose_cause_another_tells_of_is_not_shown() -> None:
    where = SourceRef("spec.yaml", 1, 1, 1, 2)
    shown, silent = (findings.NO_VALUE.at(where, f"{word}.", follows=word == "b") for word in "ab")
    assert settled([silent, shown]) == (shown,)


@pytest.mark.parametrize("field", ["previously: a\u200bb", "owners: [ada\u200b]", "exports: [RA\u200bW]"])
def test_a_value_with_a_character_that_nobody_sees_is_told_once(field: str) -> None:
    found = load(with_field(field))[1]
    assert [finding.code for finding in found] == ["SW104"]


@pytest.mark.parametrize(
    ("names", "near"),
    [("source: {datasets: [ballons]}", "balloons"), ("source: {datalake: imgae}", "image")],
)
def test_addresses_and_item_types_are_suggested_too(names: str, near: str) -> None:
    (finding,) = load(MINIMAL + f"---\ndataset: b\n{names}\nlabels: [A]\n")[1]
    assert finding.hint == f'did you mean "{near}"?'


def _hidden(excerpt: str) -> str:
    return re.sub(r"(?<=://)[^/\s]*(?=@)|(?<=/\?)key=k", lambda match: "*" * len(match[0]), excerpt)
