"""What a project comes to at a remote: its plan, its versions, and the bytes of their exports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.apply.steps import steps
from setwright.formats.bytes_of import packed_bytes
from setwright.formats.protocol import MadeFile, PackedFile, PictureFile
from setwright.plan.identity import plan_digest
from tests.apply.projects import carry_out, planned

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.formats.protocol import ExportEntry
    from setwright.remotes.protocol import Remote
    from setwright.spec.project import Project


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a project that was planned and applied: the plan's digest; of each dataset, by name, its number and the
    digest of its content; of each of their exports the SHA-256 of every file; and the steps of a second plan.
    """

    plan: str
    versions: dict[str, tuple[str, str]]
    files: dict[tuple[str, str], dict[str, str]]
    again: tuple[str, ...]


def outcome(remote: Remote, project: Project, journals: Path) -> Outcome:
    """Plan `project` at `remote`, apply it, and look at everything that it made."""
    made = planned(remote, project)
    digest = plan_digest(made.plan)
    applied = carry_out(remote, made, journals)
    assert not applied.failed, applied.failed
    observed = remote.observe([spec.config.name for spec in project.specs])
    return Outcome(
        plan=digest,
        versions={
            name: (str(each.version.number), remote.manifest(each.version.id).digest)
            for name, each in observed.items()
        },
        files={
            (name, export): {
                entry.path: _sha256(remote, entry) for entry in remote.export(each.version.id, export)
            }
            for name, each in observed.items()
            for export in each.version.exports
        },
        again=tuple(str(step) for step in steps(planned(remote, project).plan)),
    )


def _sha256(remote: Remote, entry: ExportEntry) -> str:
    hasher = hashlib.sha256()
    match entry:
        case MadeFile():
            hasher.update(entry.content)
        case PictureFile():
            with remote.picture(entry.digest) as picture:
                hasher.update(picture.read())
        case PackedFile():
            inside = remote.opener(part for part in entry.parts() if isinstance(part, PictureFile))
            for piece in packed_bytes(entry, inside):
                hasher.update(piece)
    return hasher.hexdigest()
