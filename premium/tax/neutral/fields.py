"""The fields of a neutral row: texts, times, numbers and the rare ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from premium.money import EXACT, ZERO, decimal_of, readable
from premium.tax.days import instant_of
from premium.tax.model import Fee, Form1099, More, Remark
from premium.tax.neutral.rows import MAX_TEXT, SHORT, Refused, shown, shown_id

_HUNDRED = Decimal(100)
"""By the hundredth part a value may differ from amount and price, which are rounded."""
_ONE_SIDED = frozenset({"buy", "sell", "income", "fee", "gift_received", "gift_sent", "donation", "lost", "stolen"})
"""Types of one asset; legs of richer kinds have no `to_asset` any more."""
_ON_CHAIN = re.compile(r"(?:[a-z0-9_-]+:)?0x[0-9a-fA-F]{40}(?::[0-9]+)?")
"""A wallet or token of an EVM chain: the capitals of its digits are a checksum, and name no other one."""
COMMON = frozenset({"id", "timestamp", "type", "asset", "amount", "price", "value", "fee", "wallet"})
RARE = frozenset((
    "kind", "to_wallet", "fee_in_kind", "group", "lots", "form_1099", "portfolio_value", "basis", "donor_basis",
    "acquired", "chain", "tx_hash", "fee_asset", "fee_amount", "to_asset", "to_amount", "to_value", "price_filled",
    "direction", "from_asset", "fees",
    "value_currency",
))  # fmt: skip
FIELDS = COMMON | RARE
ALL = Decimal("Infinity")
"""Amount of a lot that is named without one. Never computed with, only compared."""
_YEARS = (1900, 2200)
"""Where calendars, zones and a year's holding period are defined; what is odd within is told of, not refused."""
_ODD = frozenset("eE_")
"""What a short text must not have, to need no look: an exponent, or an underscore that Python alone reads over."""
_LARGEST, _FINEST = 80, -100
"""What exact sums of a whole history can hold; no chain's units and no currency are beyond it."""
_MANY = 10_000
"""As many different texts are kept to be found again."""


