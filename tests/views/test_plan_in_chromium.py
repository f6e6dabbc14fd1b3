"""The page of a plan opens in a real browser without a complaint, light, dark and as narrow as a phone."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from setwright.views.plan_page.page import render
from tests.views.filled import Filler
from tests.views.hostile import HOSTILE
from tests.views.test_plan_text import DOCUMENTS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here: apt-get install chromium"),
]

# The page may run nothing, so what looks into it is the page around it.
AROUND = """<!doctype html><meta charset="utf-8"><title>waiting</title>
<iframe id="plan" width="{width}" height="900" src="{page}"></iframe>
<script>
addEventListener("load", () => {{
  const page = document.getElementById("plan").contentDocument, root = page.documentElement;
  document.title = JSON.stringify({{
    overflow: root.scrollWidth - root.clientWidth,
    drawn: [...page.images, ...page.querySelectorAll("svg image")].length,
    styled: getComputedStyle(page.body).marginTop,
    bare: [...page.querySelectorAll("svg[role=img]")].filter(each => each.getBoundingClientRect().width === 0).length,
  }});
}});
</script>"""


def opened(folder: Path, page: Path, *options: str) -> tuple[str, list[str]]:
    """What the browser made of `page`, and the messages of its console."""
    assert CHROMIUM is not None
    ran = subprocess.run(
        [
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--allow-file-access-from-files",
            f"--user-data-dir={folder / 'profile'}",
            *options,
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    console = re.findall(r"CONSOLE[^\]]*\] (.*)", ran.stderr)
    return ran.stdout, console


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_without_an_error_on_the_console(tmp_path: Path, scheme: str) -> None:
    page = tmp_path / "plan.html"
    page.write_text(render(Filler().document()))
    dom, console = opened(
        tmp_path, page, f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}"
    )
    assert console == []
    assert "<h1>" in dom


def test_a_complaint_would_be_noticed(tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    page.write_text(render(DOCUMENTS["creating"]).replace("<main>", '<main style="color: red">'))
    assert opened(tmp_path, page)[1]


@pytest.mark.parametrize("width", [390, 1100])
def test_the_page_fits_its_window_is_styled_and_draws_its_pictures(tmp_path: Path, width: int) -> None:
    long = "x" * 300
    page = tmp_path / "plan.html"
    page.write_text(
        render(Filler(lambda path: long if path.endswith(("label", ".name")) else "word").document())
    )
    around = tmp_path / "around.html"
    around.write_text(AROUND.format(width=width, page=page.as_uri()))
    dom, _ = opened(tmp_path, around)
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title is not None
    assert '"overflow":0' in title[1]
    assert '"styled":"0px"' in title[1]
    assert '"drawn":1' in title[1]


def test_no_name_runs_in_the_browser(tmp_path: Path) -> None:
    names = iter(HOSTILE * 10)
    page = tmp_path / "plan.html"
    document = Filler(lambda path: next(names).encode("utf-8", "backslashreplace").decode()).document()
    page.write_text(render(document))
    dom, console = opened(tmp_path, page)
    assert console == []
    assert "<script" not in dom
