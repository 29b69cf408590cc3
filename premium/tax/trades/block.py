"""Some hundred plain trades in columns, and a whole history of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice, repeat
from operator import le, lt
from typing import Any, NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.history.order import natural
from premium.tax.model import PLAIN, Transaction

KINDS = ("sell", "buy")
"""By the byte that stands for each."""
Fields = tuple[Any, ...]
"""The fields of a transaction in their order, without its class."""


class Numbers(NamedTuple):
    """The numbers of a block, each to be taken once."""

    amounts: list[Decimal]
    values: Iterator[Decimal]
    fees: Iterator[Decimal]


@dataclass(frozen=True, slots=True)
class Block(Sequence[Transaction]):
    """Plain trades with their values: no transaction stands in memory until it is asked for."""

    ids: str
    """Between line breaks."""
    instants: array[int]
    kinds: bytes
    assets: tuple[str, ...]
    wallets: tuple[str, ...]
    amounts: str
    """Numbers between spaces, as the file has them."""
    worths: str
    priced: bool
    """Whether those are prices of a unit, not values."""
    fees: str
    """One alone is of all."""

    def __len__(self) -> int:
        return len(self.kinds)

    def columns(self) -> Numbers:
        """Return the numbers, made anew of their texts."""
        amounts = list(map(Decimal, self.amounts.split(" ")))
        worths = map(Decimal, self.worths.split(" "))
        values = map(EXACT.multiply, amounts, worths) if self.priced else worths
        texts = self.fees.split(" ")
        known = {text: Decimal(text) or ZERO for text in set(texts)}
        fees = repeat(known[texts[0]]) if len(texts) == 1 else map(known.__getitem__, texts)
        return Numbers(amounts, values, fees)

    def tuples(self) -> Iterator[Fields]:
        """Yield the fields of each, an engine's quickest food."""
        amounts, values, fees = self.columns()
        kinds = map(KINDS.__getitem__, self.kinds)
        ids = self.ids.split("\n")
        return zip(
            ids, self.instants, kinds, self.assets, amounts, values, fees, self.wallets, repeat(PLAIN), strict=False
        )

    def __iter__(self) -> Iterator[Transaction]:
        return map(Transaction._make, self.tuples())

    def __getitem__(self, place: Any) -> Any:
        return list(self)[place]


class Trades(Sequence[Transaction]):
    """A history of plain trades in the order of its file."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    def __iter__(self) -> Iterator[Transaction]:
        return chain.from_iterable(self.blocks)

    def __getitem__(self, place: Any) -> Any:
        return list(self)[place]

    def tuples(self) -> Iterator[Fields]:
        """Yield the fields of each."""
        return chain.from_iterable(map(Block.tuples, self.blocks))

    def names(self) -> Iterator[str]:
        """Yield the ids."""
        return chain.from_iterable(block.ids.split("\n") for block in self.blocks)

    @property
    def assets(self) -> set[str]:
        """What is traded."""
        return set().union(*(block.assets for block in self.blocks))

    @property
    def are_unlike(self) -> bool:
        """Whether no id stands there twice."""
        return len(set(self.names())) == len(self)

    @property
    def are_in_order(self) -> bool:
        """Whether each stands where `history.order` has it."""
        instants = array("q")
        for block in self.blocks:
            instants.extend(block.instants)
        if all(map(lt, instants, islice(instants, 1, None))):
            return True
        if not all(map(le, instants, islice(instants, 1, None))):
            return False
        ids, kinds = list(self.names()), b"".join(block.kinds for block in self.blocks)

        def key(place: int) -> tuple[int, list[Any], str]:
            return (-kinds[place], natural(ids[place]), ids[place])

        together = (place for place in range(len(ids) - 1) if instants[place] == instants[place + 1])
        return all(key(place) <= key(place + 1) for place in together)
