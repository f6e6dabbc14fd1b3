"""What the command line does with a command line, and with whatever goes wrong behind it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from setwright.cli.context import decide_color
from setwright.cli.main import COMMANDS, run
from setwright.model.errors import of_system
from tests.conftest import Golden
from tests.house.program import PROGRAM, ROOT, setwright


def test_the_help_page_reads_well(golden: Golden) -> None:
    golden("house/help.txt", setwright("--help").stdout)


def test_the_version_is_that_of_the_package() -> None:
    import setwright as package

    assert setwright("--version").stdout == f"setwright {package.__version__}\n"


def test_a_mistyped_command_fails_and_the_right_one_is_suggested() -> None:
    result = setwright("aply")
    assert result.returncode == 1
    assert "No such command 'aply'. Did you mean 'apply'?" in result.stderr


def test_a_mistyped_command_of_a_group_is_answered_by_the_group() -> None:
    result = setwright("lake", "igest")
    assert result.returncode == 1
    assert "Usage: setwright lake" in result.stderr
    assert "Did you mean 'ingest'?" in result.stderr


@pytest.mark.parametrize(
    ("name", "meant"), [("ingest", "lake ingest"), ("gc", "lake gc"), ("keys", "serve keys")]
)
def test_a_command_that_a_group_has_is_suggested_with_the_groups_name(name: str, meant: str) -> None:
    result = setwright(name)
    assert result.returncode == 1
    assert f"No such command '{name}'. Did you mean '{meant}'?" in result.stderr


@pytest.mark.parametrize(("typed", "suggested"), [("--dry-run", False), ("--prne", True), ("--yess", True)])
def test_nobody_is_led_to_consent_by_a_suggestion(typed: str, suggested: bool) -> None:
    assert ("Did you mean" in setwright("apply", typed).stderr) == suggested


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["plan", "--color", "never"], "it stands before the command: `setwright --color …`"),
        (["lake", "log", "--debug"], "it stands before the command: `setwright --debug …`"),
        (["plan", "balloons"], "`--select ADDRESS` plans and applies some of the datasets"),
        (["apply", "--dry-run"], "`setwright plan` shows what `setwright apply` would do"),
    ],
)
def test_a_wrong_command_line_is_told_what_it_should_have_been(args: list[str], hint: str) -> None:
    result = setwright(*args)
    assert result.returncode == 1
    assert result.stderr.endswith(f"\n  hint: {hint}\n")


@pytest.mark.parametrize("args", [["plan", "--colour"], ["lake", "plan"], ["explain", "a", "b"], ["aply"]])
def test_where_nothing_can_be_told_of_a_wrong_command_line_nothing_is(args: list[str]) -> None:
    assert "hint:" not in setwright(*args).stderr


@pytest.mark.parametrize("args", [["--nope"], ["--color", "mauve"], ["completion"], ["-C", "no/such/folder"]])
def test_a_wrong_command_line_shows_the_usage_and_does_not_exit_like_pending_changes(args: list[str]) -> None:
    result = setwright(*args)
    assert result.returncode == 1
    assert result.stderr.startswith("Usage: setwright")
    assert result.stdout == ""


def test_a_commands_result_is_the_exit_code() -> None:
    assert setwright("pending").returncode == 2


def test_an_error_is_told_in_words_and_by_its_exit_code() -> None:
    result = setwright("fail", "as-foreseen")
    assert result.returncode == 4
    assert result.stdout == ""
    assert result.stderr == (
        "Error: The dataset is locked\n  ada@build-7 applies to it since 09:14.\n  hint: wait, or ask ada\n"
    )


def test_an_error_nobody_foresaw_is_called_a_bug_and_says_how_to_learn_more() -> None:
    result = setwright("fail", "unforeseen")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: This is a bug in setwright\n  KeyError: 'balloons'\n")
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("how", "exit_code"), [("as-foreseen", 4), ("unforeseen", 1)])
def test_debug_adds_the_traceback_and_changes_nothing_else(how: str, exit_code: int) -> None:
    plain, debugged = setwright("fail", how), setwright("--debug", "fail", how)
    assert debugged.returncode == plain.returncode == exit_code
    assert debugged.stderr.startswith("Traceback (most recent call last):")
    assert debugged.stderr.endswith(plain.stderr)


def test_a_full_disk_is_not_called_a_bug() -> None:
    result = setwright("fail", "full-disk")
    assert (result.returncode, result.stderr) == (
        1,
        "Error: No space left on device\n  state/00000042.json\n"
        "  hint: make room on that disk, then run the same command again\n",
    )


def test_what_the_system_forbids_is_told_with_what_to_do() -> None:
    told = of_system(PermissionError(errno.EACCES, "Permission denied", "/srv/exports"))
    assert (told.summary, told.detail) == ("Permission denied", "/srv/exports")
    assert told.hint == "name another place, or have it made yours to read and to write"


def test_a_truncated_file_is_not_taken_for_an_interruption() -> None:
    result = setwright("fail", "truncated-file")
    assert result.returncode == 1
    assert "EOFError: Compressed file ended before" in result.stderr


def interrupted(command: str, sent: signal.Signals) -> str:
    """What `command` says on stderr when it is sent a signal."""
    with subprocess.Popen(
        [*PROGRAM, command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(sent)
        _, stderr = process.communicate()
    assert process.returncode == 130
    return stderr.strip()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_says_how_to_go_on(sent: signal.Signals) -> None:
    assert interrupted("wait", sent) == "Interrupted. Run `setwright apply` again to go on."


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_that_a_library_makes_an_error_of_is_still_one(sent: signal.Signals) -> None:
    assert interrupted("swallow", sent) == "Interrupted."


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_impatient_second_signal_does_not_hit_what_tidies_up(sent: signal.Signals) -> None:
    with subprocess.Popen(
        [*PROGRAM, "tidy"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(3):
            process.send_signal(sent)
            time.sleep(0.1)
        stdout, stderr = process.communicate()
    assert (process.returncode, stdout, stderr.strip()) == (130, "tidied\n", "Interrupted.")


def test_a_signal_on_the_way_out_is_no_traceback() -> None:
    code = "import gc, os, signal; gc.freeze = lambda: os.kill(os.getpid(), signal.SIGINT)"
    code += "; from setwright.__main__ import main; main()"
    line = [sys.executable, "-c", code, "completion", "fish"]
    result = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (130, "")


LOADING = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from setwright.__main__ import main
main()
"""


