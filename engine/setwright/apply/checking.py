"""What checks say of a plan: what they need to know beside it is asked of the remote, and only that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.model.checks import Forbidden, NoLeakage, RequiredMetadata, RequiredTag
from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.model.errors import QueryError, RemoteError
from setwright.plan.changes import Create, Follow, GoneChange
from setwright.plan.check_found import Evidence
from setwright.plan.check_frames import listed_digests
from setwright.plan.checks import judge, needs_content
from setwright.query.format import format_query
from setwright.query.keys import Field, Key, Operator
from setwright.query.tree import Comparison, OneOf

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from setwright.model.checks import Check
    from setwright.model.frames import Membership, Texts
    from setwright.model.manifest import Manifest
    from setwright.plan.changes import MadeChange
    from setwright.plan.checks import Verdict
    from setwright.plan.plan import Plan
    from setwright.remotes.protocol import RemoteReader

_AT_ONCE = 100
"""So many digests are asked for in one query, which may not be long."""


def verdicts(
    plan: Plan, checks: Mapping[str, Collection[Check]], remote: RemoteReader
) -> dict[str, tuple[Verdict, ...]]:
    """Whether `checks`, by address, hold of what is planned for each, in their order."""
    found = {}
    for change in plan.changes:
        asked = checks.get(change.address, ())
        if asked and not isinstance(change, GoneChange):
            evidence = _evidence(change, asked, remote, plan.revision, pinned=change.address in plan.pinned)
            found[change.address] = tuple(judge(check, change, evidence) for check in asked)
    return found


def _evidence(
    change: MadeChange, checks: Collection[Check], remote: RemoteReader, revision: int, *, pinned: bool
) -> Evidence:
    """What `checks` have to know beside `change`: tags and metadata as they are at `revision`, the newest.

    A consent that was withdrawn counts, also where a pin holds the frames to an earlier revision.
    """
    if not any(needs_content(check) for check in checks):
        return Evidence()
    content = _content(change, remote)
    if content is None:
        return Evidence()
    grouping = change.config.split.group_by
    fields = {check.field for check in checks if isinstance(check, RequiredMetadata)}
    if grouping is not None and any(isinstance(check, NoLeakage) for check in checks):
        fields.add(grouping)
    if isinstance(change, Create | Follow) and not pinned:
        fields.discard(grouping or "")  # its values came with the frames
    tags = {check.tag for check in checks if isinstance(check, RequiredTag)}
    described = {field: _described(change, field, remote, revision, pinned) for field in sorted(fields)}
    untagged = {tag: _untagged(change, tag, remote, revision) for tag in sorted(tags)}
    listed = {check: _listed(check, remote, revision) for check in checks if isinstance(check, Forbidden)}
    return Evidence(
        content=content,
        untagged={tag: names for tag, names in untagged.items() if names is not None},
        described={field: frames for field, frames in described.items() if frames is not None},
        listed={check: pictures for check, pictures in listed.items() if pictures is not None},
    )


def _content(change: MadeChange, remote: RemoteReader) -> Manifest | None:
    """What the dataset holds after `change`, None where the remote does not tell."""
    if isinstance(change, Create | Follow):
        return change.content
    if not remote.capabilities.reads_membership:
        return None
    return remote.manifest(change.observed.version.id)


def _untagged(change: MadeChange, tag: str, remote: RemoteReader, revision: int) -> Texts | None:
    """The names of the frames of the source that do not carry `tag`, None where the remote does not tell.

    `!=` is one of the conditions that every LayerNext is known to take, so the query of the spec is not joined to it.
    """
    lacking = format_query(Comparison(Key(Field.TAGS), Operator.NOT_EQUAL, tag))
    membership = _asked(remote, _of_source(change, query=lacking), revision)
    return None if membership is None else membership.frames.name


def _described(
    change: MadeChange, field: str, remote: RemoteReader, revision: int, pinned: bool
) -> Membership | None:
    """The frames that the spec selects with the value of the metadata `field` as their group.

    Those that a pin holds may not be selected any more, so then it is all frames of the source.
    """
    selection = _of_source(change) if pinned else replace(Selection.of(change.config), labels=())
    return _asked(remote, replace(selection, group_by=field), revision)


def _listed(check: Forbidden, remote: RemoteReader, revision: int) -> frozenset[bytes] | None:
    """The digests of the stored pictures whose files as they were given are on the list; None where nobody tells.

    All of the lake is asked, for a pin may hold frames that the source does not have any more.
    """
    if not remote.capabilities.tells_content:
        return None
    found: set[bytes] = set()
    digests = listed_digests(check)
    for start in range(0, len(digests), _AT_ONCE):
        query = format_query(OneOf(Key(Field.DIGEST), digests[start : start + _AT_ONCE]))
        everything = Selection(source=LakeSource(), query=query, filter=Filter(), operations=None, labels=())
        membership = _asked(remote, everything, revision)
        if membership is None:
            return None
        found.update(membership.frames.digest.tolist())
    return frozenset(found)


def _of_source(change: MadeChange, query: str = "") -> Selection:
    return Selection(source=change.config.source, query=query, filter=Filter(), operations=None, labels=())


def _asked(remote: RemoteReader, selection: Selection, revision: int) -> Membership | None:
    try:
        return remote.membership(selection, revision)
    except (RemoteError, QueryError):
        return None
