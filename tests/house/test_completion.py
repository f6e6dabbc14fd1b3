"""`setwright completion` prints what a shell needs to complete commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from setwright.cli.main import root
from tests.house.program import setwright


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_variable_that_the_program_answers_to_and_how_to_install_it(shell: str) -> None:
    script = setwright("completion", shell).stdout
    assert f"_SETWRIGHT_COMPLETE={shell}_complete" in script
    assert f"setwright completion {shell} > " in script.splitlines()[-1]
    assert "Its last line says how to install it" in setwright("completion", "--help").stdout.replace(
        "\n ", ""
    )


def test_zsh_finds_its_marker_in_the_first_line() -> None:
    assert setwright("completion", "zsh").stdout.startswith("#compdef setwright\n")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here to be asked")
def test_bash_completes_a_command_that_was_begun(tmp_path: Path) -> None:
    asked = """
        source <(setwright completion bash)
        COMP_WORDS=(setwright val)
        COMP_CWORD=1
        _setwright_completion setwright
        echo "${COMPREPLY[@]}"
    """
    scripts = Path(sys.executable).parent
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.check_output(
        ["bash", "-c", asked], text=True, cwd=tmp_path, env=os.environ | {"PATH": path}
    )
    assert answer == "validate\n"


def test_names_are_completed_together_with_their_short_help() -> None:
    offered = root.shell_complete(root.make_context("setwright", [], resilient_parsing=True), "pl")
    assert [(item.value, item.help) for item in offered] == [
        ("plan", "Show what would change, down to the frames")
    ]