def test_an_interruption_while_the_program_loads_is_no_traceback() -> None:
    result = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "Interrupted.\n")


def test_the_script_begins_where_an_interruption_is_met() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"setwright": "setwright.__main__:main"}


@pytest.mark.parametrize("args", ["flood", "mutter", "--help"])
def test_a_reader_that_has_seen_enough_is_no_reason_to_complain(args: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)  # before anything is written, so that no timing is in play
    with os.fdopen(writer, "wb") as stdout:
        result = subprocess.run(
            [*PROGRAM, args], cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.skipif(os.name == "nt", reason="closed by a shell of POSIX")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_leads_to_nowhere(tmp_path: Path, closed: str) -> None:
    def run_closed(*args: str) -> int:
        command = ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, *args]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode

    assert run_closed("mutter") == 0
    assert run_closed("fail", "as-foreseen") == 4
    assert run_closed("beside", str(tmp_path / "saved")) == 0
    assert (tmp_path / "saved").read_bytes() == b"", "what is written to a stream went into a file"


def test_chdir_runs_as_if_started_there(tmp_path: Path) -> None:
    assert setwright("-C", str(tmp_path), "where").stdout == f"{tmp_path}\n"


def test_chdir_ends_with_the_run(tmp_path: Path) -> None:
    before = Path.cwd()
    assert run(["-C", str(tmp_path), "completion", "fish"]) == 0
    assert Path.cwd() == before


def test_errors_are_red_when_that_is_asked_for() -> None:
    assert "\x1b[31m" in setwright("--color", "always", "fail", "as-foreseen").stderr
    assert "\x1b[31m" not in setwright("fail", "as-foreseen").stderr


@pytest.mark.parametrize(
    ("choice", "environ", "decided"),
    [
        ("auto", {}, None),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, None),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {"TERM": "xterm"}, None),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_the_option_decides_on_colour_before_no_color_and_that_before_force_color(
    choice: str, environ: dict[str, str], decided: bool | None
) -> None:
    assert decide_color(choice, environ) is decided


def test_a_commands_short_help_fits_on_its_line() -> None:
    names = [name for rows in COMMANDS.values() for name in rows]
    room = 80 - 2 - max(map(len, names)) - 2
    assert [short for rows in COMMANDS.values() for _, short in rows.values() if len(short) >= room] == []
