"""`make` is how people find their way in."""

from __future__ import annotations

import re
import subprocess

from tests.house.program import ROOT


def test_make_alone_lists_every_target() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    listed = subprocess.check_output(["make", "--no-print-directory"], cwd=ROOT, text=True)
    assert re.findall(r"^  make ([a-z-]+) +[A-Z].*", listed, flags=re.MULTILINE) == targets
    assert len(targets) > 8
