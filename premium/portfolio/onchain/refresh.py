"""Find the positions of a refresh, at the blocks of its balances."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from premium.chains.addresses import NATIVE, asset_key, checksum, split_key
from premium.chains.contracts.caller import Contracts
from premium.chains.contracts.protocols import of_chain
from premium.chains.evm import CHAIN_DEADLINE
from premium.chains.model import ChainReading, Outcome, Wanted
from premium.chains.reading.block import Head, still_canonical
from premium.chains.reading.tokens import About, describe
from premium.errors import AppError
from premium.observability import logger
from premium.portfolio.onchain.apart import of_reading
from premium.portfolio.onchain.finder import Holdings, find
from premium.portfolio.onchain.shares import Shares
from premium.portfolio.positions.found import ChainPositions, Found, Token
from premium.prices.market import Market

AT_ONCE, AS_ONE = 500, 100
"""Wallets that share their calls, and how many of them have a chain's deadline: each costs CPU of ours."""
RUN_SECONDS = 60.0
"""For all wallets of a chunk, which is another's after its lease."""


async def with_positions(
    market: Market, outcomes: Mapping[str, Outcome], wanted: Wanted
) -> tuple[dict[str, Outcome], dict[str, ChainPositions]]:
    """Return the outcomes, and the positions of each chain on which protocols are known.

    `wanted` names the wallets of each.
    A chain whose positions cannot be read is a chain that failed: without them debts would be missing, and receipts
    would count as if nothing explained them.
    """
    read = [said for said in outcomes.values() if isinstance(said, ChainReading)]
    asked = [said for said in read if of_chain(said.chain, market.chains[said.chain].protocols)]
    answers = await asyncio.gather(*(_guarded(market, said, _held(said, wanted[said.chain])) for said in asked))
    found = {reading.chain: answer for reading, answer in zip(asked, answers, strict=True)}
    failed = {chain: answer for chain, answer in found.items() if isinstance(answer, str)}
    positions = {chain: answer for chain, answer in found.items() if not isinstance(answer, str)}
    positions |= {said.chain: of_reading(said, market.chains[said.chain]) for said in read if said.apart}
    return {**outcomes, **failed}, positions


async def _guarded(market: Market, reading: ChainReading, held: Holdings) -> ChainPositions | str:
    try:
        async with asyncio.timeout(max(RUN_SECONDS, CHAIN_DEADLINE)):
            return await _read(market, reading, held)
    except TimeoutError:
        return f"the positions on {reading.chain} were not read within {CHAIN_DEADLINE:g} s"
    except AppError as error:
        return error.message
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # A contract that answers what no module expects: the chain keeps its former part, and says why.
        logger.warning("positions cannot be made out", chain=reading.chain, error=repr(error)[:200])
        return f"the positions on {reading.chain} cannot be made out"


async def _read(market: Market, reading: ChainReading, held: Holdings) -> ChainPositions:
    rpc = market.rpc(reading.chain)
    head = Head(reading.block, reading.block_hash, reading.block_time)
    contracts = Contracts(rpc, head, market.adapter(reading.chain).readers(head))
    nfts = {wallet: each.nfts for wallet, each in reading.searched.items()}
    entries, shares, found = of_chain(reading.chain, rpc.chain.protocols), Shares(contracts), list[Found]()
    wallets, now = list(held), asyncio.get_running_loop().time
    ends = now() + CHAIN_DEADLINE
    for start in range(0, len(wallets), AT_ONCE):
        ends = now() + CHAIN_DEADLINE * -(-len(wallets[start : start + AT_ONCE]) // AS_ONE)
        async with asyncio.timeout_at(ends):
            mine = {wallet: held[wallet] for wallet in wallets[start : start + AT_ONCE]}
            found += await find(contracts, entries, mine, nfts, shares)
    tokens = sorted({split_key(leg.asset)[1] for each in found for leg in (*each.assets, *each.debts)} - {NATIVE})
    async with asyncio.timeout_at(ends):
        about = await describe(rpc.chain, contracts.read, tokens)
        await still_canonical(rpc, head)
    ordered = tuple(sorted(found, key=lambda each: each.key))
    return ChainPositions(found=ordered, tokens=_told(reading.chain, about, tokens), asked=tuple(wallets))


def _told(chain: str, about: Mapping[str, About], tokens: Iterable[str]) -> dict[str, Token]:
    rows = {asset_key(chain, token): about[token] for token in tokens}
    return {
        key: Token(symbol=each.symbol, decimals=each.decimals, category=each.category) for key, each in rows.items()
    }


def _held(reading: ChainReading, wallets: Iterable[str]) -> Holdings:
    """Return tokens by wallet; one that holds nothing may have positions, one that was never used has none."""
    held: dict[str, dict[str, int]] = {wallet: {} for wallet in wallets if wallet not in reading.unused}
    for balance in reading.balances:
        token = checksum(balance.key.partition(":")[2])
        if token != NATIVE and balance.wallet in held:
            held[balance.wallet][token] = balance.units
    return held
