"""Reads loans of Aave V3, of V2 and their forks, with interest to the block.

Balances of aTokens and debt tokens are the contracts' own, which grow by themselves. Sources: Pool, IPoolDataProvider
and GenericLogic of @aave/core-v3; LendingPool of @aave/protocol-v2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.money import plain
from premium.portfolio.onchain.lenders.loans import health, supplied, wad
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_NO_DEBT = 2**256 - 1
_ACCOUNT = "uint256,uint256,uint256,uint256,uint256,uint256"
"""Collateral, debt and what may still be borrowed in the base currency; threshold, loan to value, health factor."""

_RESERVE_V2 = f"uint256,{'uint128,' * 5}uint40,{'address,' * 4}uint8"
"""Configuration, indices and rates, time; aToken, stable and variable debt, strategy; number."""


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """An asset of the pool: its receipts, and what the owner has and owes."""

    asset: str
    receipts: tuple[str, str, str]
    """The aToken, and the tokens of stable and variable debt."""
    held: int
    owed: int
    cash: int
    """What the pool can pay out."""


@dataclass(frozen=True, kw_only=True)
class LoanReads:
    """An owner's account with the pool."""

    owner: str
    pool: str
    reserves: Sequence[Reserve]
    account: tuple[int, ...]
    mode: int
    """The efficiency mode, 0 for none."""


class Reserves:
    """Loans of one pool."""

    _POOL = "getPool()"

    def __init__(self, place: Place) -> None:
        self._provider = place.entry.provider or NATIVE
        self._place, self._ask = place, place.contracts
        self._tokens: asyncio.Task[dict[str, tuple[str, str, str]]] | None = None

    async def find(self, owner: Owner) -> list[LoanReads]:
        """Read what the owner supplied and borrowed."""
        pool = await self._ask.ask(self._provider, self._POOL, "address")
        if pool in (None, NATIVE):
            return []
        tokens = await self._reserves()
        held = await self._ask.balances(owner.address, [each for row in tokens.values() for each in row], known=True)
        mine = {asset: row for asset, row in tokens.items() if any(token in held for token in row)}
        if not mine:
            return []
        account, mode, cash = await asyncio.gather(
            self._ask.ask(pool, "getUserAccountData(address)", _ACCOUNT, owner.address),
            self._ask.ask(pool, "getUserEMode(address)", "uint256", owner.address),
            self._ask.each("balanceOf(address)", "uint256", [(asset, row[0]) for asset, row in mine.items()]),
        )
        reserves = [
            Reserve(asset=asset, receipts=row, held=held.get(row[0], 0), cash=there or 0,
                    owed=held.get(row[1], 0) + held.get(row[2], 0))
            for (asset, row), there in zip(mine.items(), cash, strict=True)
        ]  # fmt: skip
        return [
            LoanReads(owner=owner.address, pool=pool, reserves=reserves, account=tuple(account or ()), mode=mode or 0)
        ]

    def value(self, reads: LoanReads) -> Found:
        """Return both sides of the loan, and its health."""
        key = self._place.key
        factor = wad(reads.account[5]) if reads.account and reads.account[5] != _NO_DEBT else None
        return self._place.found(
            reads.owner, reads.pool,
            receipts=tuple(key(token) for row in reads.reserves for token in row.receipts if token != NATIVE),
            assets=supplied((key(row.asset), row.held, row.cash) for row in reads.reserves),
            debts=legs((key(row.asset), row.owed) for row in reads.reserves),
            facts=self._facts(reads), findings=health(factor),
        )  # fmt: skip

    def _facts(self, reads: LoanReads) -> dict[str, str]:
        if not reads.account:
            return {}
        collateral, debt, _, threshold, ratio, factor = reads.account
        facts = {"collateral_base": str(collateral), "debt_base": str(debt), "efficiency_mode": str(reads.mode),
                 "liquidation_threshold_bps": str(threshold), "loan_to_value_bps": str(ratio)}  # fmt: skip
        return facts if factor == _NO_DEBT else facts | {"health_factor": plain(wad(factor))}

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:  # noqa: ARG002 - the pool names them
        """Return what an aToken stands for: as much of its asset."""
        tokens = await self._reserves()
        asset = next((asset for asset, row in tokens.items() if row[0] == token), None)
        return None if asset is None else [(self._place.key(asset), units)]

    async def _reserves(self) -> dict[str, tuple[str, str, str]]:
        """Return the receipts of every reserve, asked once for all owners."""
        if self._tokens is None:
            self._tokens = asyncio.ensure_future(self._read_reserves())
        return await self._tokens

    async def _read_reserves(self) -> dict[str, tuple[str, str, str]]:
        pool, data = await self._ask.every(
            (self._provider, self._POOL, "address"), (self._provider, "getPoolDataProvider()", "address")
        )
        if None in (pool, data):
            return {}
        assets = await self._ask.ask(pool, "getReservesList()", "address[]") or []
        names = "getReserveTokensAddresses(address)"
        rows = await self._ask.each(names, "address,address,address", [(data, asset) for asset in assets])
        return {asset: (row[0], row[1], row[2]) for asset, row in zip(assets, rows, strict=True) if row}


class ReservesV2(Reserves):
    """Loans of one pool of Aave V2, which names the receipts itself."""

    _POOL = "getLendingPool()"

    async def _read_reserves(self) -> dict[str, tuple[str, str, str]]:
        pool = await self._ask.ask(self._provider, self._POOL, "address")
        if pool in (None, NATIVE):
            return {}
        assets = await self._ask.ask(pool, "getReservesList()", "address[]") or []
        rows = await self._ask.each("getReserveData(address)", _RESERVE_V2, [(pool, asset) for asset in assets])
        return {asset: (row[7], row[8], row[9]) for asset, row in zip(assets, rows, strict=True) if row}
