"""A server that is away, another one, or strange: people are told which, and what to do."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.model.errors import (
    LakeAwayError,
    LockHeldError,
    MissingExtraError,
    NotYetError,
    QueryError,
    RemoteError,
    SetwrightError,
    StalePlanError,
)
from setwright.remotes.http.connection import Connection, Limits
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.lake_server.problems import error_of, problem_of
from setwright.remotes.lake_server.remote import ServedLakeRemote
from setwright.remotes.lake_server.wire import Problem
from tests.remotes.layernext.recording import Reply, serving

if TYPE_CHECKING:
    from collections.abc import Callable

EVERYTHING = Selection(source=LakeSource(), query="", filter=Filter(), operations=(), labels=())
ABOUT: dict[str, Any] = {
    "api": 1,
    "server": "9.9.9",
    "lake": "x",
    "revision": 3,
    "lease_life": 60,
    "capabilities": {
        "exports": ["RAW"],
        "augments": True,
        "reads_config": True,
        "reads_membership": True,
        "pins_revisions": True,
        "renames": True,
        "deletes": True,
    },
}


def problem(status: int, kind: str, **said: Any) -> Reply:
    document = {"type": f"urn:setwright:{kind}", "title": "A title", "status": status, **said}
    return Reply(status=status, json=document, headers=(("Content-Type", "application/problem+json"),))


def told(reply: Reply, ask: Callable[[ServedLakeRemote], object]) -> SetwrightError:
    """The error that comes of `ask` where a server answers everything with `reply`."""
    credentials = Credentials(key=Secret("key_1"), secret=Secret("canary-71aa"), source="the test")
    with serving(lambda _: reply) as server:
        connection = Connection(
            server.url, credentials, service="The lake's server", limits=Limits(tries=2), sleep=lambda _: None
        )
        with closing(connection), pytest.raises(SetwrightError) as raised:
            ask(ServedLakeRemote(connection, sleep=lambda _: None))
    text = f"{raised.value.summary} {raised.value.detail} {raised.value.hint}"
    assert "canary-71aa" not in text
    return raised.value


@pytest.mark.parametrize(
    ("reply", "summary", "hint"),
    [
        (Reply(json={**ABOUT, "api": 2}), "another version of the API", "same release"),
        (Reply(json={**ABOUT, "revision": "many"}), "is not understood", "same release"),
        (Reply(json=[]), "is not understood", "same release"),
        (Reply(raw=b"<html>Welcome</html>"), "is not understood", "URL is that of a lake's server"),
        (Reply(status=404, raw=b"<html>"), "no lake's server", "check the URL"),
        (Reply(status=502, raw=b"<html>"), "does not serve now", "later"),
        (Reply(status=429, raw=b""), "does not serve now", "later"),
        (problem(401, "unauthorized"), "refuses the credentials", "auth status"),
        (Reply(status=401, raw=b""), "refuses the credentials", "auth status"),
        (problem(403, "role-missing", detail="This key may read."), "may not do that", "keys create"),
        (problem(500, "bug", detail="Its log says more."), "A title", "None"),
        (
            Reply(status=301, headers=(("Location", "https://elsewhere.example.org/x"),)),
            "redirects, and is not followed",
            "setwright.yaml",
        ),
    ],
)
def test_whatever_answers_people_are_told_what_it_is(reply: Reply, summary: str, hint: str) -> None:
    error = told(reply, lambda remote: remote.revision())
    assert summary in error.summary and hint in str(error.hint)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b""),
        Reply(raw=b"\x00\x00\x00\x01" + b"\xff" * 8),
        Reply(raw=b"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x05hello"),
        Reply(raw=b"\xff\xff\xff\xff"),
        Reply(json={"memberships": []}),
    ],
)
def test_columns_that_are_none_are_not_understood(reply: Reply) -> None:
    error = told(reply, lambda remote: remote.membership(EVERYTHING, 1))
    assert isinstance(error, RemoteError) and "is not understood" in error.summary


@pytest.mark.parametrize("id", ["../../etc", "a/b", "", "ü", "a?b", "a b"])
def test_an_id_that_cannot_be_one_is_not_asked_for(id: str) -> None:
    assert "no such version" in told(Reply(json={}), lambda remote: remote.version(id)).summary


@pytest.mark.parametrize(
    "error",
    [
        StalePlanError("It has moved on", "Why.", "plan again"),
        LockHeldError("It is locked", "Ada holds it."),
        RemoteError("There is no collection", "None."),
        LakeAwayError("The catalogue cannot be reached", "Its server is down."),
        NotYetError("There was no collection", "It came later."),
        QueryError("Not a query", "Here.", start=3, end=7),
    ],
)
def test_an_error_arrives_as_it_was_sent(error: SetwrightError) -> None:
    document = json.loads(problem_of(error).model_dump_json())
    arrived = error_of(Problem.model_validate(document))
    assert type(arrived) is type(error)
    for part in ("summary", "detail", "hint", "exit_code", "start", "end"):
        assert getattr(arrived, part, None) == getattr(error, part, None)


def test_of_a_library_that_the_server_lacks_it_is_told_where_it_is_missing() -> None:
    error = error_of(problem_of(MissingExtraError("It is not installed", "No cv2.", "pip install x")))
    assert isinstance(error, MissingExtraError)
    assert "at the server" in error.detail and error.hint == "there: pip install x"


def test_of_a_book_a_few_pages_are_shown() -> None:
    error = error_of(Problem(type="urn:setwright:lake", title="T" * 10**6, status=500, detail="D" * 10**6))
    assert len(error.summary) == len(error.detail) == 4000 and error.hint is None
