"""Did you mean: the name that somebody probably had in mind."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` is most likely a slip for, None where none is near; case does not count.

    Only the first 100 characters are compared, so that a hostile name costs no time.
    """
    folded = {candidate.casefold(): candidate for candidate in sorted(names, reverse=True)}
    found = get_close_matches(name[:100].casefold(), sorted(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """`closest` as a hint: `did you mean "…"?`, None where no name is near."""
    found = closest(name, names)
    return any_of(() if found is None else (found,))


def any_of(names: Iterable[str]) -> str | None:
    """`names` as a hint: `did you mean "…" or "…"?`, None where there is none."""
    quoted = " or ".join(f'"{name}"' for name in names)
    return f"did you mean {quoted}?" if quoted else None
