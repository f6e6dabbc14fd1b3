"""Which datasets of a project a command speaks of: what `--select` and `--exclude` mean.

A term is an address, a pattern of addresses (`signs-*`), `tag:PATTERN`, or `changed:REVISION`, which stands for the
datasets whose spec files differ from that git revision. With `+` before it stands also for all that it is made of,
with `+` behind it for all that is made of it. Several terms add up.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from setwright.model.counting import listed
from setwright.model.dataset import DatasetsSource
from setwright.model.errors import UsageError
from setwright.model.suggestions import did_you_mean
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from setwright.spec.project import Spec

_TERM = re.compile(r"(\+?)(?:(tag|changed):)?(.+?)(\+?)", re.DOTALL)
_PATTERN = frozenset("*?[")
_EXAMPLES = {"tag:": ("tag", "tag:nightly"), "changed:": ("revision", "changed:main")}
"""What a prefix alone lacks, and how it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The terms that were given. Nothing selected stands for everything; what is excluded is taken out last."""

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.select or self.exclude)


def chosen(
    choice: Choice,
    specs: Sequence[Spec],
    gone: Iterable[str],
    changed: Callable[[str], Collection[str]],
) -> frozenset[str]:
    """The addresses that `choice` stands for, among those of `specs` and those `gone`, which no spec has any more.

    `changed` gives the addresses whose specs differ from a git revision.

    Raises:
        UsageError: a term is none, or stands for no dataset; only `changed:` may do that.
    """
    project = _Addresses(specs, gone, changed)
    selected = frozenset(project.all) if not choice.select else project.of(choice.select)
    return selected - project.of(choice.exclude)


class _Addresses:
    def __init__(
        self, specs: Sequence[Spec], gone: Iterable[str], changed: Callable[[str], Collection[str]]
    ) -> None:
        self.all = sorted({spec.address for spec in specs} | set(gone))
        self._tags = {spec.address: spec.config.tags for spec in specs}
        self._changed = changed
        self._made_of = {
            spec.address: spec.config.source.addresses
            for spec in specs
            if isinstance(spec.config.source, DatasetsSource)
        }
        self._makes: dict[str, list[str]] = {}
        for address, others in self._made_of.items():
            for other in others:
                self._makes.setdefault(other, []).append(address)

    def of(self, terms: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for term in terms:
            found |= self._of(term)
        return frozenset(found)

    def _of(self, term: str) -> set[str]:
        match = _TERM.fullmatch(term)
        if match is None or match[3] in _EXAMPLES:
            missing, example = _EXAMPLES.get(match[3] if match else "", ("address", "balloons"))
            raise UsageError(
                f"{term!r} selects nothing", f"It names no {missing}.", f"write `--select {example}`"
            )
        upwards, kind, pattern, downwards = match.groups()
        found = set(self._named(kind, pattern))
        if upwards:
            found |= _reached(found, self._made_of)
        if downwards:
            found |= _reached(found, self._makes)
        return found

    def _named(self, kind: str | None, pattern: str) -> Collection[str]:
        if kind == "changed":
            return set(self._changed(pattern)).intersection(self.all)
        if kind == "tag":
            every = {tag for tags in self._tags.values() for tag in tags}
            found = [address for address, tags in self._tags.items() if _any(tags, pattern)]
            what, known = f'the tag "{pattern}"', every
        else:
            found = [address for address in self.all if _any((address,), pattern)]
            what, known = f'the address "{pattern}"', set(self.all)
        if not found:
            raise UsageError(
                f"No dataset has {what}",
                f"There are {listed(sorted(known), 10)}." if known else "There is none at all.",
                did_you_mean(pattern, sorted(known)),
            )
        return found


def _any(names: Iterable[str], pattern: str) -> bool:
    """Whether one of `names` is, or fits, `pattern`."""
    if _PATTERN.isdisjoint(pattern):
        return pattern in names
    return any(fnmatchcase(name, pattern) for name in names)


def _reached(start: Iterable[str], ways: Mapping[str, Sequence[str]]) -> set[str]:
    """What `ways` lead to from `start`, however far."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        for other in ways.get(waiting.pop(), ()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached
