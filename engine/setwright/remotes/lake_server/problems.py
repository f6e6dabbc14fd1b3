"""Failures on their way from a lake's server to its client: the same error there as here."""

from __future__ import annotations

from typing import Final

from setwright.model.errors import (
    FormatError,
    LakeAwayError,
    LakeBusyError,
    LakeError,
    LockHeldError,
    MissingExtraError,
    NotYetError,
    QueryError,
    RemoteError,
    SetwrightError,
    StalePlanError,
    UnsafeNameError,
    UsageError,
)
from setwright.remotes.lake_server.wire import Problem

_URN: Final = "urn:setwright:"
_MOST: Final = 4000
"""Characters of a problem's texts that are shown; a server that is none may send a book."""

_KINDS: Final[tuple[tuple[str, type[SetwrightError], int], ...]] = (
    # The first that fits counts, so what is derived stands before what it derives from.
    ("query", QueryError, 422),
    ("usage", UsageError, 422),
    ("unsafe-name", UnsafeNameError, 422),
    ("format", FormatError, 422),
    ("lake-busy", LakeBusyError, 503),
    ("lake-away", LakeAwayError, 503),
    ("lake", LakeError, 500),
    ("not-yet", NotYetError, 409),
    ("remote", RemoteError, 409),
    ("missing-extra", MissingExtraError, 501),
    ("lock-held", LockHeldError, 423),
    ("stale-plan", StalePlanError, 409),
    ("other", SetwrightError, 409),
)
_BY_NAME: Final = {name: kind for name, kind, _ in _KINDS}


def problem_of(error: SetwrightError) -> Problem:
    """`error` as a document."""
    name, status = next((name, status) for name, kind, status in _KINDS if isinstance(error, kind))
    at = (error.start, error.end) if isinstance(error, QueryError) else (None, None)
    return plain_problem(name, status, error.summary, error.detail, hint=error.hint, start=at[0], end=at[1])


def plain_problem(
    name: str,
    status: int,
    title: str,
    detail: str = "",
    *,
    hint: str | None = None,
    start: int | None = None,
    end: int | None = None,
) -> Problem:
    """A problem that is no `SetwrightError`, or whose parts are known."""
    return Problem(
        type=_URN + name, title=title, status=status, detail=detail, hint=hint, start=start, end=end
    )


def error_of(problem: Problem) -> SetwrightError:
    """The error that `problem` tells of; a `RemoteError` for one of a kind that we do not know."""
    title, detail = problem.title[:_MOST], (problem.detail or "")[:_MOST]
    hint = problem.hint and problem.hint[:_MOST]
    kind = _BY_NAME.get(problem.type.removeprefix(_URN), RemoteError)
    if kind is QueryError:
        return QueryError(title, detail, hint, start=problem.start or 0, end=problem.end or 0)
    if kind is MissingExtraError:
        return kind(title, f"They are missing at the server. {detail}", f"there: {hint}")
    return kind(title, detail, hint)


def name_of(problem: Problem) -> str:
    """The kind of a problem, for example `stale-plan`."""
    return problem.type.removeprefix(_URN)
