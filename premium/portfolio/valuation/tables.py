"""Writes what an export holds, as CSV without formulas or as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from premium.cells import safe
from premium.clock import rfc3339
from premium.money import plain

What = Literal["holdings", "positions", "history", "flows", "performance"]
Format = Literal["csv", "json"]
COLUMNS: Mapping[What, Sequence[str]] = {
    "holdings": (
        "wallet", "chain", "asset", "role", "position", "units", "amount", "decimals", "category", "price_usd",
        "quality", "source", "value_usd", "counted", "why", "stale", "as_of",
    ),
    "positions": (
        "id", "wallet", "chain", "protocol", "kind", "name", "value_usd", "debts_usd", "locked_usd", "claimable_usd",
        "is_stale", "as_of",
    ),
    "history": ("at", "usd", "is_good"),
    "flows": ("at", "wallet", "chain", "tx", "index", "asset", "units", "amount", "kind", "corrected", "usd", "block"),
    "performance": (
        "window", "start", "end", "start_value", "end_value", "net_flow", "profit", "roi", "time_weighted_return",
        "money_weighted_return", "apy", "max_drawdown", "volatility", "sharpe", "sortino", "realised", "unrealised",
        "income", "costs", "unexplained", "method",
    ),
}  # fmt: skip
"""The columns of each table, in their order."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def table(what: What, form: Format, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table's text a row at a time."""
    return _csv(COLUMNS[what], rows) if form == "csv" else _json(COLUMNS[what], rows)


def counted(rows: Iterable[Mapping[str, Any]], count: Counter[str]) -> Iterator[Mapping[str, Any]]:
    """Yield rows, and count them."""
    for row in rows:
        count["rows"] += 1
        yield row


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row.get(name)) for name in columns])


def _json(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    mark = "["
    for row in rows:
        yield mark + json.dumps({name: _value(row.get(name)) for name in columns}, ensure_ascii=False)
        mark = ",\n"
    yield "[]\n" if mark == "[" else "]\n"


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    told = _value(value)
    if told is None:
        return ""
    if isinstance(told, bool):
        return "true" if told else "false"
    text = str(told)
    return text if _NUMBER.fullmatch(text) else safe(text)


def _value(value: Any) -> Any:
    """Return a value as JSON has it: decimals as strings, times as RFC 3339."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    return value if value is None or isinstance(value, bool | int) else str(value)
