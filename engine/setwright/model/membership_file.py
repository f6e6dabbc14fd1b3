"""A membership as bytes, to travel from a lake to who plans: columns, as `column_file` packs them."""

from __future__ import annotations

from setwright.model.column_file import Packed, pack, table_columns
from setwright.model.errors import FormatError
from setwright.model.frames import Membership

FORMAT = 1
_HEADER = "membership.json"


def encode(membership: Membership) -> bytes:
    """`membership` as a file's bytes."""
    header = {
        "format": FORMAT,
        "revision": membership.revision,
        "labels": membership.annotations.labels,
        "operations": membership.annotations.operations,
    }
    columns = (
        *table_columns("frames", membership.frames),
        *table_columns("annotations", membership.annotations),
        *([] if membership.official is None else [("official", membership.official)]),
    )
    return pack(_HEADER, header, columns)


def decode(content: bytes) -> Membership:
    """The membership in a file's bytes.

    Raises:
        FormatError: the bytes are not one, or of a version that this setwright does not know.
    """
    with Packed(content, "membership") as packed:
        header = packed.header(_HEADER)
        if header["format"] != FORMAT:
            raise FormatError(
                f"A membership of format {header['format']}",
                f"This setwright reads format {FORMAT}.",
                "use the same release of setwright on both sides",
            )
        return Membership(
            revision=int(header["revision"]),
            frames=packed.frames(),
            annotations=packed.annotations(header),
            official=packed.column("official") if packed.has("official") else None,
        )
