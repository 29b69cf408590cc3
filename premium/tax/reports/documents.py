"""The documents that a report may consist of, one a format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from premium.errors import InvalidInput
from premium.tax.reports.forms.taxpayer import Taxpayer
from premium.tax.results.report import Report
from premium.tax.setup import Setup

Writer = Callable[..., None]
_CSV, _PDF, _JSON, _TEXT = "text/csv; charset=utf-8", "application/pdf", "application/json", "text/plain"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file of a report, written from the report alone.

    The same report gives the same bytes. Its module is imported when it is written: reportlab is slow to load.
    """

    format: str
    module: str
    content_type: str
    suffix: str

    def filename(self, report: Report) -> str:
        """Return the file's name, such as `us-2024-form-8949.pdf`."""
        rules, year = report.setup.rules, report.tax_year
        code, year_text = rules.code.lower(), "all" if year is None else report.setup.calendar.label(year)
        return f"{code}-{year_text}-{self.format.rsplit('_', 1)[0].replace('_', '-')}.{self.suffix}"

    def write(self, report: Report, path: Path, taxpayer: Taxpayer | None = None) -> None:
        """Write the document to a new file.

        What is printed has the taxpayer's name where one is given.
        """
        writer: Writer = import_module(f"premium.tax.reports.{self.module}").write
        if taxpayer is not None and self.content_type == _PDF:
            writer(report, path, taxpayer)
        else:
            writer(report, path)


DOCUMENTS = {
    document.format: document
    for document in (
        Document(format="form_8949_csv", module="forms.form_8949_csv", content_type=_CSV, suffix="csv"),
        Document(format="form_8949_pdf", module="forms.form_8949_pdf", content_type=_PDF, suffix="pdf"),
        Document(format="schedule_d_pdf", module="forms.schedule_d_pdf", content_type=_PDF, suffix="pdf"),
        Document(format="schedule_d_csv", module="forms.schedule_d_csv", content_type=_CSV, suffix="csv"),
        Document(format="turbotax_txf", module="forms.txf", content_type=_TEXT, suffix="txf"),
        Document(format="summary_pdf", module="summary_pdf", content_type=_PDF, suffix="pdf"),
        Document(format="summary_csv", module="summary_csv", content_type=_CSV, suffix="csv"),
        Document(format="disposals_csv", module="disposals_csv", content_type=_CSV, suffix="csv"),
        Document(format="audit_csv", module="audit_csv", content_type=_CSV, suffix="csv"),
        Document(format="result_json", module="result_json", content_type=_JSON, suffix="json"),
    )
}
_EVERYWHERE = frozenset({"summary_pdf", "summary_csv", "disposals_csv", "audit_csv", "result_json"})


def known_formats(formats: Iterable[str]) -> None:
    """Raise InvalidInput for the first format that is unknown."""
    for name in formats:
        if name not in DOCUMENTS:
            raise InvalidInput(f"unknown format {name!r}; known are {', '.join(DOCUMENTS)}")


def documents_of(setup: Setup, formats: Sequence[str] = ()) -> list[Document]:
    """Return the documents of a report, the main one first.

    `formats` chooses among them. InvalidInput for another country's form, whose boxes would say what these rules have
    not computed, and for a form in another currency than it is filed in: without `formats` the summary takes its place.
    """
    rules = setup.rules
    forms = [name for name in rules.documents if name not in _EVERYWHERE]
    foreign = bool(forms) and setup.currency != rules.currency
    known = _EVERYWHERE.union(rules.documents)
    for name in formats:
        if foreign and name in forms:
            text = f"{name} is filed in {rules.currency}, not {setup.currency}: ask for the report in {rules.currency}"
            raise InvalidInput(text, details={"currency": rules.currency})
        if name not in known:
            known_names = ", ".join(each for each in DOCUMENTS if each in known)
            raise InvalidInput(f"{rules.name} has no {name}; its documents are {known_names}")
    chosen = [name for name in DOCUMENTS if name in _EVERYWHERE] if foreign else rules.documents
    return [DOCUMENTS[name] for name in formats or chosen]
