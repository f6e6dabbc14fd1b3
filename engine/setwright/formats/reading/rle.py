"""COCO's compressed run lengths: numbers of five bits a character, each but the first ones told by its difference.

The scheme is that of `rleToString` in pycocotools (`common/maskApi.c`).
"""

from __future__ import annotations

from setwright.formats.reading.parsing import NotRead

_LONGEST = 8
"""Characters that one number takes at most: more than 2³² pixels no picture has."""


def decompressed(text: str) -> tuple[int, ...]:
    """The run lengths that `text` spells.

    Raises:
        NotRead: it spells none.
    """
    counts: list[int] = []
    value = place = 0
    for char in text:
        code = ord(char) - 48
        if not 0 <= code < 64 or place >= _LONGEST:
            raise NotRead("the run lengths are not COCO's")
        value |= (code & 0x1F) << 5 * place
        place += 1
        if code & 0x20:
            continue
        if code & 0x10:
            value -= 1 << 5 * place
        # The first is what is outside, the second what is inside; from the fourth on, each is compared with the
        # last of its kind.
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = place = 0
    if place or any(count < 0 for count in counts):
        raise NotRead("the run lengths are not COCO's")
    return tuple(counts)
