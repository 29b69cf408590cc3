"""Run the tax engine without any server: `premium tax`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

import click

from premium.chains.addresses import checksum
from premium.cli.comparisons import comparison_table
from premium.cli.output import errors_as_sentences, opened
from premium.cli.previews import previewed
from premium.cli.progress import watched
from premium.cli.published_rates import PublishedRates
from premium.clock import SystemClock
from premium.errors import InvalidInput
from premium.prices.files import read_prices
from premium.tax.calculation import calculate, options_of
from premium.tax.collector import paused
from premium.tax.days import instant_of
from premium.tax.document.files import read_document, read_documents
from premium.tax.document.rows import rows_in
from premium.tax.history.price_series import DAY, PriceSeries
from premium.tax.importers.base import Importer
from premium.tax.importers.declared.own_words import LONGEST, mapping_from
from premium.tax.importers.declared.table import as_markdown, listed
from premium.tax.importers.notation import mark_of
from premium.tax.progress import Unwatched
from premium.tax.reports.comparison import compared
from premium.tax.reports.documents import DOCUMENTS, documents_of, known_formats
from premium.tax.reports.explanation import explanation
from premium.tax.reports.forms.taxpayer import Taxpayer
from premium.tax.reports.repurchases import BOUGHT_AGAIN
from premium.tax.reports.result_json import write_json
from premium.tax.results.report import Report
from premium.tax.rules.conversions import Conversion
from premium.tax.rules.derivatives import derivatives_treatment
from premium.tax.rules.receipts import Receipt
from premium.tax.rules.registry import jurisdiction
from premium.tax.setup import FOREIGN_MONEY

WEEK = 7 * DAY
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--input",
        "sources",
        multiple=True,
        required=True,
        help="Neutral JSON, own CSV or an exchange's export; - is stdin",
    ),
    click.option("--jurisdiction", help="US, GB or UK, DE, CA, AU, FR, IE, JP or generic"),
    click.option("--method", help="fifo, lifo, hifo, lofo, specific_id, section_104, acb, …; by default the country's"),
    click.option("--lot-scope", help="universal, per_wallet, pool or portfolio"),
    click.option("--currency", help="Currency of all values, as a label"),
    click.option("--year", help="Report this tax year only (2024 or 2024-25); the calculation is always of all years"),
    click.option("--time-zone", help="Zone of the tax days, as an IANA name"),
    click.option(
        "--foreign-money",
        type=click.Choice(FOREIGN_MONEY),
        help="US: what foreign money was spent for; small gains of a business count too (IRC § 988(e))",
    ),
    click.option(
        "--lenient", is_flag=True, help="Leave out lines that cannot be read, and say so, instead of refusing"
    ),
    click.option("--decimal-mark", type=click.Choice(["point", "comma"]), help="Of a CSV whose numbers do not tell it"),
    click.option(
        "--date-order",
        type=click.Choice(["day-first", "month-first"]),
        help="Of a CSV whose dates do not tell whether 02/03/2024 is of February or of March",
    ),
    click.option("--strict", is_flag=True, help="Refuse what would else be a warning"),
    click.option(
        "--prices",
        "price_files",
        multiple=True,
        type=_FILE,
        help="Prices in the report's currency for what states none: asset,timestamp,price as CSV, or an object a line",
    ),
    click.option("--source", "importer", help="Name the exchange or tool whose file it is, instead of its header"),
    click.option("--map", "map_file", type=_FILE, help="JSON: what the columns and words of an unknown CSV mean"),
)


def _with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.group()
def tax() -> None:
    """Compute gains, income and forms from a file of transactions, offline.

    This is no tax advice.
    """


@tax.command("calculate")
@_with_options
@click.option("--output", default="-", help="Where the result goes; - (the default) is standard output")
@click.option(
    "--explain",
    metavar="TRANSACTION",
    help="Say why this transaction used these lots, this term, this box, on standard output instead of the result",
)
def calculate_command(output: str, explain: str | None, **options: Any) -> None:
    """Compute gains lot by lot and write the neutral JSON."""
    with errors_as_sentences(), paused():
        report = _report(**options)
        _warn(report)
        if explain is not None:
            click.echo(explanation(report, explain))
        if explain is None or output != "-":
            # Where the result runs over the terminal itself, a bar would only be in its way.
            with nullcontext(Unwatched()) if output == "-" and sys.stdout.isatty() else watched() as watch:
                watch.wait("Writing")
                with opened(output) as file:
                    write_json(report, file)


@tax.command("report")
@_with_options
@click.option("--format", "formats", multiple=True, help=f"May be repeated: {', '.join(DOCUMENTS)}; all by default")
@click.option(
    "--output", default=".", type=click.Path(file_okay=False), help="Folder for them; the current one by default"
)
@click.option("--taxpayer-name", help="Shown on the forms; else a field of the PDF, to be typed there")
@click.option(
    "--taxpayer-id",
    envvar="PREMIUM_TAXPAYER_ID",
    help="SSN, ITIN or EIN shown on the US forms; - asks for it unseen. It is written into the PDFs alone",
)
def report_command(
    formats: tuple[str, ...], output: str, taxpayer_name: str | None, taxpayer_id: str | None, **options: Any
) -> None:
    """Write the forms and summaries of a year."""
    with errors_as_sentences(), paused():
        known_formats(formats)
        number = click.prompt("SSN, ITIN or EIN", hide_input=True, err=True) if taxpayer_id == "-" else taxpayer_id
        taxpayer = Taxpayer.of(taxpayer_name, number)
        report = _report(**options)
        documents = documents_of(report.setup, formats)
        _warn(report)
        folder = Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        for document in documents:
            path = folder / document.filename(report)
            with watched() as watch:
                watch.wait(f"Writing {path.name}")
                document.write(report, path, taxpayer)
            click.echo(str(path))


@tax.command("compare")
@_with_options
@click.option("--json", "as_json", is_flag=True, help="All figures, instead of a table of the totals")
def compare_command(as_json: bool, **options: Any) -> None:
    """Show a year's totals under every method the country allows.

    With --prices also what lots would lose that are worth less than they cost now. Information, no advice.
    """
    with errors_as_sentences(), paused():
        if options["method"] or "-" in options["sources"]:
            raise InvalidInput.about("compare", "computes every method, from files: leave --method and - out")
        first = _report(**options, held_now=True)
        _warn(first)
        now = instant_of(SystemClock().now())
        prices = _prices(options["price_files"], first.setup.currency, within=WEEK)
        rest = (_report(**options | {"method": other}, held_now=True) for other in first.setup.rules.methods[1:])
        rows = [compared(report, prices, now) for report in chain([first], rest)]
        again = BOUGHT_AGAIN.get(first.setup.rules.code)
        if as_json:
            click.echo(json.dumps({"methods": rows, "bought_again": again}, indent=2, ensure_ascii=False))
            return
        click.echo("\n".join(chain(comparison_table(rows), [again] if again else ())))


@tax.command("rules")
@click.argument("country")
def rules_command(country: str) -> None:
    """Print how a country takes each kind of event, and where that stands written."""
    with errors_as_sentences():
        rules = jurisdiction(country)
        rows: list[tuple[str, Receipt | Conversion]] = [*rules.receipts.items(), *rules.conversions.items()]
        for kind, row in rows:
            click.echo(f"{kind}\t{row.treatment}\t{row.source}")
        derivatives = derivatives_treatment(rules.code)
        click.echo(f"derivative_pnl\t{derivatives.kind}\t{derivatives.source}")
        click.echo(f"foreign money\t{rules.currency_gains.treatment}\t{rules.currency_gains.source}")


@tax.command("formats")
@click.option("--markdown", is_flag=True, help="As docs/tax-exports.md has them")
def formats_command(markdown: bool) -> None:
    """List the exports that are read by a declaration."""
    if markdown:
        click.echo(as_markdown(), nl=False)
        return
    for each in listed():
        click.echo("\t".join(map(str, each)))


@tax.command("preview")
@click.option("--input", "source", required=True, help="A CSV or a document; - is stdin")
@click.option("--map", "map_file", type=_FILE, help="JSON: what the columns and words of an unknown CSV mean")
@click.option("--source", "importer", help="Name the exchange or tool whose file it is, instead of its header")
@click.option("--currency", default="USD", show_default=True, help="What is money in the file")
@click.option("--decimal-mark", type=click.Choice(["point", "comma"]), help="Of a CSV whose numbers do not tell it")
@click.option("--date-order", type=click.Choice(["day-first", "month-first"]), help="Of a CSV whose dates do not tell")
@click.option("--rows", default=20, show_default=True, type=click.IntRange(1, 1000), help="As many are shown")
def preview_command(source: str, map_file: Path | None, rows: int, **options: Any) -> None:
    """Show what a file would be read as, and what is left out or refused."""
    with errors_as_sentences():
        document = read_document(
            source,
            importer=options["importer"],
            currency=options["currency"].upper(),
            lenient=True,
            decimal_mark=mark_of(options["decimal_mark"]),
            date_order=options["date_order"] and options["date_order"].replace("-", "_"),
            mapping=_mapping(map_file),
        )
        for text in previewed(rows_in(document) or [], rows, Path(source).name):
            click.echo(text)


@tax.command("wallet")
@click.argument("address")
@click.option("--rpc", "urls", multiple=True, required=True, help="A node's JSON-RPC address; more than one fail over")
@click.option("--chain", default="ethereum", show_default=True, help="The chain's short name, part of every id")
@click.option("--chain-id", default=1, show_default=True, help="The nodes must be of this chain")
@click.option("--native", default="ETH", show_default=True, help="Symbol of the native coin, with 18 decimals")
@click.option("--from-block", "first", default=0, show_default=True)
@click.option("--to-block", "last", type=int, help="The newest block by default")
@click.option("--output", default="-", help="Where the transactions go, for --input of the other commands")
def wallet_command(address: str, output: str, chain: str, **options: Any) -> None:
    """Read a wallet's history from a node, as neutral JSON."""
    from premium.cli.wallet import read_wallet  # noqa: PLC0415 - its HTTP client loads longer than a small history computes

    with errors_as_sentences():
        with watched() as watch:
            watch.wait(f"Reading {chain}")
            rows, unclear = asyncio.run(read_wallet(checksum(address), chain=chain, **options))
        for text in unclear:
            click.echo(f"Warning: {text}", err=True)
        with opened(output) as file:
            json.dump({"transactions": rows}, file, indent=0)
            file.write("\n")


