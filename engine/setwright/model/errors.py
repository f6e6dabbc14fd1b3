"""What stops the work: one small tree of exceptions.

    SetwrightError                exit code 1
    ├── UsageError                the command cannot do that here: no project, no such dataset
    ├── FindingsError             specs with mistakes; carries every `Diagnostic`
    ├── UnsafeNameError           a name from outside would leave its folder
    ├── FormatError               a file is not what its format says
    ├── QueryError                a query that does not parse; carries the position within the query
    ├── LakeError                 the lake cannot serve: absent, damaged, from a newer setwright
    │   ├── LakeBusyError         another process is writing; waiting did not help
    │   └── LakeAwayError         the database of its catalogue, or the store of its blobs, does not answer
    ├── RemoteError               a remote refused, or does not offer what was asked
    │   └── UnansweredError       no answer came, so nobody knows whether it was done
    ├── MissingExtraError         a library that only some need is not installed; says which to install
    ├── LockHeldError             exit code 4: another apply holds the dataset
    ├── StalePlanError            exit code 5: the world has moved on since the plan was made
    ├── NotTriedError             a dataset waits for others that could not be done
    ├── ChecksDeniedError         exit code 3: a check of the spec forbids the plan
    └── PartlyAppliedError        exit code 6: some datasets were applied, others not

Each wraps the library error it hides (`raise … from error`). What is nobody's fault but ours is an ordinary
exception, and the command line says that it is a bug in setwright.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar, Final

from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.model.diagnostics import Diagnostic


FULL_DISK: Final = "make room on that disk, then run the same command again"
_WHAT_TO_DO: Final = {
    errno.ENOSPC: FULL_DISK,
    errno.EDQUOT: FULL_DISK,
    errno.EACCES: "name another place, or have it made yours to read and to write",
    errno.EPERM: "name another place, or have it made yours to read and to write",
    errno.EROFS: "name a place on a disk that can be written to",
}
"""By what the operating system says."""


class SetwrightError(Exception):
    """The work cannot go on, for a reason that its user can understand and mend.

    `summary` is one line without a final stop; `detail` whole sentences: what, why it matters; `hint` what to do.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, summary: str, detail: str = "", hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint


def of_system(error: OSError) -> SetwrightError:
    """What the operating system refused, for people: a full disk or a forbidden file is no bug, wherever it is met."""
    return SetwrightError(
        error.strerror or str(error),
        str(error.filename or ""),
        _WHAT_TO_DO.get(error.errno or 0),
    )


class UsageError(SetwrightError):
    """The command cannot do that here."""


class FindingsError(SetwrightError):
    """One or more specs have mistakes; all of them are in `diagnostics`, in reading order."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{counted(len(diagnostics), 'finding')} in the specs")
        self.diagnostics = tuple(diagnostics)


class UnsafeNameError(SetwrightError):
    """A name from a server, an archive or an annotation file would leave the folder it belongs to."""


class FormatError(SetwrightError):
    """A file is not what its format says."""


class QueryError(SetwrightError):
    """A query that does not parse. `start` and `end` are 0-based offsets in characters, end exclusive."""

    def __init__(
        self, summary: str, detail: str = "", hint: str | None = None, *, start: int, end: int
    ) -> None:
        super().__init__(summary, detail, hint)
        self.start = start
        self.end = end


class LakeError(SetwrightError):
    """The lake cannot serve: it is absent, damaged, or written by a newer setwright."""


class LakeBusyError(LakeError):
    """Another process writes to the lake, and waiting did not help."""


class LakeAwayError(LakeError):
    """The database that a lake's catalogue is in, or the object store with its blobs, does not answer."""


class RemoteError(SetwrightError):
    """A remote refused, or does not offer what was asked of it."""


class NotYetError(RemoteError):
    """What was asked for came to the remote after the revision that was asked about."""


class UnansweredError(RemoteError):
    """No answer came from a remote. What was asked for may have been done all the same."""


class MissingExtraError(SetwrightError):
    """A library that comes with an extra of the package is not installed."""


class LockHeldError(SetwrightError):
    """Another apply holds the dataset."""

    exit_code = 4


class StalePlanError(SetwrightError):
    """The world has moved on since the plan was made, so what was reviewed can no longer be made."""

    exit_code = 5


class NotTriedError(SetwrightError):
    """A dataset is made of `others`, or waits for a name of theirs, and they could not be done."""

    def __init__(self, others: Sequence[str]) -> None:
        super().__init__(
            "It was not tried", f"{', '.join(others)} had to be done before, and could not be.", "apply again"
        )


class ChecksDeniedError(SetwrightError):
    """A check of the spec forbids the plan."""

    exit_code = 3


class PartlyAppliedError(SetwrightError):
    """Some datasets were applied, others not."""

    exit_code = 6
