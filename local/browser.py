"""Find the browser that draws the console's pages here."""

from __future__ import annotations

import os
import shutil

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""As root it runs in no sandbox; it asks nobody for anything that no page asks for."""
HOW = "apt-get install chromium, or name one by PREMIUM_BROWSER"


def program() -> str | None:
    """Return the browser: the one that `PREMIUM_BROWSER` names, else the system's Chromium."""
    return os.environ.get("PREMIUM_BROWSER") or shutil.which("chromium") or shutil.which("chromium-browser")
