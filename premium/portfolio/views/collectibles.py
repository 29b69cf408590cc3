"""Lists the NFTs that wallets have: by their contracts' word, without any value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from premium.chains.addresses import in_key
from premium.chains.model import ChainReading, Outcome
from premium.chains.reading.parts import MOST_COLLECTIBLES

MOST_OF_A_USER = 2_000
Row = Mapping[str, Any]


def listed(
    outcomes: Mapping[str, Outcome], before: Mapping[str, Any] | None, wallets: Collection[str]
) -> tuple[list[Row], list[Row]]:
    """Return the rows of NFTs, and findings.

    What was not read this time is as it was before, stale.

    `outcomes`: of the chains that were asked now. `wallets`: those that are watched.
    """
    read = {name: said for name, said in outcomes.items() if isinstance(said, ChainReading)}
    known = {name: said for name, said in read.items() if said.collectibles is not None}
    kept = [row | {"stale": True} for row in (before or {}).get("nfts", ())
            if row["chain"] not in known and row["wallet"] in wallets]  # fmt: skip
    rows = sorted([*kept, *(row for said in known.values() for row in _rows(said))], key=place_of)
    return rows[:MOST_OF_A_USER], [*_cut(read.values()), *_too_many(rows)]


def place_of(row: Row) -> tuple[str, str, str, int]:
    """Return where a row stands in the list."""
    return row["wallet"], row["chain"], row["contract"], int(row["number"])


def _rows(said: ChainReading) -> Iterable[Row]:
    for each in said.collectibles or ():
        yield {
            "wallet": each.wallet, "chain": said.chain, "contract": in_key(each.contract), "number": str(each.number),
            "standard": each.standard, "units": str(each.units), "name": each.name, "block": said.block,
            "as_of": said.read_at.isoformat(), "stale": False,
        }  # fmt: skip


def _cut(read: Iterable[ChainReading]) -> Iterable[Row]:
    for said in read:
        for wallet, each in said.searched.items():
            if len(each.collectibles) > MOST_COLLECTIBLES:
                text = f"logs name more than {MOST_COLLECTIBLES} NFTs on {said.chain}: the others are not looked at"
                yield _finding(text, wallet, said.chain)


def _too_many(rows: Collection[Row]) -> Iterable[Row]:
    if (left := len(rows) - MOST_OF_A_USER) > 0:
        yield _finding(f"{left:,} more NFTs are not listed: {MOST_OF_A_USER:,} are", None, None)


def _finding(text: str, wallet: str | None, chain: str | None) -> Row:
    return {"code": "too_many", "wallet": wallet, "chain": chain, "asset": None, "position": None, "text": text}
