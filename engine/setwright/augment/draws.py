"""Numbers that look drawn and are computed: from a seed, a picture's digest, a property and a copy's number.

Nothing else goes in, so a copy is the same on every machine, in any order, whatever other frames and properties there
are. The numbers are the SHA-256 itself, for generators of chance change between releases of their libraries.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Digests

ALGORITHM = "draw-1"
"""Names how numbers come of what goes in; a change of it is a new name."""


def draws(seed: int, digests: Digests, property: str, copy: int) -> NDArray[np.uint64]:
    """`(N, 4)` numbers of 64 bits for the copy numbered `copy`, from 1, of each picture by `property`."""
    return _numbers(f"{ALGORITHM}\n{seed}\n{property}\n{copy}\n", digests)


def chosen(seed: int, digests: Digests, property: str, fraction: float) -> NDArray[np.bool_]:
    """Which pictures get copies by `property`: `(N,)`, each with a chance of `fraction`, whoever else is there."""
    if fraction >= 1:
        return np.ones(len(digests), bool)
    return units(_numbers(f"{ALGORITHM}\n{seed}\n{property}\nchosen\n", digests)[:, 0]) < fraction


def units(numbers: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Numbers of 64 bits as ones from 0 up to, not including, 1, even ones of 53 bits."""
    return (numbers >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _numbers(prefix: str, digests: Digests) -> NDArray[np.uint64]:
    start = hashlib.sha256(prefix.encode())
    whole = bytearray()
    for digest in digests.tolist():
        hasher = start.copy()
        hasher.update(digest)
        whole += hasher.digest()
    return np.frombuffer(bytes(whole), ">u8").reshape(-1, 4).astype(np.uint64)
