"""What decoding any part of a spec takes: the places of values, what is broken already, and where findings go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.values import dataclass
from setwright.spec import findings
from setwright.spec.shortening import short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.plain_values import Path, Places


@dataclass(frozen=True, slots=True)
class Decoding:
    """One spec that is being decoded. `broken` are the paths that do not fit; nothing is said of them again."""

    places: Places
    broken: frozenset[Path]
    tell: Callable[[Diagnostic], None]

    def distinct(self, path: Path, values: Sequence[str] | None) -> tuple[str, ...]:
        """`values`, whose order means nothing, sorted; one that comes twice is told."""
        if values is None:
            return ()
        if len(several := set(values)) == len(values):
            return tuple(sorted(several))
        seen: dict[str, Path] = {}
        for number, value in enumerate(values):
            here = (*path, number)
            if self.once(value, here, seen, "entry"):
                seen[value] = here
        return tuple(sorted(seen))

    def once(self, name: str, path: Path, seen: dict[str, Path], what: str) -> bool:
        if name not in seen:
            return True
        before = self.places.value(seen[name])
        self.tell(
            findings.NAMED_TWICE.at(
                self.places.value(path),
                f'The {what} "{short(name)}" stands at line {before.line}, column {before.column} already.',
                "keep one of them",
            )
        )
        return False

    def missing(self, path: Path, field: str) -> None:
        """Tell that the mapping at `path` lacks `field`, unless what stands there was told of already."""
        if (*path, field) not in self.broken:
            name = ".".join(map(str, path))
            self.tell(findings.MISSING_FIELD.at(self.places.key(path), f"`{name}` needs `{field}`."))
