"""An EVM in this process, with the accounts and the block that it is given.

It runs what a file states without any node; a node's own simulation stays the judge of what a chain would do.
Source: revm by pyrevm 0.3, up to the fork Cancun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyrevm

_DEPLOYER = "0x00000000000000000000000000000000d0d0d0d0"
_READER, _READS_CODE = "0x00000000000000000000000000000000c0dec0de", bytes.fromhex("5f35803b805f5f843c5ff3")
"""Returns another's code by EXTCODECOPY: the library gives it with the zeros that it runs off into."""
_ETHER = 10**18
_GAS = 30_000_000
"""What one call may use: a block's worth."""
_MOST_RETURNED = 128 << 10


class Reverted(Exception):
    """A call or deployment failed, for the reason that the EVM gives."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account before anything runs: balances in wei, code as bytes, storage by slot."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """What code sees of the block: Unix seconds, gas.

    The base fee is 0: the library clears it for each call.
    """

    number: int = 1
    timestamp: int = 1_700_000_000
    coinbase: str = "0x" + "00" * 19 + "c0"
    gas_limit: int = _GAS
    prevrandao: bytes = b"\x01" * 32


class LocalChain:
    """One state that calls change only where they are committed."""

    def __init__(self, accounts: Mapping[str, Account], block: Block | None = None) -> None:
        seen = block or Block()
        environment = pyrevm.BlockEnv(
            number=seen.number, coinbase=seen.coinbase, timestamp=seen.timestamp,
            gas_limit=seen.gas_limit, prevrandao=seen.prevrandao,
        )  # fmt: skip
        self._evm = pyrevm.EVM(spec_id="CANCUN", env=pyrevm.Env(block=environment), gas_limit=seen.gas_limit)
        self.block_number, self._gas = seen.number, min(_GAS, seen.gas_limit)
        for address, account in accounts.items():
            info = pyrevm.AccountInfo(  # type: ignore[call-arg] # its stub leaves the balance out
                balance=account.balance, nonce=account.nonce, code=account.code or None
            )
            self._evm.insert_account_info(address, info)
            for slot, value in account.storage.items():
                self._evm.insert_account_storage(address, slot, value)
        self._evm.insert_account_info(_READER, pyrevm.AccountInfo(code=_READS_CODE))

    def deploy(self, creation: bytes, *, sender: str = _DEPLOYER) -> str:
        """Run creation code and return the address of what it made.

        Reverted where the constructor fails.
        """
        self._evm.set_balance(sender, 1_000 * _ETHER)
        try:
            return str(self._evm.deploy(sender, creation, gas=self._gas)).lower()
        except RuntimeError as error:
            raise Reverted(str(error)[:200]) from None

    def code(self, address: str) -> bytes:
        """Return the runtime code; empty where the address has none."""
        return self.call(_READER, bytes.fromhex(address[2:].rjust(64, "0"))) or b""

    def storage(self, address: str, slot: int) -> int:
        """Return the word in a storage slot."""
        return int(self._evm.storage(address, slot) or 0)

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        """Return what a call returns, without keeping its changes; None where it reverts."""
        before = self._evm.snapshot()
        try:
            returned = bytes(self._evm.message_call(sender or _DEPLOYER, to, calldata=data, gas=self._gas))
        except RuntimeError:
            return None
        finally:
            self._evm.revert(before)
        return returned if len(returned) <= _MOST_RETURNED else None
