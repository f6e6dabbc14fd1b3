"""Where credentials come from, and that nobody sees them."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from setwright.model.errors import RemoteError
from setwright.remotes.http.credentials import FILE, Secret
from setwright.remotes.layernext import credentials as module
from setwright.remotes.layernext.credentials import find_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "https://api.example.layernext.ai"
CANARY = "canary-51c9"


def file_of(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "credentials.yaml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    file_of(tmp_path, f"{URL}: {{key: from-file, secret: x}}\n")
    both = {module.KEY: "from-environment", module.SECRET: CANARY}
    found = find_credentials(URL, both, tmp_path)
    assert found.key.reveal() == "from-environment"
    assert "environment" in found.source and CANARY not in found.source
    assert find_credentials(URL, {}, tmp_path).key.reveal() == "from-file"


def test_a_file_may_lie_elsewhere_if_the_environment_says_so(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = file_of(elsewhere, f"{URL}: {{key: k, secret: s}}\n")
    assert find_credentials(URL, {FILE: str(path)}, tmp_path).source == f"the file {path}"


def test_a_file_tells_nothing_of_another_installation(tmp_path: Path) -> None:
    file_of(tmp_path, f"{URL}.evil.example: {{key: k, secret: s}}\n")
    with pytest.raises(RemoteError, match="No credentials"):
        find_credentials(URL, {}, tmp_path)


def test_what_the_hint_says_is_taken(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="No credentials") as caught:
        find_credentials(URL, {}, tmp_path)
    told = re.match(r"set (\w+)=(\S+), or write `(.+)` to ", caught.value.hint or "")
    assert told is not None
    assert find_credentials(URL, {told[1]: told[2]}, tmp_path).secret.reveal() == "SECRET"
    file_of(tmp_path, told[3])
    assert find_credentials(URL, {}, tmp_path).key.reveal() == "KEY"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file_of(tmp_path, f"{URL}: {{key: k, secret: {CANARY}}}\n", mode)
    with pytest.raises(RemoteError, match="Others may read") as caught:
        find_credentials(URL, {}, tmp_path)
    assert caught.value.hint is not None and caught.value.hint.startswith("chmod 600")


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({module.KEY: CANARY}, None),
        ({module.SECRET: CANARY}, None),
        ({module.KEY: f"{CANARY}:b", module.SECRET: "s"}, None),
        ({module.KEY: "k", module.SECRET: f"{CANARY}ü"}, None),
        ({}, f"{URL}: {{key: k, secret: [{CANARY}]}}"),
        ({}, f"{URL}: {CANARY}"),
        ({}, f"{URL}: {{key: {CANARY}, secret: ["),
        ({}, f"- {CANARY}"),
        ({}, f"a: !!python/object:os.system {CANARY}"),
    ],
)
def test_what_cannot_be_used_is_said_and_never_shown(
    tmp_path: Path, environment: Mapping[str, str], text: str | None
) -> None:
    if text is not None:
        file_of(tmp_path, text)
    with pytest.raises(RemoteError) as caught:
        find_credentials(URL, environment, tmp_path)
    told = json.dumps([caught.value.summary, caught.value.detail, caught.value.hint])
    assert CANARY not in told


def test_a_secret_is_written_nowhere() -> None:
    secret = Secret(CANARY)
    assert CANARY not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_one_variable_may_hold_key_and_secret_as_they_are_printed(tmp_path: Path) -> None:
    found = find_credentials(URL, {module.KEY: f"key_1:{CANARY}"}, tmp_path)
    assert (found.key.reveal(), found.secret.reveal()) == ("key_1", CANARY)
    assert CANARY not in found.source
