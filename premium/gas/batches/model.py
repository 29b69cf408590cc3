"""Calls of a sender, and how they may go together."""

from __future__ import annotations

from typing import Literal, NamedTuple

TRANSACTION_GAS = 21_000
WALLET_GAS = 3_500
"""What a call costs a wallet's batch beside its own work: its entry in the list, and a call to a cold account."""
How = Literal["wallet_batch", "multicall3"]


class BatchCall(NamedTuple):
    """A call as its sender would send it alone."""

    to: str
    data: bytes
    value: int


class Batch(NamedTuple):
    """Calls that go in one transaction, and the gas of both ways."""

    members: tuple[int, ...]
    how: How
    gas_separate: int
    gas_together: int
    basis: Literal["simulated", "typical"]

    @property
    def saving(self) -> int:
        """Gas that going together saves."""
        return self.gas_separate - self.gas_together


def typical(gas: list[int]) -> Batch:
    """Return what a wallet's batch of calls saves, without a simulation.

    `gas`: of each alone.
    """
    together = sum(gas) - TRANSACTION_GAS * (len(gas) - 1) + WALLET_GAS * len(gas)
    return Batch(tuple(range(len(gas))), "wallet_batch", sum(gas), together, "typical")
