"""The door of the tax service: import histories, list them, make reports.

Each class is made for a process by `of(platform)` and needs only the parts that it names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from premium.accounts.service import Accounts
from premium.chains.addresses import checksum
from premium.clock import Clock
from premium.entitlements import quota_of
from premium.errors import Conflict, InvalidInput, NotFound, Unprocessable
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.principal import Principal
from premium.refusals import shown
from premium.tax.asked import settled
from premium.tax.importers.checks import Checked, check_rows
from premium.tax.importers.declared.own_words import digest_of as map_digest
from premium.tax.importers.declared.own_words import mapping_of
from premium.tax.importers.manners import clock_of
from premium.tax.importers.notation import mark_of
from premium.tax.importers.recognition import rows_of_csv, stated_in
from premium.tax.jobs import REPORT, WALLET, ReportPayload, WalletPayload
from premium.tax.model import GainLine, Imported, ImportRow, NewTransactions, Origin, Remark, ReportRow, TransactionRow
from premium.tax.neutral.sources import Tally
from premium.tax.setup import setup_of
from premium.tax.store.gains import page_of
from premium.tax.store.imports import ImportStore, options_of
from premium.tax.store.reports import ReportStore
from premium.tax.store.transactions import TransactionStore
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.chains.registry import Registry
    from premium.portfolio.service import WatchedWallets
    from premium.storage.objects import Objects

LINK_SECONDS = 900
"""How long a presigned link to a document works."""
MAX_PREVIEW = 50
"""Rows that a preview shows."""
MAX_ERRORS = 50
"""An answer names at most so many; the count tells of the others."""
Position = tuple[datetime, UUID]
"""The last row of the page before."""


@dataclass(frozen=True, kw_only=True)
class Taxes:
    """Histories of transactions as their owners import and list them."""

    transactions: TransactionStore

    @classmethod
    def of(cls, platform: Platform) -> Taxes:
        """Return the use cases over the request's database."""
        return cls(transactions=TransactionStore(platform.database))

    def import_rows(
        self,
        user_id: UUID,
        rows: Sequence[Any],
        *,
        lenient: bool = False,
        currency: str | None = None,
        origin: Origin | None = None,
        preview: bool = False,
    ) -> Imported:
        """Store neutral rows, all or none; InvalidInput names line and field of each wrong one.

        `lenient` leaves the wrong ones out and says which. A row whose id is known is not stored again. `currency` is
        what the values are in; None: whatever a report is in.
        """
        checked = check_rows(rows, zone=ZoneInfo("UTC"))
        if preview:
            return _preview(checked)
        if checked.errors and not lenient:
            raise _refusal(checked.errors)
        first = origin or Origin("rows", "transactions", digest_of(rows), currency, {"currency": currency})
        told_of = accounted(first, checked.tally)
        new = NewTransactions(checked.rows, checked.moments, currency, origin=told_of)
        added = self.transactions.add(user_id, new)
        return Imported(
            added=added.rows,
            known=len(checked.rows) - added.rows,
            skipped=len(checked.errors),
            notices=(*checked.errors, *checked.remarks),
            import_id=added.import_id,
            replaced=added.replaced,
            lines=told_of.lines,
            left_out=tuple(told_of.left_out),
        )

    def import_csv(
        self,
        user_id: UUID,
        text: str,
        *,
        lenient: bool = False,
        source: str | None = None,
        currency: str = "USD",
        file_name: str = "csv",
        decimal_mark: str | None = None,
        date_order: str | None = None,
        mapping: Mapping[str, Any] | None = None,
        preview: bool = False,
    ) -> Imported:
        """Store the rows of our own CSV, a known export, or one that is mapped.

        Lines are the file's.
        """
        # Read leniently, so that what an importer cannot read and what the table cannot hold are told of together.
        rows = rows_of_csv(
            text,
            file_name,
            importer=source,
            currency=currency,
            lenient=True,
            decimal_mark=mark_of(decimal_mark),
            date_order=date_order,
            mapping=None if mapping is None else mapping_of(mapping),
        )
        stated = stated_in(rows, currency)
        options = options_of(
            currency=stated,
            source=source,
            clock=clock_of(file_name),
            decimal_mark=decimal_mark,
            date_order=date_order,
            map=map_digest(mapping),
        )
        origin = Origin("file", file_name, digest_of(text), stated, options)
        return self.import_rows(user_id, rows, lenient=lenient, currency=stated, origin=origin, preview=preview)

    def page(self, user_id: UUID, after: Position | None, limit: int) -> list[TransactionRow]:
        """Return a page of the imported transactions, newest first."""
        return self.transactions.page(user_id, after, limit)


@dataclass(frozen=True, kw_only=True)
class TaxImports:
    """What a user has imported: listed, and undone."""

    store: ImportStore

    @classmethod
    def of(cls, platform: Platform) -> TaxImports:
        """Return the use cases over the request's database."""
        return cls(store=ImportStore(platform.database))

    def page(self, user_id: UUID, after: Position | None, limit: int) -> list[ImportRow]:
        """Return a page of the imports, newest first."""
        return self.store.page(user_id, after, limit)

    def undo(self, user_id: UUID, import_id: UUID) -> tuple[int, int]:
        """Remove an import and what it alone states; NotFound for another user's.

        Returns how many transactions went, and how many stay because other imports state them too.
        """
        gone = self.store.undo(user_id, import_id)
        if gone is None:
            raise NotFound(f"there is no import {import_id}")
        return gone


def _preview(checked: Checked) -> Imported:
    """What an import would take, with its first rows; nothing is stored."""
    told = accounted(Origin("rows", "preview", "", None, {}), checked.tally)
    return Imported(
        added=0,
        known=0,
        skipped=len(checked.errors),
        notices=(*checked.errors, *checked.remarks),
        lines=told.lines,
        left_out=tuple(told.left_out),
        preview=tuple(checked.rows[:MAX_PREVIEW]),
    )


