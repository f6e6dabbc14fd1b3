"""The pins that earlier plans compared with the lake, in the project's own folder, which git ignores.

To lose the file costs time. Somebody who writes a lie into it hides a lock file that contradicts itself, of a dataset
that does not change anyway: as soon as it does, its frames are read and compared.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from setwright.apply.proofs import Proofs
from setwright.cli.kept import SWITCH
from setwright.cli.own_folder import NAME, own_folder
from setwright.edge.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "compared-pins.json"
_MOST_BYTES = 4_000_000


def read(root: Path) -> Proofs:
    """What is known for the project in the folder `root`."""
    file = root / NAME / _FILE
    try:
        if os.environ.get(SWITCH) == "off" or file.stat().st_size > _MOST_BYTES:
            return Proofs()
        known = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return Proofs()
    return Proofs(each for each in known if isinstance(each, str)) if isinstance(known, list) else Proofs()


def write(root: Path, proofs: Proofs) -> None:
    """Remember what was added, if that can be."""
    if not proofs.added or os.environ.get(SWITCH) == "off":
        return
    try:
        write_whole(own_folder(root) / _FILE, json.dumps(proofs.remembered()).encode(), durable=False)
    except OSError:
        return
