"""The accounts and the block that a case states, for whatever runs on them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from premium.cases import CaseError
from premium.chains.addresses import checksum
from premium.security.cases.fields import AnAddress, Hex, Int
from premium.simulation.local import Account, Block
from premium.simulation.model import Override, Overrides, Surroundings

_MOST_ACCOUNTS, _MOST_SLOTS = 256, 4096
_USUAL = {"number": 23_900_000, "timestamp": 1_764_000_000, "base_fee": 10**9, "gas_limit": 36_000_000}
"""Of a block that a case leaves open: what contracts may see on a chain, and no zeros."""


class AccountCase(BaseModel):
    """An account of a case's world."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    balance: Int = 0
    nonce: Int = 0
    code: Hex = b""
    storage: dict[str, Any] = Field(default={}, max_length=_MOST_SLOTS)


class BlockCase(BaseModel):
    """The block that code sees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Int = 1
    timestamp: Int = 1_700_000_000
    coinbase: AnAddress = "0x" + "00" * 19 + "c0"
    base_fee: Int = 0
    gas_limit: Int = 30_000_000
    prevrandao: Hex = b"\x01" * 32


class WorldCase(BaseModel):
    """Accounts by address, and the block."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accounts: dict[str, AccountCase] = Field(default={}, max_length=_MOST_ACCOUNTS)
    block: BlockCase = BlockCase()

    def state(self) -> dict[str, Account]:
        """Return the accounts by address in lower case; CaseError names what is wrong."""
        return {_address(address): _account(one, address) for address, one in self.accounts.items()}

    def accounts_named(self) -> list[str]:
        """Return the addresses in lower case."""
        return [_address(address) for address in self.accounts]

    def local_block(self) -> Block:
        """Return the block for views; the library behind them clears the base fee."""
        return Block(**self.block.model_dump(exclude={"base_fee"}))

    def overrides(self) -> Overrides:
        """Return the accounts as what a node is to take for its state."""
        return {
            address: Override(balance=one.balance, nonce=one.nonce, code=one.code, storage=dict(one.storage))
            for address, one in self.state().items()
        }

    def slots(self) -> dict[tuple[str, int], int]:
        """Return the storage that is stated, by contract and slot."""
        return {(address, slot): word for address, one in self.state().items() for slot, word in one.storage.items()}

    def surroundings(self, time: int | None) -> Surroundings:
        """Return the block of a transaction.

        What is not stated is as on a chain, not zero.
        """
        stated = self.block.model_fields_set
        values = {name: getattr(self.block, name) if name in stated else usual for name, usual in _USUAL.items()}
        if "timestamp" not in stated and time is not None:
            values["timestamp"] = time
        if len(self.block.prevrandao) > 32:
            raise CaseError("bad_hex", "world.block.prevrandao: 32 bytes")
        return Surroundings(
            coinbase=self.block.coinbase, prevrandao=int.from_bytes(self.block.prevrandao),
            number=max(1, values["number"]), timestamp=max(2, values["timestamp"]),
            base_fee=values["base_fee"], gas_limit=values["gas_limit"],
        )  # fmt: skip


def _address(text: str) -> str:
    try:
        return checksum(text).lower()
    except ValueError as error:
        raise CaseError("bad_address", f"world.accounts: {error}") from None


def _account(one: AccountCase, address: str) -> Account:
    try:
        storage = {int(slot, 0): int(str(value), 0) for slot, value in one.storage.items()}
    except ValueError:
        raise CaseError("bad_hex", f"world.accounts.{address}.storage: slots and values are numbers") from None
    return Account(one.balance, one.nonce, one.code, storage)
