"""The project file, as people write it: types, bounds, explanations and examples of every field.

As with specs (`dataset_models`), the JSON Schema and the reference are made of these models, and every field may be
left out here, so that a file with one mistake can still be checked for others.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from setwright.spec.check_models import ChecksFile  # noqa: TC001 - pydantic reads it
from setwright.spec.dataset_models import DatasetFields
from setwright.spec.file_types import (  # noqa: TC001 - pydantic reads them
    PlainScalar,
    Prose,
    Text,
    VariableName,
)
from setwright.spec.part import Part


class RemoteFile(Part):
    """Where the frames are and the datasets go."""

    kind: Literal["lake", "layernext"] | None = Field(
        None,
        description="`lake`: setwright's own, embedded or served. `layernext`: a LayerNext installation.",
        examples=["lake"],
    )
    path: Text | None = Field(
        None,
        description="The folder of an embedded lake, from the project's folder. Default: `.setwright/lake`.",
        examples=[".setwright/lake"],
    )
    url: Annotated[str, Field(pattern="^https?://[^\\s?#]+$", max_length=2000)] | None = Field(
        None,
        description="The address of a served lake or of LayerNext. It holds no credentials.",
        examples=["https://lake.example.org"],
    )
    pin: Literal["ids"] | None = Field(
        None,
        description=(
            "`ids`: LayerNext is sent the frames that the plan showed, one by one, instead of the query. Default: the "
            "query, if it still gives those frames."
        ),
        examples=["ids"],
    )


class StateFile(Part):
    """Where it is kept what this project made last."""

    kind: Literal["lake", "folder"] | None = Field(
        None,
        description=(
            "`lake`: the lake keeps it itself (the default). `folder`: a folder of this machine, or one that several "
            "share."
        ),
        examples=["folder"],
    )
    path: Text | None = Field(
        None,
        description="The folder, from the project's folder. Default: `.setwright/state`.",
        examples=[".setwright/state"],
    )


class VariableFile(Part):
    """A value that specs refer to as `${var.NAME}`."""

    type: Literal["text", "number", "flag"] | None = Field(
        None,
        description="`text` (the default), `number`, or `flag`, which is true or false.",
        examples=["number"],
    )
    default: PlainScalar | None = Field(
        None, description="Its value where none is given.", examples=["north"]
    )
    description: Prose | None = Field(
        None, description="What it is for.", examples=["The site that the frames come from"]
    )


class NamesFile(Part):
    """How the datasets' names at the remote differ in an environment."""

    prefix: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="Put before every name.", examples=["staging-"]
    )
    suffix: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="Put after every name.", examples=[" (staging)"]
    )


class EnvironmentFile(Part):
    """What `--env NAME` lays over the project."""

    remote: RemoteFile | None = Field(
        None,
        description="Replaces the project's remote as a whole.",
        examples=[{"kind": "lake", "path": "/srv/lake"}],
    )
    names: NamesFile | None = Field(
        None, description="How names at the remote differ.", examples=[{"prefix": "staging-"}]
    )
    variables: dict[VariableName, PlainScalar] | None = Field(
        None, description="Values of the project's variables here.", examples=[{"site": "south"}]
    )


class ProjectFile(Part):
    """A project: where its specs are, and the remote that they speak of."""

    model_config = ConfigDict(title="setwright project")
    CALLED = "project"
    ELSEWHERE: ClassVar[dict[str, str]] = {
        "dataset": "it begins a spec, which is a file of its own, as in specs/balloons.yaml",
        **dict.fromkeys(
            tuple(DatasetFields.model_fields),
            "it is a field of specs; what they share stands under `defaults`",
        ),
    }
    project: Text | None = Field(
        None, description="The project's name. Default: that of its folder.", examples=["party"]
    )
    remote: RemoteFile | None = Field(
        None,
        description="Where the frames are and the datasets go. Default: a lake in `.setwright/lake`.",
        examples=[{"kind": "lake", "path": ".setwright/lake"}],
    )
    specs: list[Text] | None = Field(
        None,
        description=(
            "Patterns of the spec files, from the project's folder; `**` stands for any folders. "
            "Default: `specs/*.yaml`."
        ),
        examples=[["specs/*.yaml"], ["specs/**/*.yaml", "teams/*/specs.yaml"]],
        min_length=1,
        json_schema_extra={"uniqueItems": True},
    )
    defaults: DatasetFields | None = Field(
        None,
        description=(
            "Fields for every spec that does not write them itself. A field that a spec writes replaces the default "
            "as a whole: nothing is mixed."
        ),
        examples=[{"split": {"train": 70, "validation": 20, "test": 10}, "exports": ["RAW"]}],
    )
    checks: ChecksFile | None = Field(
        None,
        description=(
            "What must hold of every dataset of the project, beside the checks of its own spec: no spec can take it "
            "back. A number for a class counts where the dataset has that class."
        ),
        examples=[{"no_leakage": True, "forbidden": {"files": ["privacy/erased.txt"]}}],
    )
    state: StateFile | None = Field(
        None,
        description="Where it is kept what this project made last. Default: with the lake.",
        examples=[{"kind": "folder", "path": ".setwright/state"}],
    )
    variables: dict[VariableName, VariableFile] | None = Field(
        None,
        description="The values that specs may refer to as `${var.NAME}`, with their types and defaults.",
        examples=[{"site": {"type": "text", "default": "north"}}],
    )
    environments: dict[VariableName, EnvironmentFile] | None = Field(
        None,
        description="What `--env NAME` lays over the project: remote, names, variables.",
        examples=[{"staging": {"names": {"prefix": "staging-"}}}],
    )
