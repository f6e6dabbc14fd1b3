"""A project and its specs, resolved: what plan starts from."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.checks import Check
    from setwright.model.dataset import DatasetConfig
    from setwright.model.diagnostics import SourceRef
    from setwright.model.documents import ToldConfig

DEFAULT_LAKE = ".setwright/lake"
"""Where the embedded lake is unless the project says otherwise, from the project's folder."""

DEFAULT_STATE = ".setwright/state"
"""The folder of the state, where it is kept in one, unless the project says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A dataset as one spec asks for it, and where it says so.

    `fields` leads from dotted paths to what was written: `query`, `filter.from_date`, `split.train`, `labels.Balloon`,
    `source.datasets.balloons`. Fields that took their defaults are not in it. `where` is the `dataset:` entry,
    `previously` the address that the dataset had before.

    `checks` are what must hold of the planned data, each with the place that asks for it, in the order in which they
    are shown; `project_checks` those that hold of every dataset of the project. `told` tells `config`, where that was
    kept.
    """

    address: str
    config: DatasetConfig
    where: SourceRef
    fields: Mapping[str, SourceRef]
    previously: str | None = None
    checks: Mapping[Check, SourceRef] = field(default_factory=dict)
    project_checks: Mapping[Check, SourceRef] = field(default_factory=dict)
    told: ToldConfig | None = field(default=None, compare=False)

    @property
    def all_checks(self) -> dict[Check, SourceRef]:
        """Its own checks and the project's, each once, in the order in which they are shown."""
        from setwright.model.checks import in_order

        places = {**self.project_checks, **self.checks}
        return {check: places[check] for check in in_order(places)}

    def place(self, *paths: str) -> SourceRef:
        """Where the first of `paths` that is written at all is written, or what that is a part of."""
        for path in paths:
            if path in self.fields:
                return self.fields[path]
        return self.fields.get(paths[0].partition(".")[0], self.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSettings:
    """How to reach the remote. A lake has either a `path`, from the project's folder, or a `url`.

    `pin_ids`: LayerNext is sent the frames of a selection one by one, instead of its query.
    """

    kind: Literal["lake", "layernext"] = "lake"
    path: str | None = None
    url: str | None = None
    pin_ids: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSettings:
    """Where the state is kept: with the remote, or in the folder `path`, from the project's folder."""

    kind: Literal["lake", "folder"] = "lake"
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project whose files hold no mistake. `specs` are sorted by address."""

    name: str
    remote: RemoteSettings
    specs: tuple[Spec, ...]
    state: StateSettings = StateSettings()