class Fields:
    """Reads the fields of one file's rows.

    Dates without a zone are local days of `zone`.
    """

    def __init__(self, zone: ZoneInfo, remarks: list[Remark]) -> None:
        self.zone = zone
        self.remarks = remarks
        self.line = 0
        self.fees: dict[str, Decimal] = {}
        self.amounts: dict[str, Decimal] = {}
        self.common = False
        """Whether the row that was read last has no fields but those that all rows have."""
        self._texts: dict[str, str] = {}
        self._shapes: set[tuple[str, ...]] = set()
        self._unknown: set[str] = set()
        self._clock: tzinfo | None = None
        self._mixed = False

    def are_common(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a row has the common fields alone.

        By its shape, of which a file has a few.
        """
        shape = tuple(row)
        self.common = shape in self._shapes
        if not self.common and COMMON.issuperset(shape):
            self._shapes.add(shape)
            self.common = True
        return self.common

    def remark_unknown(self, row: Mapping[str, Any]) -> None:
        """Remark once on each field without a meaning.

        A misspelt `fee` would change the result in silence.
        """
        for field in sorted(set(row) - FIELDS - self._unknown):
            self._unknown.add(field)
            text = f"{field[:SHORT]!r} is not a field of this format and is not read"
            self.remarks.append(Remark("unknown_field", shown_id(row.get("id")), text, self.line, shown(field, SHORT)))

    def id(self, row: Mapping[str, Any]) -> str:
        """Return a row's id; a number is its digits."""
        name = row.get("id")
        if type(name) is str and len(name) <= MAX_TEXT and name.isprintable() and name.strip():
            return name
        return self.text(row, "id")

    def text(self, row: Mapping[str, Any], field: str, default: str | None = None) -> str:
        """Return a text field.

        One object for each wallet and asset, however often a history repeats it.
        """
        value = row.get(field, default)
        known = self._texts.get(value) if type(value) is str else None
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
        if not value.isprintable() and not _writable(value):
            raise Refused(field, "holds a control character or half a character")
        if field == "id":
            return value
        same = value.lower() if _ON_CHAIN.fullmatch(value) else value
        if value.strip() and len(self._texts) < _MANY:
            self._texts[value] = same
        return same

    def instant(self, value: Any, field: str, name: Any = None) -> int:
        """Return the instant of an RFC 3339 time.

        Without a zone it is UTC, with a remark; a bare date is the local day's start.
        """
        if not isinstance(value, str):
            raise Refused(field, "missing" if value is None else "not an RFC 3339 time")
        text = value.strip().upper()
        try:
            moment = datetime.fromisoformat(text)
            if not _YEARS[0] <= moment.year < _YEARS[1]:
                raise Refused(field, f"not between {_YEARS[0]} and {_YEARS[1]}: {value[:SHORT]!r}", "implausible_date")
            if moment.tzinfo is not None:
                if moment.tzinfo is not self._clock and field == "timestamp":
                    self._remark_clock(moment.tzinfo, value, name)
                return instant_of(moment)
            if len(text) <= 10:
                return instant_of(datetime.combine(date.fromisoformat(text), time(), self.zone))
            text = f"{field} {value[:SHORT]} has no time zone and is read as UTC"
            self.remarks.append(Remark("no_time_zone", shown_id(name), text, self.line, field))
            return instant_of(moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            raise Refused(field, f"not an RFC 3339 time: {value[:SHORT]!r}") from None

    def are_of_clock(self, zone: tzinfo) -> bool:
        """Tell whether the times so far, if any, are all of this clock."""
        self._clock = self._clock or zone
        return self._clock is zone

    def _remark_clock(self, zone: tzinfo, value: str, name: Any) -> None:
        """Remark once that a file's times are of different clocks.

        Each is read by its own.
        """
        if self._clock is None or self._mixed or zone == self._clock:
            self._clock = self._clock or zone
            return
        self._mixed = True
        text = f"timestamp {value[:SHORT]} is of another time zone than those before it ({self._clock}); each counts"
        self.remarks.append(Remark("mixed_time_zones", shown_id(name), text, self.line, "timestamp"))

    def agreed(self, row: Mapping[str, Any], amount: Decimal, price: Decimal, value: Decimal) -> Decimal:
        """Return a stated value, with a remark where amount and price say another one."""
        other = EXACT.multiply(amount, price)
        if EXACT.multiply(EXACT.abs(EXACT.subtract(other, value)), _HUNDRED) > value:
            text = f"value says {readable(value)}, amount and price {readable(other)}: the value counts"
            self.remarks.append(Remark("value_not_price", shown_id(row.get("id")), text, self.line, "value"))
        return value

    def more(self, row: Mapping[str, Any]) -> More:
        """Return the fields that few rows have."""
        burnt, fee_amount = number(row, "fee_in_kind"), number(row, "fee_amount")
        if burnt is not None and burnt > number(row, "amount", required=True):
            raise Refused("fee_in_kind", "more than the amount")
        if (row.get("fee_asset") or None) is None and fee_amount:
            raise Refused("fee_asset", "missing: fee_amount does not say of what it is")
        if row.get("fee_asset") and row.get("fee_amount") in (None, ""):
            raise Refused("fee_amount", "missing: fee_asset does not say how much of it")
        if row.get("to_asset") and row.get("type") in _ONE_SIDED:
            raise Refused("to_asset", f"a {row['type']} brings no other asset: a swap does")
        acquired = row.get("acquired")
        return More(
            kind=self.text(row, "kind", "") or None,
            to_wallet=self.text(row, "to_wallet", "") or None,
            burnt=burnt or ZERO,
            group=self.text(row, "group", "") or None,
            lots=_lots(row.get("lots")),
            form_1099=_form(row.get("form_1099")),
            portfolio_value=number(row, "portfolio_value"),
            basis=number(row, "basis"),
            donor_basis=number(row, "donor_basis"),
            acquired=None if acquired is None else self.instant(acquired, "acquired", row.get("id")),
            chain=self.text(row, "chain", "") or None,
            tx_hash=self.text(row, "tx_hash", "") or None,
            fee_asset=self.text(row, "fee_asset", "") or None,
            fee_amount=fee_amount or ZERO,
            fees=self._fees(row.get("fees")),
            to_asset=self.text(row, "to_asset", "") or None,
            to_amount=number(row, "to_amount"),
            value_currency=self.text(row, "value_currency", "").upper() or None,
            from_asset=self.text(row, "from_asset", "") or None,
        )

    def _fees(self, value: Any) -> tuple[Fee, ...]:
        """Further fees by asset, those of nothing left out."""
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise Refused("fees", "not a list of {asset, amount, value}")
        try:
            found = [
                Fee(self.text(item, "asset"), number(item, "amount", required=True), number(item, "value"))
                for item in value
            ]
        except Refused as refused:
            raise Refused(f"fees.{refused.field}", refused.reason, refused.code) from None
        return tuple(fee for fee in found if fee.amount)


def number(row: Mapping[str, Any], field: str, *, required: bool = False) -> Any:
    """Return a decimal of at least zero, or None.

    Refused for anything that is not finite, negative or absurdly long.
    """
    text = row.get(field)
    if text is None or text == "":
        if required:
            raise Refused(field, "missing")
        return None
    # Digits and a point need no further look; what is longer, or has an exponent or a sign, is measured.
    if type(text) is str and len(text) <= SHORT and text.isascii() and text.replace(".", "", 1).isdecimal():
        return Decimal(text)
    try:
        if isinstance(text, str) and len(text) <= SHORT and text.isascii() and _ODD.isdisjoint(text):
            value = Decimal(text)
            if not value.is_finite():
                raise Refused(field, "not a finite number", "non_finite")
        else:
            value = decimal_of(text)
            if value and (value.adjusted() > _LARGEST or int(value.as_tuple().exponent) < _FINEST):
                raise Refused(field, f"beyond 10^{_LARGEST}, or finer than 10^{_FINEST}", "invalid_number")
    except (InvalidOperation, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else f"not a decimal number: {str(text)[:SHORT]!r}"
        raise Refused(field, reason, "non_finite" if "finite" in reason else "invalid_number") from None
    if value < 0:
        raise Refused(field, "negative", "negative_number")
    return value


def remembered(known: dict[str, Decimal], row: Mapping[str, Any], field: str, *, required: bool = False) -> Any:
    """Return a `number`, one object for each that repeats.

    Fees and round amounts repeat; they are kept while there are not too many.
    """
    text = row.get(field)
    value = known.get(text) if type(text) is str else None
    if value is None:
        value = number(row, field, required=required)
        if value is not None and type(text) is str and len(known) < _MANY:
            known[text] = value
    return value


def _writable(value: str) -> bool:
    """Tell whether a text can be stored and printed.

    No NUL or line break, no surrogate without its other half.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return all(character >= " " for character in value)


def _lots(value: Any) -> tuple[tuple[str, Decimal], ...]:
    """Lots by id with their amounts; one without an amount gives what it has."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Refused("lots", "not a list of {lot, amount}")
    chosen = []
    for item in value:
        lot = item.get("lot")
        if not isinstance(lot, str | int):
            raise Refused("lots.lot", "missing")
        wanted = number(item, "amount")
        chosen.append((str(lot), ALL if wanted is None else wanted))
    return tuple(chosen)


def _form(value: Any) -> Form1099 | None:
    """None where there is no form: null, or an object whose `form` is null."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or not isinstance(value.get("form"), str | None):
        raise Refused("form_1099", "not {form, basis_reported}")
    reported = value.get("basis_reported")
    if not isinstance(reported, bool | None):
        raise Refused("form_1099.basis_reported", "neither true nor false")
    if value.get("form") is None:
        return None
    return Form1099(value["form"], reported or False, number(value, "proceeds"), number(value, "basis"))
