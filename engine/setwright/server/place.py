"""Which folder `--lake` means, and what to do where it is a URL.

A lake that is served has a folder: its keys, uploads and manifests that come are there, beside the name of its
catalogue. So a URL of something else is none, and whoever gives one is told what serves that.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from setwright.model.errors import UsageError

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""At the beginning of a URL; two letters at least, for one is a drive of Windows."""


def folder_of(place: str) -> Path:
    """The lake's folder; `place` is a path, or a URL.

    Raises:
        UsageError: it is the URL of something that is no folder. What the URL says is not repeated, for it may hold
            a password.
    """
    if not _URL.match(place):
        return Path(place)
    scheme = place.partition(":")[0].lower()
    if scheme == "file":
        return _local(place)
    if scheme in ("http", "https"):
        raise UsageError(
            "A lake at a URL is served already",
            "By the server that answers there; keys are made on its machine.",
            "give clients that URL: `remote: {kind: lake, url: …}` in setwright.yaml",
        )
    if scheme.startswith("postgres"):
        raise UsageError(
            "A lake is served from its folder, and this is a database",
            "The catalogue may be there, but a server keeps keys and uploads in a folder, which says where its "
            "catalogue is.",
            "make the lake once with `setwright lake init --lake DIR --catalog URL`; then serve it with --lake DIR",
        )
    raise UsageError(
        "A lake is served from its folder, and this is a URL",
        "A server keeps keys and uploads in a folder, which says where its catalogue and its pictures are.",
        "serve the folder that `setwright lake init` made, with --lake DIR",
    )


def _local(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(
            "A lake is served on the machine that has its folder",
            "The URL names another one.",
            "mount the folder, and name it with --lake DIR",
        )
    return Path(unquote(parts.path))
