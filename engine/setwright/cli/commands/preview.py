"""`setwright preview`: a contact sheet of frames and their varied copies, before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address
from setwright.cli.context import Session, pass_session
from setwright.cli.output_file import OutputFile
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    import numpy as np
    from click.shell_completion import CompletionItem
    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest

_NO_PNG = {".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pdf", ".svg"}
"""Endings that people give a picture, and that would be untrue."""

_MOST = 400
"""Varied copies on a sheet, if each property is shown: 40,000 pixels high, which viewers still open."""


def _augmentations(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from setwright.augment.samples import words

    return [CompletionItem(word) for word in words() if word.startswith(incomplete)]


@click.command()
@click.argument("address", type=Address())
@click.option(
    "--augmentation",
    "words",
    metavar="NAME",
    multiple=True,
    shell_complete=_augmentations,
    help="Only this one, as in rotate or flip.horizontal, also one that the spec does not ask for; `all` for each "
    "there is. May be repeated.  [default: what the spec asks for]",
)
@click.option("--frame", "names", metavar="NAME", multiple=True, help="Only this frame. May be repeated.")
@click.option(
    "--frames",
    "count",
    metavar="N",
    type=click.IntRange(1, 50),
    default=3,
    show_default=True,
    help="How many train frames.",
)
@click.option(
    "--out",
    "file",
    metavar="FILE",
    type=OutputFile(),
    help="The PNG to write.  [default: ADDRESS-preview.png]",
)
@spec_options
@pass_session
def command(
    session: Session,
    address: str,
    words: tuple[str, ...],
    names: tuple[str, ...],
    count: int,
    file: str | None,
    options: SpecOptions,
) -> None:
    """Draw a contact sheet: train frames and their varied copies, with annotations.

    The copies are those that apply would make, of what the spec selects now. Nothing is changed.
    """
    from dataclasses import replace
    from pathlib import Path

    from setwright.augment.samples import wish_for
    from setwright.cli.workspace import require_project
    from setwright.edge.files import write_named
    from setwright.formats.bytes_of import picture_bytes
    from setwright.formats.protocol import PictureFile
    from setwright.model.dataset import Selection
    from setwright.model.errors import UsageError
    from setwright.model.extras import require
    from setwright.model.suggestions import did_you_mean
    from setwright.plan.content import desired_content
    from setwright.remotes.open import open_remote

    path = Path(file or f"{address}-preview.png")
    if path.suffix.casefold() in _NO_PNG:
        raise UsageError(
            "A contact sheet is a PNG",
            f"The ending of {path} says that it is something else.",
            f"`--out {path.with_suffix('.png')}`",
        )
    require("images", "draw a contact sheet of varied copies", "cv2", "shapely")
    from setwright.pixels.sheet import sheet

    workspace = options.open(session.cwd)
    project = require_project(workspace)
    configs = {spec.address: spec.config for spec in project.specs}
    if address not in configs:
        raise UsageError(
            f'There is no dataset "{address}" in this project',
            f"Its specs are of {', '.join(configs)}." if configs else "It has no specs yet.",
            did_you_mean(address, configs),
        )
    wish, added = wish_for(words, configs[address].augmentations)
    if not wish.recipes:
        raise UsageError(
            f"{address} has no augmentations",
            "Its spec asks for none, so there is nothing to show.",
            "name one: `setwright preview ADDRESS --augmentation all`",
        )
    config = replace(configs[address], augmentations=wish)
    if added:
        click.echo(f"The spec does not ask for {', '.join(added)}; shown with sample values.", err=True)
    with open_remote(project.remote, workspace.root) as remote:
        observed = remote.observe([config.name]).get(config.name)
        before = None if observed is None else remote.manifest(observed.version.id)
        content = desired_content(config, remote.membership(Selection.of(config), remote.revision()), before)
        rows = _chosen(content, names, count)
        content, all_copies = _shortened(content, rows)

        frames = content.frames.take(rows)
        files = {
            digest.decode(): PictureFile(name, digest.decode(), size)
            for digest, name, size in zip(
                frames.digest.tolist(), frames.name.tolist(), frames.size.tolist(), strict=True
            )
        }

        def read(digest: str) -> bytes:
            return b"".join(picture_bytes(files[digest], remote.picture))

        drawn = sheet(content, rows, read)
    write_named(path, drawn)
    shown = len(content.copies)
    click.echo(
        f"{path}: {len(rows)} of {counted(len(content.frames), 'frame')},"
        f" with {f'{shown:,} of ' if shown < all_copies else ''}{counted(all_copies, 'varied copy', 'varied copies')}."
    )


def _chosen(content: Manifest, names: tuple[str, ...], count: int) -> NDArray[np.int64]:
    """The rows to show: those named, else train frames with objects, the same whenever nothing changed.

    Raises:
        UsageError: a frame of a name is not there or gets no copies, or none does.
    """
    import numpy as np

    from setwright.model.errors import UsageError
    from setwright.model.suggestions import did_you_mean

    frames = content.frames
    varied = np.unique(content.copies.source)
    if names:
        places = {name: row for row, name in enumerate(frames.file_name.tolist())}
        places |= {name: row for row, name in enumerate(frames.name.tolist())}
        shown = set(varied.tolist())
        for name in names:
            if name not in places:
                hint = did_you_mean(name, [each for each, row in places.items() if row in shown])
                raise UsageError(f'"{name}" gets no varied copies', "The spec does not select it.", hint)
            if places[name] not in shown:
                raise UsageError(
                    f'"{name}" gets no varied copies',
                    "It is not in the train split.",
                    "leave --frame out, and frames of the train split are shown",
                )
        return np.array(list(dict.fromkeys(places[name] for name in names)))
    if not len(varied):
        raise UsageError("No frame gets varied copies", "The spec selects none for the train split.")
    objects = np.bincount(content.annotations.frame, minlength=len(frames))[varied]
    # By their pictures, which is by chance, but not by another one tomorrow.
    order = np.lexsort((frames.digest[varied], objects == 0))
    return np.sort(varied[order[:count]])


def _shortened(content: Manifest, rows: NDArray[np.int64]) -> tuple[Manifest, int]:
    """`content` with so many copies of its frames at `rows` as a sheet shows, the first by each property; and how many
    they all are.
    """
    from dataclasses import replace

    import numpy as np

    copies = content.copies.take(np.isin(content.copies.source, rows))
    each = max(1, _MOST // max(1, int((copies.number == 1).sum())))
    return replace(content, copies=copies.take(copies.number <= each)), len(copies)