def digest_of(content: str | Sequence[Any]) -> str:
    """Return the digest of a content, by which it is the same import again."""
    text = content if isinstance(content, str) else json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def accounted(origin: Origin, tally: Tally) -> Origin:
    """Return an import's origin with what became of its lines."""
    left = [each._asdict() for each in tally.left_out]
    return origin._replace(lines=tally.lines, refused=tally.refused, left_out=left)


def _refusal(errors: Sequence[Remark]) -> InvalidInput:
    first = errors[0]
    named = [{"line": e.line, "field": e.field, "id": e.transaction, "reason": e.message} for e in errors[:MAX_ERRORS]]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    text = f"line {first.line}: {first.message.removesuffix('; the line is left out')}{more}; nothing was imported"
    return InvalidInput(text, details={"errors": named, "count": len(errors)})


@dataclass(frozen=True, kw_only=True)
class TaxWallets:
    """Wallets of one's own whose history is read from a chain."""

    chains: Registry
    watched: WatchedWallets
    jobs: JobService

    @classmethod
    def of(cls, platform: Platform) -> TaxWallets:
        """Return the use cases over the chains that are read here."""
        from premium.portfolio.service import WatchedWallets  # noqa: PLC0415 - it loads Redis, which only wallets need

        return cls(chains=platform.chains, watched=WatchedWallets.of(platform), jobs=platform.jobs)

    def start(
        self, user_id: UUID, payload: WalletPayload, *, request_id: str, idempotency_key: str | None
    ) -> JobRecord:
        """Start reading a wallet; NotFound for one that the user does not watch."""
        if wrong := self.chains.unread(payload.chain, "evm"):
            raise InvalidInput.about("chain", wrong)
        try:
            address = checksum(payload.address)
        except ValueError as error:
            raise InvalidInput.about("address", f"{error}; given {shown(payload.address)}") from None
        if not self.watched.watches(user_id, address, payload.chain):
            raise NotFound(f"{address} is none of your wallets on {payload.chain}: POST /v1/portfolio/wallets adds it")
        payload = payload.model_copy(update={"address": address})
        return self.jobs.start(WALLET, payload, user_id=user_id, request_id=request_id, idempotency_key=idempotency_key)


@dataclass(frozen=True, kw_only=True)
class TaxReports:
    """Reports of a tax year: the jobs that make them, and what was made."""

    store: ReportStore
    bucket: Objects
    jobs: JobService
    accounts: Accounts
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> TaxReports:
        """Return the use cases over the database and the bucket of reports."""
        return cls(
            store=ReportStore(platform.database),
            bucket=platform.objects,
            jobs=platform.jobs,
            accounts=Accounts.of(platform),
            clock=platform.clock,
        )

    def start(
        self, user_id: UUID, tier: Tier, payload: ReportPayload, *, request_id: str, idempotency_key: str | None
    ) -> JobRecord:
        """Start a report; Unprocessable says why a jurisdiction does not allow method or scope.

        RateLimited where the day's reports are used up.
        """
        payload = settled(payload, user_id, self.accounts, self.clock)
        return self.jobs.start(
            REPORT,
            payload,
            user_id=user_id,
            request_id=request_id,
            idempotency_key=idempotency_key,
            quota=quota_of(tier, "reports_a_day"),
        )

    def get(self, user_id: UUID, report_id: UUID) -> ReportRow | JobRecord:
        """Return a finished report or the job that makes it; NotFound for another user's."""
        found = self.store.get(user_id, report_id)
        if found is not None:
            return found
        job = self.jobs.get(user_id, report_id)
        if job.kind != REPORT.name:
            raise NotFound(f"there is no report {report_id}")
        return job

    def page(self, user_id: UUID, after: Position | None, limit: int) -> list[ReportRow]:
        """Return a page of the finished reports, newest first."""
        return self.store.page(user_id, after, limit)

    def gains(self, user_id: UUID, report_id: UUID, start: int | None, limit: int) -> list[GainLine]:
        """Return a page of a report's gains, lot by lot.

        Conflict while it is being made.
        """
        found = self.get(user_id, report_id)
        if isinstance(found, JobRecord):
            raise Conflict("The report is not made yet")
        return page_of(self.bucket, found, start, limit)

    def newest(self, user_id: UUID, year: int, jurisdiction: str | None) -> ReportRow:
        """Return the newest report of a year; NotFound says how to get one."""
        code = None if jurisdiction is None else setup_of(jurisdiction).rules.code
        found = self.store.newest(user_id, year, code)
        if found is None:
            raise NotFound(f"there is no report of {year} yet; POST /v1/tax/reports makes one")
        return found

    def links(self, by: Principal, found: ReportRow | JobRecord) -> Mapping[str, str]:
        """Return a short-lived link to each document by format; a job has none yet.

        None outlives the credential that asked for it.
        """
        files = {} if isinstance(found, JobRecord) else found.files
        seconds = by.seconds_left(LINK_SECONDS, self.clock.now())
        return {name: self.bucket.presigned_get(file.key, seconds, filename=file.name) for name, file in files.items()}


def require_format(jurisdiction: str, document_format: str) -> None:
    """Raise Unprocessable where no document of a jurisdiction's reports has the format."""
    rules = setup_of(jurisdiction).rules
    if not any(name.endswith(f"_{document_format}") for name in rules.documents):
        known = ", ".join(sorted({name.rsplit("_", 1)[1] for name in rules.documents}))
        raise Unprocessable.about("format", f"reports of {rules.name} have no {document_format}: they have {known}")
