"""Calls to a lake's server: answers as what they tell, refusals as the errors that they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from setwright.model.errors import FormatError, RemoteError, SetwrightError, UnansweredError
from setwright.remotes.http.connection import Call
from setwright.remotes.lake_server.problems import error_of, name_of
from setwright.remotes.lake_server.wire import ROOT, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.remotes.http.connection import Connection, Reply

Told = TypeVar("Told", bound=BaseModel)
T = TypeVar("T")

LARGEST: Final = 4 * 2**30
"""Bytes of the largest answer that columns or pictures may come in."""


class RefusedError(RemoteError):
    """A refusal that is told apart by its `kind`, for example `manifest-missing`."""

    def __init__(self, kind: str, summary: str, detail: str, hint: str | None) -> None:
        super().__init__(summary, detail, hint)
        self.kind = kind


class Asking:
    """A connection to one server, in the API's terms. Safe for several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def url(self) -> str:
        """Where the server is; it holds no credentials."""
        return self._connection.url

    def get(self, path: str, told: type[Told], **query: str) -> Told:
        """What the server tells at `path`."""
        return self._document(Call(method="GET", path=path, query=tuple(query.items()), again=True), told)

    def post(self, path: str, said: BaseModel, told: type[Told]) -> Told:
        """What the server tells to what is said, which may be said again if no answer comes."""
        return self._document(_post(path, said), told)

    def do(self, path: str, said: BaseModel) -> None:
        """Have something done, which may be asked for again if no answer comes."""
        self.reply(_post(path, said))

    def columns(self, call: Call, decode: Callable[[bytes], T]) -> T:
        """What `decode` makes of the bytes that come.

        Raises:
            RemoteError: it makes nothing of them.
        """
        try:
            return decode(self.reply(call).body)
        except FormatError as error:
            raise self._strange(call, error.detail) from error

    def reply(self, call: Call) -> Reply:
        """What comes for `call`, which succeeded. `call.path` is below the API's root.

        Raises:
            UnansweredError: nothing came, so that what writes may have been done.
            RemoteError: the server is none that we know, or does not take the credentials.
            SetwrightError: the server refused, and why.
        """
        sent = Call(
            method=call.method,
            path=ROOT + call.path,
            query=call.query,
            json=call.json,
            content=call.content,
            again=call.again,
            largest=call.largest,
        )
        reply = self._connection.send(sent)
        if 200 <= reply.status < 300:
            return reply
        raise self._failure(sent, reply)

    def _document(self, call: Call, told: type[Told]) -> Told:
        reply = self.reply(call)
        try:
            return told.model_validate_json(reply.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise self._strange(call, f"{where}: {first['msg']}") from error

    def _strange(self, call: Call, why: str) -> RemoteError:
        return RemoteError(
            f"The answer of {self.url} is not understood",
            f"{call} gave something else than this setwright knows: {why[:300]}",
            "use the same release of setwright on both sides, and check that the URL is that of a lake's server",
        )

    def _failure(self, call: Call, reply: Reply) -> SetwrightError:
        problem = _problem_in(reply)
        if reply.status == 401:
            return RemoteError(
                f"{self.url} refuses the credentials",
                "The key or its secret is wrong, or was revoked.",
                "`setwright auth status` tells where they come from",
            )
        if problem is None:
            return self._no_lake(call, reply)
        name = name_of(problem)
        if reply.status == 403:
            return RemoteError(
                f"The key may not do that at {self.url}",
                f"{problem.detail} It is about {call}.",
                "ask for a key with that role: `setwright serve keys create --role …` makes one",
            )
        if name in ("bug", "unavailable") and call.method != "GET":
            return UnansweredError(f"{self.url} failed", problem.detail, "try again; its log says more")
        error = error_of(problem)
        if type(error) is RemoteError:
            return RefusedError(name, error.summary, error.detail, error.hint)
        return error

    def _no_lake(self, call: Call, reply: Reply) -> RemoteError:
        if reply.status >= 500 or reply.status == 429:
            kind = RemoteError if call.method == "GET" else UnansweredError
            return kind(
                f"{self.url} does not serve now",
                f"{call} was answered with {reply.status}.",
                "try again later",
            )
        return RemoteError(
            f"{self.url} is no lake's server that this setwright can speak to",
            f"{call} was answered with {reply.status}, and without a reason.",
            "check the URL; if it is right, the server runs another release of setwright",
        )


def _post(path: str, said: BaseModel) -> Call:
    return Call(method="POST", path=path, json=said.model_dump(mode="json"), again=True)


def _problem_in(reply: Reply) -> Problem | None:
    try:
        document: Any = json.loads(reply.body)
        return Problem.model_validate(document)
    except (ValueError, RecursionError):
        return None
