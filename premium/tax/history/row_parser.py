"""One row of the neutral JSON as a transaction: a parser of its own, because a history has a million rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from premium.money import EXACT, ZERO
from premium.tax.days import instant_of
from premium.tax.history.fields import (
    MANY,
    SHORT,
    Flawed,
    Refused,
    burnt_value,
    form_of,
    lots_of,
    number,
    remembered,
    shown,
    writable,
)
from premium.tax.history.kinds import LEG, RICHER, is_half, richer
from premium.tax.model import NEUTRAL, PLAIN, More, Remark, Transaction

MAX_TEXT = 200
_TYPES = {name: name for name in sorted(NEUTRAL)}
_LEGS = _TYPES | {LEG: LEG}
_YEARS = (1900, 2200)
"""Where calendars, zones and a year's holding period are defined; what is odd within is told of, not refused."""
_RARE = frozenset((
    "kind", "to_wallet", "fee_in_kind", "group", "lots", "form_1099", "portfolio_value", "basis", "donor_basis",
    "acquired", "chain", "tx_hash", "fee_asset", "fee_amount", "to_asset", "to_amount", "to_value", "price_filled",
    "direction",
))  # fmt: skip
_COMMON = frozenset({"id", "timestamp", "type", "asset", "amount", "price", "value", "fee", "wallet"})
FIELDS = _COMMON | _RARE


