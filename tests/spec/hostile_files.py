"""Files made to break whoever reads them, each with the one kind of finding that says why it is not read on.

`python -m tests.spec.hostile_files` reads them all under the limit of memory that the documentation promises.
"""

from __future__ import annotations

from collections.abc import Callable

from setwright.spec.source_text import MAX_BYTES
from tests.spec.projects import findings_of

ENOUGH = MAX_BYTES - 1_000
HEAD = b"dataset: a\nsource: {datalake: image}\nlabels: [A]\n"

MEMORY = 400 * 1024 * 1024
"""What reading one file takes at most, in bytes, with the interpreter and all that is loaded."""


def filled(unit: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    """As many `unit`s between `head` and `tail` as a file may hold."""
    return head + unit * ((ENOUGH - len(head) - len(tail)) // len(unit)) + tail


def _laughs(opening: bytes, closing: bytes, entry: bytes) -> bytes:
    rows = [b"a: &a " + opening + b"x" + closing]
    for number in range(1, 20):
        name, before = bytes([97 + number]), bytes([96 + number])
        inner = b", ".join(entry % (b"k%d" % each, before) for each in range(9))
        rows.append(name + b": &" + name + b" " + opening + inner + closing)
    return b"\n".join(rows)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a hundred megabytes": (lambda: b"a" * 100_000_000, "SW102"),
    "a billion laughs": (lambda: _laughs(b"[", b"]", b"%.0b*%b"), "SW112"),
    "a billion laughs in mappings": (
        lambda: b"a: &a {x: 1}\n" + _laughs(b"{", b"}", b"%b: *%b").partition(b"\n")[2],
        "SW112",
    ),
    "a million aliases": (lambda: b"a: &a x\nb: [" + b"*a," * 1_000_000 + b"]\n", "SW112"),
    "aliases of something large": (
        lambda: b"a: &a [" + b"x," * 90_000 + b"]\nb: [" + b"*a," * 1000 + b"]\n",
        "SW112",
    ),
    "an alias in itself": (lambda: b"a: &a [*a]\n", "SW113"),
    "endless brackets": (lambda: filled(b"["), "SW111"),
    "endless braces": (lambda: filled(b"{a: "), "SW111"),
    "endless dashes": (lambda: filled(b"- "), "SW111"),
    "endless question marks": (lambda: filled(b"? "), "SW111"),
    "endless colons": (lambda: filled(b": "), "SW107"),
    "stairs of mappings": (lambda: b"".join(b" " * step + b"a:\n" for step in range(4_000)), "SW111"),
    "one endless word": (lambda: filled(b"a"), "SW112"),
    "one endless text": (lambda: filled(b"a", b'name: "', b'"\n'), "SW112"),
    "a quote never closed": (lambda: filled(b"a", b'name: "'), "SW107"),
    "an endless block": (lambda: filled(b" a\n", b"name: |\n"), "SW112"),
    "endless values": (lambda: filled(b"a,", b"tags: [", b"]\n"), "SW112"),
    "endless escapes": (lambda: filled(b"\\x41", b'name: "', b'"\n'), "SW112"),
    "endless documents": (lambda: b"--- {}\n" * 100_000, "SW112"),
    "endless anchors": (lambda: b"".join(b"k%d: &a%d x\n" % (each, each) for each in range(90_000)), "SW112"),
    "endless tabs": (lambda: filled(b"\t"), "SW106"),
    "endless percent signs": (lambda: filled(b"%"), "SW107"),
    "endless empty lines": (lambda: filled(b"\n"), "SW117"),
    "endless carriage returns": (lambda: filled(b"\r"), "SW117"),
    "nothing but NUL": (lambda: filled(b"\0"), "SW103"),
    "NUL in a text": (lambda: HEAD + b"name: a\0b\n", "SW104"),
    "nothing that can be seen": (lambda: filled("\u200b".encode()), "SW104"),
    "a byte order mark within": (lambda: HEAD + "name: a\ufeffb\n".encode(), "SW104"),
    "text turned round": (lambda: HEAD + "name: \u202egnp.exe\n".encode(), "SW104"),
    "bytes that are no text": (lambda: filled(b"a", tail=b"\xff"), "SW103"),
    "UTF-16": (lambda: "dataset: a\n".encode("utf-16"), "SW103"),
    "half a pair of surrogates": (lambda: HEAD + b'name: "\\ud800"\n', "SW107"),
    "surrogates written as UTF-8": (lambda: HEAD + b"name: \xed\xa0\x80\n", "SW103"),
    "merge conflicts without end": (lambda: filled(b"<<<<<<< a\n"), "SW105"),
    "a tag that would run code": (lambda: HEAD + b"name: !!python/object/apply:os.system [ls]\n", "SW109"),
    "a number without end": (lambda: HEAD + b"split: {seed: " + b"9" * 900_000 + b"}\n", "SW116"),
    "a hexadecimal number without end": (
        lambda: HEAD + b"split: {seed: 0x" + b"f" * 900_000 + b"}\n",
        "SW116",
    ),
    "a number past all bounds": (lambda: HEAD + b"split: {train: 1e999999999}\n", "SW116"),
    "mistakes without end": (lambda: b"".join(b"k%d: 1\n" % each for each in range(40_000)), "SW118"),
    "one key without end": (lambda: b"labels: 1\n" * 50_000, "SW118"),
    "references without end": (lambda: HEAD + b"tags: [" + b'"${x}",' * 50_000 + b"]\n", "SW118"),
    "one label without end": (lambda: HEAD[:-4] + b"[" + b"l," * 90_000 + b"]\n", "SW118"),
    "augmentations without end": (
        lambda: HEAD + b"augmentations: {IMAGE_LEVEL: [" + b"{id: FLIPP}," * 40_000 + b"]}\n",
        "SW118",
    ),
    "datasets that all need each other": (
        lambda: b"---\n".join(
            b"dataset: d%d\nsource: {datasets: [%b]}\nlabels: [A]\n"
            % (each, b",".join(b"d%d" % other for other in range(300)))
            for each in range(300)
        ),
        "SW403",
    ),
    "a query without end": (lambda: HEAD + b"query: " + b"(" * 4_000 + b"\n", "SW214"),
    "negations without end": (
        lambda: HEAD + b"query: '" + b"not " * 2_000 + b"annotation.label=A'\n",
        "SW214",
    ),
}
"""By what it is: how to make the file, which takes room, and the code of a finding that it must have."""


def main() -> None:
    """Read every file under a limit of memory for the whole process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name, (make, code) in HOSTILE.items():
        content = make()
        assert any(found.startswith(code) for found in findings_of(content)), name
    print("all read")


if __name__ == "__main__":
    main()
