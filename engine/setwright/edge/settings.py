"""Where a person keeps settings of their own, apart from any project."""

from __future__ import annotations

from pathlib import Path


def settings_folder() -> Path:
    """Their folder of settings for setwright, which need not exist: it is where their system puts such."""
    import click

    return Path(click.get_app_dir("setwright"))
