"""The same matches by DuckDB: a join of rules and events on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time
from typing import Any

import duckdb
import numpy as np

_KEYS = ("chain", "asset", "protocol")
_NUMBERS = ("price_usd", "amount_usd", "amount", "gas_gwei", "tvl_change_pct_24h")
_KINDS = {"price": "price", "whale": "transfer", "gas": "gas", "protocol_risk": "protocol"}


def join(raw: Sequence[dict[str, Any]], events: Sequence[dict[str, Any]]) -> tuple[float, int]:
    """Return CPU seconds from events to ids, and the number of matches.

    Thresholds are doubles, and rules are loaded before.
    """
    connection = duckdb.connect(":memory:", config={"threads": 1})
    shapes: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for rule in raw:
        shape, values = _shape(rule)
        shapes.setdefault(shape, []).append((rule["id"], *values))
    queries = []
    for number, (shape, rows) in enumerate(shapes.items()):
        columns = {f"c{at}": np.array([row[at] for row in rows]) for at in range(len(rows[0]))}
        _load(connection, f"rules_{number}", columns)
        queries.append(_query(number, shape))
    begun, matches = process_time(), 0
    _load(connection, "events", _events(events))
    for query in queries:
        matches += len(connection.execute(query).fetchall())
    took = process_time() - begun
    connection.close()
    return took, matches


def _load(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Any]) -> None:
    connection.register("given", columns)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608 - our own names
    connection.unregister("given")


def _events(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    columns: dict[str, Any] = {"event": np.arange(len(events)), "kind": np.array([one["kind"] for one in events])}
    for name in _KEYS:
        columns[name] = np.array([one.get(name, "") for one in events])
    for name in _NUMBERS:
        columns[name] = np.array([float(one.get(name, "nan")) for one in events])
    return columns


def _shape(rule: dict[str, Any]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Rules of one shape share a query: kind, then `field operator` of each condition."""
    conditions = rule["conditions"]
    shape = (_KINDS[rule["type"]], *(f"{one['field']} {one['operator']}" for one in conditions))
    return shape, tuple(one["value"] if one["field"] in _KEYS else float(one["value"]) for one in conditions)


def _query(number: int, shape: tuple[str, ...]) -> str:
    signs = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}
    holds = [f"e.{one.split()[0]} {signs[one.split()[1]]} r.c{at}" for at, one in enumerate(shape[1:], 1)]
    # A comparison with NaN is true in DuckDB where NaN is the greater; events of the kind have every number.
    wanted = " AND ".join([f"e.kind = '{shape[0]}'", *holds])
    return f"SELECT r.c0 AS rule, e.event FROM rules_{number} r JOIN events e ON {wanted}"  # noqa: S608 - our own names
