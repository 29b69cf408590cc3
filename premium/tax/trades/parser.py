"""Rows of a file, read as a block where all are plain trades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from operator import itemgetter
from typing import Any

from premium.tax.neutral.fields import COMMON, Fields
from premium.tax.neutral.rows import MAX_TEXT, Piece, Refused
from premium.tax.trades.block import KINDS, Block, Trades
from premium.tax.trades.numbers import column
from premium.tax.trades.times import Times

_NEEDED = ("id", "timestamp", "type", "asset", "amount")
_CODES = {name: number for number, name in enumerate(KINDS)}


class PlainPieces:
    """Takes pieces of plain trades out of rows, while there is nothing else."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._times = Times()
        self._blocks: list[Block] = []
        self.trades: Trades | None = None
        """The whole history, behind the last row, where it is of plain trades in order."""

    def others(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Yield rows that are no plain trades.

        Once there was one, blocks too, where they stand.
        """
        alone = True
        for item in rows:
            block = block_of(item, self._fields, self._times) if type(item) is Piece else None
            if block is not None and alone:
                self._blocks.append(block)
                continue
            if self._blocks:
                alone = False
                yield from self._given()
            if block is not None:
                yield block
            elif type(item) is Piece:
                alone = False
                yield from item
            else:
                yield item
        trades = Trades(self._blocks)
        if self._blocks and trades.are_in_order and trades.are_unlike:
            self.trades = trades
        else:
            yield from self._given()

    def _given(self) -> Iterator[Block]:
        blocks, self._blocks = self._blocks, []
        yield from blocks


def block_of(rows: Sequence[Any], fields: Fields, times: Times) -> Block | None:
    """Return rows as a block; None where one of them wants a closer look.

    Objects of the same common fields, that buy or sell, at a price or a value, at a time in UTC. Nothing is remarked
    on that would not be of single rows: what could be refused or told of is no block.
    """
    if type(rows[0]) is not dict or set(map(len, rows)) != {len(rows[0])}:
        return None
    names = tuple(rows[0])
    worth = [name for name in ("price", "value") if name in names]
    if len(worth) != 1 or not COMMON.issuperset(names) or not set(_NEEDED).issubset(names):
        return None
    try:
        columns = dict(zip(names, zip(*map(itemgetter(*names), rows), strict=True), strict=True))
        return _block(columns, columns[worth[0]], fields, times, priced=worth[0] == "price")
    except (KeyError, TypeError, Refused):
        # Another shape, something that is no object, or no text: the row's own reader says what.
        return None


def _block(
    columns: Mapping[str, Sequence[Any]], worths: Sequence[str], fields: Fields, times: Times, *, priced: bool
) -> Block | None:
    kinds = bytes(map(_CODES.__getitem__, columns["type"]))
    ids = columns["id"]
    amounts, texts = column(columns["amount"]), column(worths)
    fees = columns.get("fee", ("0",))
    fee = column(tuple(dict.fromkeys(fees)) if len(set(fees)) == 1 else fees)
    if amounts is None or texts is None or fee is None or not _are_ids(ids):
        return None
    if not all(map(_has_digit_above_zero, set(columns["amount"]))):
        return None
    when = times.instants(columns["timestamp"])
    if when is None:
        return None
    assets = _texts("asset", columns["asset"], fields)
    wallets = _texts("wallet", columns.get("wallet", ("",) * len(ids)), fields, "")
    if not fields.are_of_clock(UTC):
        return None
    return Block(
        "\n".join(ids),
        when,
        kinds,
        assets,
        wallets,
        amounts,
        texts,
        priced,
        fee,
    )


def _are_ids(ids: Sequence[str]) -> bool:
    return max(map(len, ids)) <= MAX_TEXT and "".join(ids).isprintable() and all(map(str.strip, ids))


def _has_digit_above_zero(text: str) -> bool:
    return bool(text.strip("0."))


def _texts(field: str, texts: Sequence[Any], fields: Fields, default: str | None = None) -> tuple[str, ...]:
    """One object for each text; Refused for one that is none."""
    known = {text: fields.text({field: text}, field, default) for text in set(texts)}
    return tuple(map(known.__getitem__, texts))
