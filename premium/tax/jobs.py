"""The jobs of the tax service: payloads and kinds."""

from __future__ import annotations

from pydantic import JsonValue

from premium.jobs.model import JobKind, JobPayload


class ReportPayload(JobPayload):
    """What a report is made of; None is the jurisdiction's default."""

    year: int
    jurisdiction: str
    method: str | None = None
    lot_scope: str | None = None
    currency: str | None = None
    time_zone: str | None = None
    foreign_money: str | None = None


class ComparisonPayload(ReportPayload):
    """The year that is computed under every method of a country.

    `method` and `lot_scope` are not asked for.
    """


class ImportPayload(JobPayload):
    """An uploaded file to import.

    `source` names its importer where the header should not decide. `file_name` is the exchange's, which may say of
    what clock the file's times are. `decimal_mark` (point or comma) counts where the file's own numbers do not tell,
    `date_order` (day_first or month_first) where its dates do not. `map` reads a CSV that no importer knows.
    """

    upload: str
    lenient: bool = False
    source: str | None = None
    currency: str = "USD"
    file_name: str | None = None
    decimal_mark: str | None = None
    date_order: str | None = None
    map: dict[str, JsonValue] | None = None


class WalletPayload(JobPayload):
    """A wallet's history on one chain to read.

    The blocks are both inclusive. Without a first block it goes on where the last reading ended, without a last one
    up to what is settled.
    """

    chain: str
    address: str
    from_block: int | None = None
    to_block: int | None = None


IMPORT = JobKind(
    name="tax.import",
    function="premium.tax.work.import_upload",
    queue="tax",
    payload=ImportPayload,
    timeout_seconds=3540,  # within the protection of an hour; a file of 256 MiB has up to five million lines
)
WALLET = JobKind(
    name="tax.wallet",
    function="premium.tax.work.read_wallet",
    queue="tax",
    payload=WalletPayload,
    timeout_seconds=1800,
)
REPORT = JobKind(
    name="tax.report",
    function="premium.tax.work.report",
    queue="tax",
    payload=ReportPayload,
    timeout_seconds=600,
)
COMPARISON = JobKind(
    name="tax.compare",
    function="premium.tax.work.compare",
    queue="tax",
    payload=ComparisonPayload,
    timeout_seconds=1800,  # as many calculations as the country allows methods
)
