"""Draw places to fill in, on paper or on the screen.

One field, however many pages show it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

from premium.tax.reports.layout.typefaces import TEXT, draw

_PRINTED = 4
"""The flag of an annotation that is printed too."""
_HIGH = 10.0
_FONT, _SIZE = "Helvetica", 8.5


class Blank(NamedTuple):
    """A place of a form.

    Its label, the name of its field, what is written in it, and its width in points.
    """

    label: str
    name: str
    value: str
    width: float


class Blanks:
    """The fields of one document."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._fields: dict[str, tuple[PDFDictionary, list[object]]] = {}

    def draw(self, blank: Blank, x: float, y: float) -> float:
        """Draw a place from x on; return where it ends.

        What is written stands on the page; what is not is a field of the document, typed once for all pages.
        """
        canvas = self._canvas
        canvas.setFont(_FONT, _SIZE)
        canvas.drawString(x, y, blank.label)
        x += canvas.stringWidth(blank.label, _FONT, _SIZE) + 4
        canvas.setLineWidth(0.4)
        canvas.line(x, y - 2, x + blank.width, y - 2)
        if blank.value:
            draw(canvas, x + 2, y, blank.value, TEXT, size=8.5)
            canvas.setFont(_FONT, _SIZE)
        else:
            self._field(blank, x, y - 2)
        return x + blank.width

    def _field(self, blank: Blank, x: float, y: float) -> None:
        # reportlab has no public way to a field of several pages.
        canvas: Any = self._canvas
        document = canvas._doc  # noqa: SLF001 - as said
        parent, kids = self._fields.get(blank.name) or self._parent(blank)
        rectangle = PDFArray([x, y, x + blank.width, y + _HIGH])
        shown = {"Type": "Annot", "Subtype": "Widget"}
        widget = PDFDictionary({name: PDFName(value) for name, value in shown.items()})
        widget["Rect"], widget["F"], widget["Parent"] = rectangle, _PRINTED, document.Reference(parent)
        canvas._addAnnotation(widget)  # noqa: SLF001 - as said
        kids.append(document.Reference(widget))

    def _parent(self, blank: Blank) -> tuple[PDFDictionary, list[object]]:
        kids: list[object] = []
        parent = PDFDictionary({"FT": PDFName("Tx"), "T": PDFString(blank.name), "TU": PDFString(blank.label)})
        parent["DA"], parent["Kids"] = PDFString("/Helv 8 Tf 0 g"), PDFArray(kids)
        form = self._canvas.acroForm
        form.fields.append(parent)
        form.makeFont("Helvetica")
        form.extras["NeedAppearances"] = "true"
        self._fields[blank.name] = parent, kids
        return self._fields[blank.name]
