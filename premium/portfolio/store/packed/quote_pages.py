"""The SQL of an hour's quotes, in pages that all users' snapshots share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from premium.prices.model import Price, Quality, Quote

Place = tuple[datetime, int]
"""An hour, and an asset's id."""
PAGE = 64
"""Ids of assets a page."""
_KNOWN = frozenset({"key", "usd", "confidence", "at", "source"})


def first_quotes(connection: Connection[DictRow], quotes: Mapping[Place, Quote]) -> dict[Place, Quote]:
    """Store the first quotes of assets in their hours, and return what is stored.

    Worker role. Writers of one hour take turns until their transactions end.
    """
    found = quotes_of(connection, quotes)
    if len(found) < len(quotes):
        for hour in sorted({hour for hour, _ in quotes.keys() - found.keys()}):
            connection.execute("SELECT portfolio_quotes_turn(%s)", (hour,))
        found = quotes_of(connection, quotes)
        new = {place: quotes[place] for place in sorted(quotes.keys() - found.keys())}
        if new:
            _add(connection, new)
            found |= quotes_of(connection, new)
    return found


def quotes_of(connection: Connection[DictRow], places: Iterable[Place]) -> dict[Place, Quote]:
    """Return the stored quotes of assets in hours; those without one are left out."""
    ordered = sorted(set(places))
    if not ordered:
        return {}
    pages = sorted({(hour, asset // PAGE) for hour, asset in ordered})
    wanted = {"hours": [hour for hour, _ in ordered], "assets": [asset for _, asset in ordered],
              "page_hours": [hour for hour, _ in pages], "pages": [page for _, page in pages]}  # fmt: skip
    rows = connection.execute(_QUOTES, wanted).fetchall()
    return {(row["hour"], row["asset"]): _quote(row) for row in rows}


def _add(connection: Connection[DictRow], quotes: Mapping[Place, Quote]) -> None:
    pages: dict[Place, list[tuple[int, Quote]]] = {}
    for (hour, asset), quote in quotes.items():
        pages.setdefault((hour, asset // PAGE), []).append((asset, quote))
    ids = _sources(connection, {_source(quote) for quote in quotes.values()})
    for (hour, page), lines in pages.items():
        prices = [quote.price for _, quote in lines]
        more = {str(asset): said for asset, quote in lines if (said := _more(quote))}
        given = (
            hour, page, hour, page, [asset for asset, _ in lines], [ids[_source(quote)] for _, quote in lines],
            [price and price.usd for price in prices], [price and price.confidence for price in prices],
            [price and price.at for price in prices], Jsonb(more) if more else None,
        )  # fmt: skip
        connection.execute(_ADD, given)


def _source(quote: Quote) -> tuple[str | None, str]:
    return (None if quote.price is None else quote.price.source), quote.quality.value


def _sources(
    connection: Connection[DictRow], sources: Iterable[tuple[str | None, str]]
) -> dict[tuple[str | None, str], int]:
    columns = [list(column) for column in zip(*sorted(sources, key=str), strict=True)]
    rows = connection.execute(_SOURCES, columns).fetchall()
    if len(rows) < len(columns[0]):
        connection.execute(_ADD_SOURCES, columns)
        rows = connection.execute(_SOURCES, columns).fetchall()
    return {(row["source"], row["quality"]): row["id"] for row in rows}


def _more(quote: Quote) -> Mapping[str, Any]:
    said = quote.model_dump(mode="json")
    price = said.pop("price") or {}
    more = {"price": {name: value for name, value in price.items() if name not in _KNOWN},
            "quote": {name: value for name, value in said.items() if name != "quality"}}  # fmt: skip
    return {name: value for name, value in more.items() if value}


def _quote(row: Mapping[str, Any]) -> Quote:
    more: Mapping[str, Mapping[str, Any]] = row["more"] or {}
    if row["usd"] is None:
        return Quote(price=None, quality=Quality(row["quality"]), **more.get("quote", {}))
    price = Price(key=row["key"], usd=row["usd"], confidence=row["confidence"], at=row["at"],
                  source=row["source"], **more.get("price", {}))  # fmt: skip
    return Quote(price=price, quality=Quality(row["quality"]), **more.get("quote", {}))


_QUOTES = """
    WITH said AS (
        SELECT p.hour, u.asset, u.usd, u.confidence, u.at, s.source, s.quality, p.more -> u.asset::text AS more
        FROM unnest(%(page_hours)s::timestamptz[], %(pages)s::int[]) AS w (hour, page)
        JOIN portfolio_quote_pages p USING (hour, page)
        CROSS JOIN LATERAL unnest(p.assets, p.sources, p.usd, p.confidence, p.at)
            AS u (asset, source_id, usd, confidence, at)
        JOIN portfolio_quote_sources s ON s.id = u.source_id
        WHERE u.asset = ANY (%(assets)s::int[])
    ), wanted AS MATERIALIZED (
        SELECT * FROM unnest(%(hours)s::timestamptz[], %(assets)s::int[]) AS a (hour, asset)
    )
    SELECT q.*, n.key FROM wanted JOIN said q USING (hour, asset) JOIN portfolio_asset_names n ON n.id = q.asset
    UNION ALL
    SELECT q.hour, q.asset, q.usd, q.confidence, q.at, q.source, q.quality, q.more, n.key
    FROM wanted JOIN portfolio_quote_rows q USING (hour, asset) JOIN portfolio_asset_names n ON n.id = q.asset
"""
_ADD = """
    INSERT INTO portfolio_quote_pages (hour, page, part, assets, sources, usd, confidence, at, more)
    SELECT %s, %s, (SELECT coalesce(max(part) + 1, 0) FROM portfolio_quote_pages WHERE hour = %s AND page = %s),
           %s::int[], %s::smallint[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s
"""
_SOURCES = """
    SELECT s.* FROM unnest(%s::text[], %s::text[]) AS a (source, quality)
    JOIN portfolio_quote_sources s ON s.quality = a.quality AND s.source IS NOT DISTINCT FROM a.source
"""
_ADD_SOURCES = """
    INSERT INTO portfolio_quote_sources (source, quality)
    SELECT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING
"""
