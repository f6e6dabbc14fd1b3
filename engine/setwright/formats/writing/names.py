"""What frames are called inside an export: as before where that can be, and never two alike."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.frames import Frames

MAX_STEM_BYTES = 160
"""The longest stem, in UTF-8: file systems stop at 255 bytes, and a stem may still get a prefix and an ending."""

ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"),  # trainers pass over .jpe
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/bmp": (".bmp",),
    "image/tiff": (".tif", ".tiff"),
}
"""Endings by media type, our own choice first."""

# What Windows refuses in a file name, and control characters, which would break lists of paths anywhere.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)", re.IGNORECASE)


def export_names(frames: Frames) -> list[tuple[str, str]]:
    """Stem and ending for each frame, row by row; joined they are the picture's name.

    A frame keeps its file's name. Where two would be alike, even if only case tells them apart, each is prefixed
    with its collection; where that does not help, it gets the beginning of its digest too. Stems alone already
    differ, since label files share them. They are safe on every file system, and the same for the same frames.
    """
    sources = list(
        zip(
            frames.file_name.tolist(),
            frames.collection.tolist(),
            frames.digest.tolist(),
            frames.name.tolist(),
            frames.media_type.tolist(),
            strict=True,
        )
    )
    plain = [_split(file_name, media_type) for file_name, _, _, _, media_type in sources]
    stems = [safe_stem(stem) for stem, _ in plain]
    ladders = [
        _longer_names(stem, collection, digest.decode(), name)
        for stem, (_, collection, digest, name, _) in zip(stems, sources, strict=True)
    ]
    while clashes := _clashes(stems):
        for row in clashes:
            stems[row] = next(ladders[row])
    return [(stem, ending) for stem, (_, ending) in zip(stems, plain, strict=True)]


def safe_stem(name: str) -> str:
    """`name` as a file's stem that any file system takes: not empty, not hidden, no device, not too long.

    Nor does it begin with `#`, for then it is no picture but a comment where VOC's lists name it.
    """
    stem = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(". ")
    while len(stem.encode()) > MAX_STEM_BYTES:
        stem = stem[: max(1, len(stem) - max(1, (len(stem.encode()) - MAX_STEM_BYTES) // 4))]
    stem = stem.rstrip(". ")
    if not stem or stem.startswith((".", "#")) or _DEVICES.match(stem):
        return f"_{stem}"
    return stem


def _split(file_name: str, media_type: str) -> tuple[str, str]:
    """Stem and ending. A picture stored as another type than its name says gets the ending of what it is."""
    base = re.split(r"[/\\]", file_name)[-1]
    stem, dot, suffix = base.rpartition(".")
    if not stem:
        stem, dot, suffix = base, "", ""
    endings = ENDINGS.get(media_type, ())
    ending = dot + suffix
    if not endings:
        return stem, ending if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending) else ".bin"
    return stem, ending if ending.lower() in endings else endings[0]


def _longer_names(stem: str, collection: str, digest: str, name: str) -> Iterator[str]:
    with_collection = safe_stem(f"{safe_stem(collection)[:60]}_{stem}")
    yield with_collection
    # Cut before the end is added, or a long name would lose what tells it apart.
    short = safe_stem(with_collection[:100])
    yield f"{short}_{digest[:8]}"
    # The same picture, in one collection, under names that differ by case alone. The unique name settles it.
    whole = hashlib.sha256(name.encode()).hexdigest()
    for length in range(8, len(whole) + 1, 8):
        yield f"{short}_{whole[:length]}"
    raise AssertionError(f"two frames have the unique name {name}")


def _clashes(stems: list[str]) -> list[int]:
    """The rows whose stem is not theirs alone, on file systems that ignore case or compose letters."""
    keys = [unicodedata.normalize("NFC", stem.casefold()) for stem in stems]
    counts = Counter(keys)
    return [row for row, key in enumerate(keys) if counts[key] > 1]
