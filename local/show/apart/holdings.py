"""Give the wallet a loan, shares of a vault and a token that grows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode

from local.evm import Evm
from local.market.node import ETHER
from local.progress import step
from local.show.apart.chains import Chains
from premium.chains.addresses import asset_key, checksum
from tests.factories.contracts import Compiled, compiled_vaults
from tests.factories.contracts.deployment import calldata, send
from tests.factories.lenders import aave
from tests.fixtures.run import VARIABLE

_ALL = 2**256 - 1
_SOURCE = {"sources": ["https://docs.aave.com/developers"]}


@dataclass
class Holdings:
    """The contracts; `pool` is None where npm does not give Aave's."""

    evm: Evm
    wallet: str
    coin: str
    vault: str
    pool: aave.Aave | None

    def do(self, target: str, signature: str, *values: Any) -> None:
        """Send as the wallet."""
        send(self.evm, target, calldata(signature, *values), sender=self.wallet)

    def held(self, token: str) -> int:
        """Return what the wallet has of a token, by its contract."""
        asked = {"to": token, "data": "0x" + calldata("balanceOf(address)", self.wallet).hex()}
        return int(str(self.evm.call("eth_call", asked, "latest")), 16)

    def tokens(self) -> list[str]:
        """Return the tokens that are listed on the chain."""
        return [self.coin, self.vault, *(self.pool.tokens.values() if self.pool else ())]

    def protocols(self) -> list[Mapping[str, Any]]:
        """Return the chain's protocols, as its entry names them."""
        vault = {"name": "vaults", "title": "Vaults", "kind": "vault", "contracts": [self.vault], **_SOURCE}
        if self.pool is None:
            return [vault]
        loans = {"name": "aave-v3", "title": "Aave V3", "kind": "aave_v3", "provider": self.pool.provider, **_SOURCE}
        return [vault, loans]

    def prices(self) -> dict[str, str]:
        """Return what the tokens cost, by the provider's names."""
        told = {asset_key("north", self.coin).lower(): "2"}
        if self.pool:
            dollars = {"COL": "2000", "DEB": "1"}
            told |= {asset_key("north", token).lower(): dollars[name] for name, token in self.pool.tokens.items()}
        return told

    def repay(self, debt: int) -> dict[str, int]:
        """Repay the loan and withdraw everything.

        Return what was taken, and what was paid out by symbol.
        """
        assert self.pool is not None  # noqa: S101 - who calls has looked
        debt_token = self.pool.tokens["DEB"]
        self.pool.do(debt_token, "mint(address,uint256)", self.wallet, debt + 1)
        self.do(debt_token, "approve(address,uint256)", self.pool.pool, _ALL)
        before = self.held(debt_token)
        self.do(self.pool.pool, "repay(address,uint256,uint256,address)", debt_token, _ALL, 2, self.wallet)
        told = {"debt": before - self.held(debt_token)}
        collateral = self.pool.tokens["COL"]
        before = self.held(collateral)
        self.do(self.pool.pool, "withdraw(address,uint256,address)", collateral, _ALL, self.wallet)
        return told | {"collateral": self.held(collateral) - before}

    def redeem(self) -> int:
        """Redeem all shares of the vault; return what it paid."""
        before = self.held(self.coin)
        self.do(self.vault, "redeem(uint256,address,address)", self.held(self.vault), self.wallet, self.wallet)
        return self.held(self.coin) - before


def compiled(folder: Path) -> dict[str, Compiled]:
    """Return the vault's contracts, compiled, by name."""
    os.environ.setdefault(VARIABLE, str(folder))
    return compiled_vaults()


def invest(chains: Chains, wallet: str, sources: Future[dict[str, Compiled]]) -> Holdings:
    """Deploy and invest; what is missing is said."""
    evm = chains.north
    for node in (chains.north, chains.south):
        node.call("anvil_setBalance", wallet, hex(3 * ETHER))
        node.call("anvil_impersonateAccount", wallet)
    with step("A loan of Aave V3 (npm @aave/core-v3)") as note:
        pool = _loan(evm, wallet)
        note.text = "borrowed" if pool else "left out: npm does not give its bytecode"
    with step("A vault over OpenZeppelin's ERC4626, compiled") as note:
        coin, vault = _vault(evm, wallet, sources.result())
        note.text = "deposited"
    chains.grow(1_000 * ETHER)
    made = Holdings(evm, wallet, coin, vault, pool)
    chains.prices |= made.prices()
    return made


def _loan(evm: Evm, wallet: str) -> aave.Aave | None:
    try:
        pool = aave.build(evm)
    except pytest.skip.Exception:  # its package cannot be fetched here: the show says that the loan is left out
        return None
    for symbol, units, whose in (("DEB", 10**12, pool.me), ("COL", 5 * ETHER, wallet)):
        token = pool.tokens[symbol]
        pool.do(token, "mint(address,uint256)", whose, units)
        pool.do(token, "approve(address,uint256)", pool.pool, _ALL, sender=whose)
        pool.do(pool.pool, "supply(address,uint256,address,uint16)", token, units, whose, 0, sender=whose)
    fields = "borrow(address,uint256,uint256,uint16,address)"
    pool.do(pool.pool, fields, pool.tokens["DEB"], 7_000 * 10**6, 2, 0, wallet, sender=wallet)
    return pool


def _vault(evm: Evm, wallet: str, sources: Mapping[str, Compiled]) -> tuple[str, str]:
    def put(name: str, types: tuple[str, ...] = (), *values: Any) -> str:
        code = sources[name].creation + encode(types, values)
        return checksum(str(send(evm, None, code, sender=wallet)["contractAddress"]))

    coin = put("Coin")
    vault = put("Vault", ("address", "uint8"), coin, 0)
    for target, signature, values in (
        (coin, "approve(address,uint256)", (vault, _ALL)),
        (vault, "deposit(uint256,address)", (1_000 * ETHER, wallet)),
        (coin, "transfer(address,uint256)", (vault, 50 * ETHER)),
        (coin, "transfer(address,uint256)", ("0x" + "99" * 20, 10**36 - 2_000 * ETHER)),
    ):
        send(evm, target, calldata(signature, *values), sender=wallet)
    return coin, vault
