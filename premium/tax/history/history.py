"""A whole history in order, at a fifth of its size behind its first pass."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, chain, repeat
from typing import Any, overload

from premium.tax.model import PLAIN, Transaction
from premium.tax.progress import Unwatched, Watch
from premium.tax.trades.block import Block, Trades

BLOCK = 1024


class History(Sequence[Transaction]):
    """Transactions in order, which each pass gives all.

    Behind the first pass they are folded, block by block: an engine's rows grow as the history shrinks, and what
    stands in memory is one of the two, not both.
    """

    def __init__(self, transactions: list[Transaction] | Trades, watch: Watch | None = None) -> None:
        """Takes the transactions over: the list is empty afterwards, so that nothing else keeps them.

        Plain trades are folded already. `watch` follows the first pass, which is an engine's.
        """
        self._watch = watch
        self._length = len(transactions)
        self._blocks: list[Sequence[Transaction]]
        if isinstance(transactions, Trades):
            self._blocks = list(transactions.blocks)
        else:
            self._blocks = [transactions[start : start + BLOCK] for start in range(0, self._length, BLOCK)]
            transactions.clear()
        self._starts = list(accumulate(map(len, self._blocks), initial=0))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Transaction]:
        watch, self._watch = self._watch or Unwatched(), None
        return iter(watch("Calculating", self._pass(), self._length))

    def tuples(self) -> Iterator[tuple[Any, ...]]:
        """Yield the fields of each transaction, as plain tuples where those are quicker to make."""
        watch, self._watch = self._watch or Unwatched(), None
        return iter(watch("Calculating", chain.from_iterable(self._each(fields=True)), self._length))

    def _pass(self) -> Iterator[Transaction]:
        return chain.from_iterable(self._each(fields=False))

    def _each(self, *, fields: bool) -> Iterator[Iterable[Any]]:
        for number, block in enumerate(self._blocks):
            yield block.tuples() if fields and isinstance(block, Block) else block
            if isinstance(block, list):
                self._blocks[number] = _Folded(block)

    @overload
    def __getitem__(self, index: int) -> Transaction: ...
    @overload
    def __getitem__(self, index: slice) -> list[Transaction]: ...
    def __getitem__(self, index: int | slice) -> Transaction | list[Transaction]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(self._length))]
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(index)
        block = bisect_right(self._starts, place) - 1
        found: Transaction = self._blocks[block][place - self._starts[block]]
        return found

    def by_id(self) -> ById:
        """Return the transactions by their ids.

        They are asked for in any order: blocks of plain trades, which are read from their beginning, are folded so that
        each row can be.
        """
        self._blocks = [_Folded(list(block)) if isinstance(block, Block) else block for block in self._blocks]
        return ById(self)


class ById:
    """Transactions by their ids, of which only the places are kept."""

    def __init__(self, history: Sequence[Transaction]) -> None:
        self._history = history
        self._places = {tx.id: place for place, tx in enumerate(history)}

    def get(self, name: str | None) -> Transaction | None:
        """Return a transaction by its id, or None."""
        place = None if name is None else self._places.get(name)
        return None if place is None else self._history[place]


class _Folded(Sequence[Transaction]):
    """A block of transactions, kept by columns.

    Its numbers are one text, which an exact decimal survives; a transaction is made anew.
    """

    __slots__ = ("_assets", "_ends", "_ids", "_instants", "_more", "_numbers", "_types", "_wallets")

    def __init__(self, block: list[Transaction]) -> None:
        columns: Any = zip(*block, strict=True)
        self._ids, instants, self._types, self._assets, amounts, values, fees, self._wallets, more = columns
        self._instants = array("q", instants)
        self._more = None if all(each is PLAIN for each in more) else more
        texts = list(map("%s %s %s".__mod__, zip(amounts, values, fees, strict=True)))
        self._ends = array("L", accumulate(map(len, texts), initial=0))
        self._numbers = "".join(texts)

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Transaction]:
        texts = map(self._numbers.__getitem__, map(slice, self._ends, self._ends[1:]))
        amounts, values, fees = zip(*map(str.split, texts), strict=True)
        columns = (
            self._ids,
            self._instants,
            self._types,
            self._assets,
            map(Decimal, amounts),
            (None if value == "None" else Decimal(value) for value in values),
            map(Decimal, fees),
            self._wallets,
            repeat(PLAIN, len(self)) if self._more is None else self._more,
        )
        return map(Transaction._make, zip(*columns, strict=True))

    def __getitem__(self, place: Any) -> Any:
        amount, value, fee = self._numbers[self._ends[place] : self._ends[place + 1]].split(" ")
        return Transaction(
            self._ids[place],
            self._instants[place],
            self._types[place],
            self._assets[place],
            Decimal(amount),
            None if value == "None" else Decimal(value),
            Decimal(fee),
            self._wallets[place],
            PLAIN if self._more is None else self._more[place],
        )