def _report(
    *,
    sources: tuple[str, ...],
    importer: str | None,
    price_files: tuple[Path, ...],
    decimal_mark: str | None,
    date_order: str | None,
    map_file: Path | None,
    **options: Any,
) -> Report:
    with watched() as watch:
        watch.wait("Opening")
        mark = mark_of(decimal_mark)
        document = read_documents(
            sources,
            importer=importer,
            currency=lambda document: _currency(document, options),
            decimal_mark=mark,
            date_order=date_order and date_order.replace("-", "_"),
            mapping=_mapping(map_file),
        )
        now, prices = instant_of(SystemClock().now()), _prices(price_files, _currency(document, options))
        return calculate(document, now=now, watch=watch, prices=prices, **options)


def _mapping(file: Path | None) -> Importer | None:
    if file is None:
        return None
    if file.stat().st_size > 4 * LONGEST:
        raise InvalidInput.about("map", f"longer than {LONGEST} characters")
    return mapping_from(file.read_text("utf-8", errors="replace"))


def _currency(document: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """The report's currency: as it was asked for, as a document says, or its country's."""
    asked = options_of(document, **{name: options[name] for name in ("jurisdiction", "currency")})
    if asked["currency"]:
        return str(asked["currency"]).upper()
    if options["jurisdiction"]:
        return jurisdiction(options["jurisdiction"]).currency
    return jurisdiction(asked["jurisdiction"] or "US").currency


def _prices(files: tuple[Path, ...], currency: str, *, within: int = DAY) -> PriceSeries:
    known = (price for file in files for price in read_prices(file))
    stated = ((price.asset, instant_of(price.at), price.price, price.source) for price in known)
    return PriceSeries(stated, within=within, money=PublishedRates(currency))


def _warn(report: Report) -> None:
    """Write a line for each kind of warning on standard error.

    The result has them all, but its reader may be a form. What became of a file's lines stands before them; of rows
    that are no lines of a file, only where some were left out.
    """
    for tally in report.tallies:
        if tally.is_told:
            click.echo(tally.sentence, err=True)
    # The sums of the lines have said what was left out.
    told = [notice for notice in report.remarks if notice.code != "line_left_out"]
    counts = Counter(notice.code for notice in told)
    for notice in told:
        count = counts.pop(notice.code, 0)
        if count:
            more = f" (and {count - 1} more)" if count > 1 else ""
            click.echo(f"Warning {notice.code}: {notice.sentence}{more}", err=True)
