"""What LayerNext can be asked and told, in its own notions: each method is one or a few requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from setwright.model.errors import RemoteError
from setwright.remotes.layernext import answers, calls
from setwright.remotes.layernext.connection import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from setwright.model.dataset import DatasetConfig, Filter, ItemType
    from setwright.remotes.layernext.connection import Connection

JOB_POLL = 2.0
"""Seconds between two looks at a job."""
MOST = 10_000_000
"""The most objects that a listing may have: a server can make up new ones for ever."""
_IDLE = 10
"""So many pages of files in a row may bring nothing new."""


class Client:
    """LayerNext, as its API shows it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def check(self) -> None:
        """Whether the server is a LayerNext that serves us, and takes the credentials.

        Raises:
            RemoteError: it is not, or does not.
        """
        self._ask(calls.compatibility())

    def collection_id(self, name: str) -> str:
        """The id of the image collection called `name`.

        Raises:
            RemoteError: there is none.
        """
        request = calls.collection_by_name(name)
        answer = self._connection.send(request)
        if answer.status != 200 or answers.refusal(answer.json) is not None:
            said = (answers.reason(answer.json) or "")[:1000].rstrip(".")
            raise RemoteError(
                f'LayerNext has no image collection "{name}"',
                f"It says: {said}." if said else f"It answered {answer.status}.",
            )
        return answers.read_collection(answer.json)

    def check_collection(self, id: str) -> None:
        """`id` names a collection of images, which alone a dataset can be made of.

        Raises:
            RemoteError: it names something else, or nothing.
        """
        code = answers.read_object_type(self._ask(calls.object_type(id)))
        if code != calls.IMAGE_COLLECTION:
            raise RemoteError(
                f"{id} is no collection of images", f"LayerNext says that it is an object of type {code}."
            )

    def objects(
        self, *, collection: str | None, items: ItemType, query: str, filter: Filter
    ) -> Iterator[answers.Listed]:
        """All objects of a collection, or of the lake for None, that the query and the filter let in.

        Raises:
            RemoteError: the query is refused, or the listing goes round in a circle.
        """
        seen: set[str] = set()
        page = 0
        while True:
            listed = self.page(page, collection=collection, items=items, query=query, filter=filter)
            fresh = [each for each in listed if each.id not in seen]
            yield from fresh
            if len(listed) < calls.PAGE:
                return
            if not fresh:
                raise _endless(f"Page {page} repeats earlier ones.")
            seen.update(each.id for each in fresh)
            if len(seen) > MOST:
                raise _endless(f"There are more than {MOST:,} objects.")
            page += 1

    def page(
        self, page: int, *, collection: str | None, items: ItemType, query: str, filter: Filter
    ) -> tuple[answers.Listed, ...]:
        """One page, counted from 0, of what `objects` gives."""
        asked = calls.list_objects(collection=collection, items=items, query=query, filter=filter, page=page)
        return answers.read_list(self._ask(asked))

    def count(self, *, collection: str | None, items: ItemType, query: str, filter: Filter) -> int | None:
        """How many objects there are; None where the answer cannot be understood."""
        asked = calls.count_objects(collection=collection, items=items, query=query, filter=filter)
        return answers.read_count(self._ask(asked))

    def labels(self) -> tuple[str, ...] | None:
        """The labels' names, sorted; None where LayerNext does not tell."""
        return answers.read_names(self._ask(calls.labels()))

    def projects(self) -> tuple[str, ...] | None:
        """The annotation projects' names, sorted; None where LayerNext does not tell."""
        return answers.read_names(self._ask(calls.projects()))

    def project_ids(self) -> dict[str, str]:
        """The ids of annotation projects, by name, as far as they are told."""
        return answers.read_ids(self._ask(calls.projects()))

    def listed_versions(self) -> tuple[answers.ListedVersion, ...] | None:
        """All versions of all datasets; None where LayerNext does not answer that, as no SDK ever asks it."""
        try:
            answer = self._connection.send(calls.version_list())
        except RemoteError:
            return None
        return answers.read_version_list(answer.json) if answer.status == 200 else None

    def has_version(self, version: str, export: str, *, session: str) -> bool:
        """Whether there is such a version, and it was exported so."""
        asked = calls.version_files(version, export, 1, session=session)
        answer = self._connection.send(asked)
        if answer.status not in (200, 204, 400, 404, 406, 422):
            raise failure(asked, answer)
        return answer.status == 200 and answers.read_version_files(answer.json) is not None

    def select_ids(self, ids: tuple[str, ...], *, collection: str | None, items: ItemType) -> str:
        """The tag of a selection of just these objects.

        Raises:
            RemoteError: it is refused; LayerNext's reason is kept.
        """
        return answers.read_selection(self._ask(calls.select_ids(ids, collection=collection, items=items)))

    def select(self, *, collection: str | None, items: ItemType, query: str, filter: Filter) -> str:
        """A selection's tag.

        Raises:
            RemoteError: it is refused; LayerNext's reason is kept.
        """
        asked = calls.select(collection=collection, items=items, query=query, filter=filter)
        return answers.read_selection(self._ask(asked))

    def create(self, tag: str, config: DatasetConfig) -> answers.Made:
        """Make a dataset. An answer that is lost is not asked for again: look for the dataset's name first."""
        return answers.read_made(self._ask(calls.create(tag, config)))

    def update_in_place(self, tag: str, version: str, config: DatasetConfig) -> answers.Made:
        """Give a version other content or exports."""
        return answers.read_made(self._ask(calls.update_in_place(tag, version, config)))

    def new_version(self, tag: str, version: str, config: DatasetConfig) -> answers.Made:
        """Make a version that follows another."""
        return answers.read_made(self._ask(calls.new_version(tag, version, config)))

    def delete_version(self, version: str) -> None:
        """Delete a version."""
        request = calls.delete_version(version)
        answer = self._connection.send(request)
        # The body may say otherwise, which the official SDK never sees.
        if answer.status not in (200, 204) or answers.refusal(answer.json) is not None:
            raise failure(request, answer)

    def wait(
        self,
        job: str,
        *,
        told: Callable[[float], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        limit: float = 3600.0,
    ) -> None:
        """Wait until a job is done, telling its progress in percent.

        Raises:
            RemoteError: it failed, or was not done within `limit` seconds.
        """
        end = clock() + limit
        while True:
            state = answers.read_job(self._ask(calls.job(job)))
            told(state.progress)
            if state.status == "done":
                return
            if state.status == "failed":
                raise RemoteError("LayerNext's job failed", f"Job {job} ended at {state.progress:.0f} %.")
            if clock() > end:
                raise RemoteError(
                    "LayerNext's job is not done",
                    f"Job {job} is at {state.progress:.0f} % after {limit:.0f} s.",
                )
            sleep(JOB_POLL)

    def version_pages(self, version: str, export: str, *, session: str) -> Iterator[answers.Page]:
        """The files of a version's export, page by page.

        Raises:
            RemoteError: there is no such version, or it has no such export.
        """
        page, idle = 1, 0
        seen: set[tuple[str, str]] = set()
        while True:
            found = answers.read_version_files(
                self._ask(calls.version_files(version, export, page, session=session))
            )
            if found is None:
                raise RemoteError(
                    f"LayerNext has no {export} of version {version}",
                    "There is no such version, or it was not exported so, or the export is still being made.",
                    "take the version's id from the dataset's page in LayerNext",
                )
            yield found
            if not found.more:
                return
            before = len(seen)
            seen.update((each.folder, each.name) for each in found.resources)
            idle = 0 if len(seen) > before else idle + 1
            if idle == _IDLE:
                raise _endless(f"The last {_IDLE} pages of {export} bring nothing new.")
            if len(seen) > MOST:
                raise _endless(f"There are more than {MOST:,} files.")
            page += 1

    def _ask(self, request: calls.Request) -> Any:
        """The JSON of an answer that is a success.

        Raises:
            RemoteError: it is none.
        """
        answer = self._connection.send(request)
        if answer.status == 204:
            return None
        refused = answers.refusal(answer.json)
        if answer.status != 200 or refused is not None:
            raise failure(request, answer)
        return answer.json


def _endless(detail: str) -> RemoteError:
    return RemoteError("LayerNext's listing does not end", detail)
