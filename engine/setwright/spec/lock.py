"""The lock file: what each spec's selection gave when it was locked, so that a plan does not follow the lake.

It is TOML, one block a dataset, sorted by address, so that it is read in a review and two branches that lock different
datasets merge by themselves.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from setwright.model.diagnostics import SourceRef
from setwright.model.errors import FormatError
from setwright.spec.file_types import Address  # noqa: TC001 - pydantic reads it
from setwright.spec.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOCK_VERSION: Final = "1.0"

_HEAD = """\
# What the specs' selections gave when they were locked. `setwright lock` writes this file; commit it.
"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEX = "[0-9a-f]{64}"


class PinFile(BaseModel):
    """What one dataset is pinned to."""

    model_config = ConfigDict(extra="forbid", strict=True)

    revision: Annotated[int, Field(ge=0)] | None = None
    """Of the lake. Absent for a remote that cannot be asked about the past."""
    frames: Annotated[int, Field(ge=0)]
    """How many the selection gives."""
    selection: Annotated[str, Field(pattern=f"^selection-1:{_HEX}$")]
    """Digest of what is asked: source, query, filter, operations, labels."""
    membership: Annotated[str, Field(pattern=f"^membership-1:{_HEX}$")]
    """Digest of what that gives: frames, with their annotations."""


class LockFile(BaseModel):
    """What the specs of a project are pinned to, by address."""

    model_config = ConfigDict(extra="forbid", strict=True, title="setwright lock file")

    format_version: Literal["1.0"]
    datasets: dict[Address, PinFile] = Field(default={}, json_schema_extra={"additionalProperties": False})


def read_lock(content: bytes, where: str) -> dict[str, Pin]:
    """The pins of a lock file by address; `where` names the file to people.

    Raises:
        FormatError: it is none, or one of a later format.
    """
    hint = "take it from git again; or delete it, and `setwright lock` pins what the lake has now"
    conflict = next(
        (number for number, line in enumerate(content.splitlines(), 1) if line.startswith(b"<<<<<<<")), None
    )
    if conflict is not None:
        raise FormatError(
            f"A merge left both sides in {where}",
            f"From line {conflict} on nobody can tell which pins are meant.",
            "keep one side of each conflict, and run `setwright lock` for the specs as they are merged",
        )
    try:
        document = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormatError(f"{where} is no lock file", f"It cannot be read: {error}.", hint) from error
    version = document.get("format_version")
    if isinstance(version, str) and version != LOCK_VERSION:
        raise FormatError(
            f"{where} was written by another setwright",
            f"Its format is {version[:20]!r}; this setwright reads {LOCK_VERSION}.",
            "upgrade setwright",
        )
    try:
        lock = LockFile.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise FormatError(f"{where} is no lock file", f"At {place[:200]}: {first['msg']}.", hint) from error
    lines = content.decode().splitlines()
    return {
        address: Pin(**pin.model_dump(), where=_block(address, lines, where))
        for address, pin in sorted(lock.datasets.items())
    }


def lock_text(pins: Mapping[str, Pin]) -> str:
    """The lock file of `pins`."""
    blocks = [f'{_HEAD}format_version = "{LOCK_VERSION}"\n']
    for address, pin in sorted(pins.items()):
        lines = [f"[datasets.{_key(address)}]"]
        lines += [f"revision = {pin.revision}"] if pin.revision is not None else []
        lines += [
            f"frames = {pin.frames}",
            f'selection = "{pin.selection}"',
            f'membership = "{pin.membership}"',
        ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def lock_schema() -> dict[str, Any]:
    """The JSON Schema of the lock file, once TOML is read; draft 2020-12."""
    from setwright.model.attribute_docs import described

    schema = described(LockFile.model_json_schema(), LockFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _block(address: str, lines: Sequence[str], where: str) -> SourceRef:
    """The line that opens the block of `address`, or the first of the file where a hand wrote it in another way."""
    head = f"[datasets.{_key(address)}]"
    for number, line in enumerate(lines, 1):
        if line.strip() == head:
            column = line.index(head) + 1
            return SourceRef(where, number, column, number, column + len(head), line)
    return SourceRef(where, 1, 1, 1, 2)


def _key(address: str) -> str:
    # A basic string of TOML takes the escapes of JSON; an address needs none.
    return address if _BARE.fullmatch(address) else json.dumps(address)
