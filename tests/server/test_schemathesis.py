"""Whatever is sent to the lake's own API is answered as its description says, and never by a failure of the server.

`SETWRIGHT_LAWS=250` sends 500 examples to each operation, and walks along the borders of all its values as well.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from setwright.lake.lake import Lake
from setwright.server.keys import Role
from tests.conformance.test_lake import filling
from tests.conformance.test_lake_server import TestServedLakeRemote as Suite
from tests.laws import examples
from tests.oracles.datumaro import PYTHON
from tests.server.serving import connected, serving

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = examples(2)

# What one field may be can depend on another, and a query is a language of its own: JSON Schema says neither.
EXCLUDED = "positive_data_acceptance"

KNOWN = """
[parameters]
"path.version" = "{version}"
"path.digest" = "{digest}"
"query.dataset" = "Cells"
"""
"""So that requests come further than to things that are not there."""


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_api_is_as_it_is_described_whatever_is_sent(tmp_path: Path) -> None:
    program = PYTHON.parent / "schemathesis"
    if not program.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which schemathesis lives")
    Lake.create(tmp_path / "lake").close()
    with serving(tmp_path / "lake") as running:
        key = running.keys[Role.ADMIN]
        with connected(running.url, key) as remote:
            filling(running.service.lake, tmp_path, remote).put("cells", {"a.png": ["WBC"], "b.png": ["RBC"]})
            version = Suite().published(remote)
            digest = remote.manifest(version.id).frames.digest[0].decode()
        (tmp_path / "schemathesis.toml").write_text(KNOWN.format(version=version.id, digest=digest))
        ran = subprocess.run(
            [
                program,
                "run",
                f"{running.url}/lake/v1/openapi.json",
                f"--url={running.url}/lake/v1",
                f"--auth={key[0]}:{key[1]}",
                f"--phases={'fuzzing' if EXAMPLES < 50 else 'examples,coverage,fuzzing'}",
                f"--max-examples={EXAMPLES}",
                f"--exclude-checks={EXCLUDED}",
                "--suppress-health-check=all",
                "--continue-on-failure",
                "--workers=1",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        print(ran.stdout[-2000:])
        assert ran.returncode == 0, ran.stdout + ran.stderr
