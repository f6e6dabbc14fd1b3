"""Long work on a build server, where no bar moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.cli.context import Session
from setwright.cli.progress import listening
from setwright.model.events import Advanced, Finished, Started

if TYPE_CHECKING:
    import pytest


def test_a_log_has_a_line_for_each_task_when_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(Session()) as listener:
        listener(Started("Writing files", 2, "files"))
        listener(Advanced("Writing files", 2))
        assert capsys.readouterr().err == ""
        listener(Finished("Writing files", "2 files"))
    assert capsys.readouterr().err == "Writing files: 2 files\n"


def test_a_log_says_what_is_waited_for_as_the_waiting_begins(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(Session()) as listener:
        listener(Started("Waiting for another pull", None, ""))
        assert capsys.readouterr().err == "Waiting for another pull …\n"
        listener(Finished("Waiting for another pull"))
    assert capsys.readouterr().err == "Waiting for another pull: done\n"


def test_who_asks_for_json_is_told_what_is_waited_for_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(Session(), quiet=True) as listener:
        listener(Started("Waiting for another pull", None, ""))
        listener(Finished("Waiting for another pull"))
        listener(Started("Writing files", 2, "files"))
        listener(Finished("Writing files", "2 files"))
    assert capsys.readouterr().err == "Waiting for another pull …\n"
