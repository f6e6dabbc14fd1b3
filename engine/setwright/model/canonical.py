"""One spelling for one value: canonical JSON, and digests made of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces and text as it is, so that equal values give equal bytes.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot say.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(kind: str, value: Any) -> str:
    """`kind:` and the SHA-256 in hexadecimal of `value`'s canonical JSON.

    `kind` names what is digested and the version of how, for example `config-1`; it goes into the hash, so digests
    of two kinds never agree by accident, and a change of algorithm shows as one.
    """
    hasher = hashlib.sha256(kind.encode())
    hasher.update(b"\n")
    hasher.update(canonical_json(value).encode())
    return f"{kind}:{hasher.hexdigest()}"
