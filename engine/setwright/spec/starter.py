"""The first texts of a project: its file, a spec to copy, and a spec proposed for pictures that were looked at."""

from __future__ import annotations

import re
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from setwright.model.errors import QueryError
from setwright.query.format import format_query
from setwright.query.parse import parse
from setwright.query.tree import Comparison
from setwright.spec.file_types import MAX_TEXT, TEXT_PATTERN
from setwright.spec.source_text import UNSEEN
from setwright.spec.yaml_text import WIDTH, as_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMAS = ".setwright/schemas"
"""Where a project keeps the JSON Schemas for editors, from its folder."""

MAX_COUNTED = 50
"""So many labels are told with their counts in a proposed spec; all of them are its labels."""

_PROJECT = """\
# yaml-language-server: $schema={schemas}/project.schema.json
# The project: where its frames and datasets are, and what holds for all its specs.
{name}
remote:
  kind: lake                # setwright's own, in a folder of this machine
  path: .setwright/lake     # from this file's folder; git ignores it

# Where the specs are:
# specs: [specs/*.yaml]

# Fields for every spec that does not write them itself:
# defaults:
#   split: {{train: 70, validation: 20, test: 10}}
#   exports: [RAW, YOLO Darknet]

# Values that specs refer to as ${{var.NAME}}:
# variables:
#   site: {{type: text, default: north}}

# What `--env staging` changes:
# environments:
#   staging:
#     names: {{prefix: staging-}}
#     remote: {{kind: lake, path: .setwright/staging}}
"""

EXAMPLE = """\
# yaml-language-server: $schema=../.setwright/schemas/dataset.schema.json
# An example, which no command reads for its ending. Copy it to specs/NAME.yaml and change the copy.
dataset: balloons                   # its address in this project
name: Party Balloons                # its name at the remote; default: the address
description: Balloons in the sky, with their outlines

# Which frames: those of a collection that `setwright lake ingest … --collection party` made …
source:
  collection: party
# … for which this holds; without it, all of them.
query: annotation.label=Balloon
# filter:
#   annotation_types: [human]       # raw, human or machine
#   from_date: 2024-01-01           # the day of upload, that day included

# Which annotations: their order here is that of the class ids.
labels: [Balloon, Kite]
# labels: {Balloon: [balloon, baloon], Kite: kite}   # or so, to rename and merge

# How the frames are divided, in percent. A frame stays where it is when others come.
split: {train: 70, validation: 20, test: 10}

# Which layouts can be pulled.
exports: [RAW, YOLO Darknet]
"""
"""A spec that explains itself."""


def project_text(folder: str) -> str:
    """The project file of a new project in a folder called `folder`, with a lake of its own."""
    name = " ".join(UNSEEN.sub(" ", folder).split())[:MAX_TEXT].strip()
    # The project's name is read before there are variables, so `${` needs no escape in it.
    line = as_yaml({"project": name if is_name(name) else "project"}).replace("$${", "${")
    return _PROJECT.format(schemas=SCHEMAS, name=line)


def is_name(text: str) -> bool:
    """Whether `text` can be a label or a name in a spec: one line, not blank, without blanks around it, not endless."""
    return len(text) <= MAX_TEXT and re.fullmatch(TEXT_PATTERN, text) is not None


def proposed_spec(
    address: str,
    *,
    seen: str,
    pictures: int,
    labels: Sequence[tuple[str, int]],
    annotations: int,
    official: bool = False,
) -> str:
    """A spec of the dataset and collection `address`, for what was found in the folder called `seen`.

    `labels` are labels that `is_name` takes, at least one, with the counts of their annotations, in the order that
    their class ids shall have. `official` says that all pictures came with a split, in several of which there are some.
    """
    counts = ", ".join(f"{label} {count:,}" for label, count in labels[:MAX_COUNTED])
    if len(labels) > MAX_COUNTED:
        counts += f" and {len(labels) - MAX_COUNTED:,} more"
    told = f"Proposed for the pictures in {seen}: {pictures:,}, with {annotations:,} annotations: {counts}."
    shown = UNSEEN.sub("\N{REPLACEMENT CHARACTER}", told)
    query = _query(labels)
    suggested = "" if query is None else as_yaml({"query": query}).rstrip()
    return "".join(
        [
            f"# yaml-language-server: $schema=../{SCHEMAS}/dataset.schema.json\n",
            *(
                f"# {line}\n"
                for line in wrap(shown, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
            ),
            as_yaml({"dataset": address, "source": {"collection": address}}),
            f"# {suggested}   # to take only some of the frames\n" if suggested else "",
            as_yaml(
                {"labels": [label for label, _ in labels]},
                {"labels": "most frequent first; their order is that of the class ids"},
            ),
            as_yaml(
                {"split": {"official": "metadata.source_split"}},
                {"split": "as the pictures came; `{train: 70, validation: 20, test: 10}` divides them anew"},
            )
            if official
            else as_yaml({"split": {"train": 70, "validation": 20, "test": 10}}),
            as_yaml({"exports": ["RAW", "YOLO Darknet"]}),
        ]
    )


def _query(labels: Sequence[tuple[str, int]]) -> str | None:
    """The query for frames with an annotation of the first of the labels that a query can name."""
    pattern = parse("annotation.label=any")
    assert isinstance(pattern, Comparison)
    for label, _ in labels:
        text = format_query(replace(pattern, value=label))
        try:
            parse(text)
        except QueryError:
            continue
        return text
    return None
