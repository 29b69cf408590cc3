"""Draw every page of the console, to be looked at.

`make screenshots` brings the stage up, lets a new user have something of everything, and draws each page in both themes
and three widths into dist/screenshots.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from local.browser import ARGUMENTS, HOW, program
from local.errors import LocalError
from local.journey import alerts, portfolio, scans, tax
from local.journey.client import Client
from local.journey.stream import Listener
from local.journey.tokens import token
from local.journey.walk import Walk
from local.places import ROOT, Places
from local.progress import say, step
from local.up import Stage, up

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "dist" / "screenshots"
PAGES = ("portfolio", "alerts", "tax", "gas", "security", "usage", "account")
"""What a user sees; administration asks for a second factor."""
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS = (360, 820, 1440)
HEIGHT, PATIENCE_MS = 900, 60_000


def screenshots(places: Places) -> None:
    """Bring the stage up and draw its pages; LocalError where there is no browser."""
    browser = program()
    if browser is None:
        raise LocalError("There is no browser here to draw the pages.", f"Get one: {HOW}")
    stage = up(places)
    subject = f"pictures_{int(time.time())}"
    with step("A user who has something of everything") as note:
        _furnish(stage, token(places.state, subject))
        note.text = subject
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    complaints: list[str] = []
    with _page(browser, complaints) as page:
        _draw(page, stage.neighbours.console.page, token(places.state, subject))
    for each in dict.fromkeys(complaints):
        say(f"    the browser complains: {each}")
    count = len(list(FOLDER.iterdir()))
    say(f"\n{count} pictures in {FOLDER.relative_to(ROOT)}. Everything runs on. Stop it with: make down")


def _furnish(stage: Stage, bearer: str) -> None:
    with Listener(stage.socket, bearer) as stream:
        walk = Walk(Client(stage.api, bearer), stream, stage.market, stage.neighbours.evm)
        portfolio.register(walk)
        portfolio.refresh(walk)
        tax.import_history(walk)
        tax.report(walk)
        scans.scan_both(walk)
        alerts.price(walk)


@contextmanager
def _page(browser: str, complaints: list[str]) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a developer's library, which the stage needs not

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser, args=list(ARGUMENTS))
        page = started.new_page(viewport={"width": WIDTHS[-1], "height": HEIGHT})
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        started.close()


def _draw(page: Page, address: str, bearer: str) -> None:
    page.goto(address)
    field = page.get_by_label("A token of this machine's stage")
    field.wait_for()
    _in_all_looks(page, "signin", lambda theme: page.emulate_media(color_scheme=theme))
    field.fill(bearer)
    page.get_by_role("button", name="Use it").click()
    for name in PAGES:
        with step(f"Draw {name}") as note:
            _go(page, name)
            _in_all_looks(page, name, lambda theme: _choose(page, theme))
            note.text = f"{len(THEMES) * len(WIDTHS)} pictures"


def _choose(page: Page, theme: Theme) -> None:
    page.set_viewport_size({"width": WIDTHS[-1], "height": HEIGHT})
    page.get_by_label("Theme").select_option(theme)


def _go(page: Page, name: str) -> None:
    """Go there by the navigation: a reload would lose the token's session."""
    page.get_by_role("navigation", name="Sections").locator(f'a[href="/app/{name}"]').click()
    page.get_by_role("heading", level=1).wait_for()


def _in_all_looks(page: Page, name: str, choose: Callable[[Theme], None]) -> None:
    for theme in THEMES:
        choose(theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            _settled(page)
            page.screenshot(path=_place(name, theme, width), full_page=True)
    page.set_viewport_size({"width": WIDTHS[-1], "height": HEIGHT})


def _settled(page: Page) -> None:
    """Wait until nothing is a placeholder any more, and the drawings have had their turn."""
    page.wait_for_function("() => document.querySelectorAll('.animate-pulse').length === 0")
    page.wait_for_timeout(300)


def _place(name: str, theme: Theme, width: int) -> Path:
    return FOLDER / f"{name}-{theme}-{width}.png"
