"""What tells a finding from others, and stays the same when lines above it come or go."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from setwright.model.canonical import digest_of
from setwright.views import escape  # a lone surrogate, which cannot be hashed, becomes text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.model.diagnostics import Diagnostic

ALGORITHM = "finding-1"
"""Names how a fingerprint is made; a change of it is a new name, and makes every finding look new once."""


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """A fingerprint for each of `diagnostics`, all different: 64 hexadecimal digits.

    Made of the code, the file, the text of the line and the particulars, not of the line's number. Of findings alike
    in all of these, each is numbered in the order given.
    """
    seen: Counter[str] = Counter()
    made = []
    for finding in diagnostics:
        source = finding.source
        alike = [
            finding.code,
            escape.terminal(source.file if source else ""),
            escape.terminal(" ".join(source.excerpt.split()) if source else ""),
            escape.terminal(finding.detail),
        ]
        first = digest_of(ALGORITHM, alike)
        seen[first] += 1
        made.append(digest_of(ALGORITHM, [*alike, seen[first]]).rpartition(":")[2])
    return made