class RowParser:
    """Reads one row at a time; dates without a zone are local days of `zone`."""

    def __init__(self, zone: ZoneInfo, notices: list[Remark]) -> None:
        self.zone = zone
        self.notices = notices
        self.line = 0
        self._known: dict[str, str] = {}
        self._fees: dict[str, Decimal] = {}
        self._amounts: dict[str, Decimal] = {}
        self._shapes: set[tuple[str, ...]] = set()
        self.common = False
        """Whether the row that was read last has no fields but those that all rows have."""
        self._unknown: set[str] = set()
        self._clock: tzinfo | None = None
        self._mixed = False

    def parse(self, row: Any) -> list[Transaction]:
        """One transaction, or the legs of a richer kind; Refused names the field."""
        if type(row) is not dict and not isinstance(row, Mapping):
            raise Refused(*row) if isinstance(row, Flawed) else Refused("transaction", "not an object")
        kind = row.get("type")
        self.common = self._is_common(row)
        if isinstance(kind, str) and kind in RICHER:
            self.common = False
            return [self._one(leg, _LEGS) for leg in richer(row, Refused)]
        return [self._one(row, _TYPES)]

    def _is_common(self, row: Mapping[str, Any]) -> bool:
        """Looked up by the row's shape, of which a file has a few."""
        shape = tuple(row)
        if shape in self._shapes:
            return True
        if not _COMMON.issuperset(shape):
            return False
        self._shapes.add(shape)
        return True

    def note_unknown(self, row: Mapping[str, Any]) -> None:
        """Fields of no meaning here, each told of once: a misspelt `fee` would change the result in silence."""
        for field in sorted(set(row) - FIELDS - self._unknown):
            self._unknown.add(field)
            text = f"{field[:SHORT]!r} is not a field of this format and is not read"
            self.notices.append(Remark("unknown_field", name_of(row.get("id")), text, self.line, shown(field, SHORT)))

    def _one(self, row: Mapping[str, Any], types: Mapping[str, str]) -> Transaction:
        given = row.get("type")
        # The table's own text: a file's would be another object in every row.
        kind = types.get(given) if isinstance(given, str) else None
        if kind is None:
            raise Refused("type", f"unknown type {str(given)[:SHORT]!r}", "unknown_type")
        amount = remembered(self._amounts, row, "amount", required=True)
        if not amount:
            raise Refused("amount", "zero", "zero_amount")
        value = number(row, "value") if "value" in row else None
        price = number(row, "price")
        if value is None and price is not None:
            value = EXACT.multiply(amount, price)
        more = PLAIN
        if not self.common and not _RARE.isdisjoint(row):
            more = self._more(row)
            if kind == "transfer" and not is_half(row):
                value = burnt_value(amount, value, price, more.burnt)
        elif kind == "transfer":
            value = None
        # What the class does itself, less one call: a tenth of the time that a row takes.
        return tuple.__new__(
            Transaction,
            (
                self._id(row),
                self.instant(row.get("timestamp"), "timestamp", row.get("id")),
                kind,
                self._text(row, "asset"),
                amount,
                value,
                remembered(self._fees, row, "fee") or ZERO,
                self._text(row, "wallet", ""),
                more,
            ),
        )

    def _id(self, row: Mapping[str, Any]) -> str:
        name = row.get("id")
        if type(name) is str and len(name) <= MAX_TEXT and name.isprintable() and name.strip():
            return name
        return self._text(row, "id")

    def _text(self, row: Mapping[str, Any], field: str, default: str | None = None) -> str:
        value = row.get(field, default)
        known = self._known.get(value) if type(value) is str else None
        if known is not None:
            return known
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and field == "id":
            value = str(value)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise Refused(field, "missing" if value is None else "not a text")
        if len(value) > MAX_TEXT:
            raise Refused(field, f"longer than {MAX_TEXT} characters")
        if not value.isprintable() and not writable(value):
            raise Refused(field, "holds a control character or half a character")
        # One object for each wallet and asset, however often a history repeats it.
        if field != "id" and value.strip() and len(self._known) < MANY:
            self._known[value] = value
        return value

    def instant(self, value: Any, field: str, name: Any = None) -> int:
        """RFC 3339; without a zone it is taken as UTC, with a notice; a bare date is the local day's start."""
        if not isinstance(value, str):
            raise Refused(field, "missing" if value is None else "not an RFC 3339 time")
        text = value.strip().upper()
        try:
            moment = datetime.fromisoformat(text)
            if not _YEARS[0] <= moment.year < _YEARS[1]:
                raise Refused(field, f"not between {_YEARS[0]} and {_YEARS[1]}: {value[:SHORT]!r}", "implausible_date")
            if moment.tzinfo is not None:
                if moment.tzinfo is not self._clock and field == "timestamp":
                    self._note_clock(moment.tzinfo, value, name)
                return instant_of(moment)
            if len(text) <= 10:
                return instant_of(datetime.combine(date.fromisoformat(text), time(), self.zone))
            text = f"{field} {value[:SHORT]} has no time zone and is read as UTC"
            self.notices.append(Remark("no_time_zone", name_of(name), text, self.line, field))
            return instant_of(moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            raise Refused(field, f"not an RFC 3339 time: {value[:SHORT]!r}") from None

    def _note_clock(self, zone: tzinfo, value: str, name: Any) -> None:
        """Tells once that a file's times are of different clocks; each is read by its own."""
        if self._clock is None or self._mixed or zone == self._clock:
            self._clock = self._clock or zone
            return
        self._mixed = True
        text = f"timestamp {value[:SHORT]} is of another time zone than those before it ({self._clock}); each counts"
        self.notices.append(Remark("mixed_time_zones", name_of(name), text, self.line, "timestamp"))

    def _more(self, row: Mapping[str, Any]) -> More:
        burnt, fee_amount = number(row, "fee_in_kind"), number(row, "fee_amount")
        if burnt is not None and burnt > number(row, "amount", required=True):
            raise Refused("fee_in_kind", "more than the amount")
        acquired = row.get("acquired")
        return More(
            kind=self._optional(row, "kind"),
            to_wallet=self._optional(row, "to_wallet"),
            burnt=burnt or ZERO,
            group=self._optional(row, "group"),
            lots=lots_of(row.get("lots")),
            form_1099=form_of(row.get("form_1099")),
            portfolio_value=number(row, "portfolio_value"),
            basis=number(row, "basis"),
            donor_basis=number(row, "donor_basis"),
            acquired=None if acquired is None else self.instant(acquired, "acquired", row.get("id")),
            chain=self._optional(row, "chain"),
            tx_hash=self._optional(row, "tx_hash"),
            fee_asset=self._optional(row, "fee_asset"),
            fee_amount=fee_amount or ZERO,
            to_asset=self._optional(row, "to_asset"),
            to_amount=number(row, "to_amount"),
        )

    def _optional(self, row: Mapping[str, Any], field: str) -> str | None:
        return self._text(row, field, "") or None


def name_of(name: Any) -> str | None:
    return shown(str(name), MAX_TEXT) if isinstance(name, str | int) else None
