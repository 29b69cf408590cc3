"""Read a wallet's history from a chain's nodes, range by range.

Each range is stored before the next. Rows and how far they reach are one commit, so that a job that is killed goes on
where the last commit was, and a later job where this one ended. Ids come from the chain: what is read twice is stored
once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from premium.chains.model import Chain
from premium.chains.transfers.coin import refuse_too_long
from premium.errors import Unprocessable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.neighbours import open_client
from premium.tax.importers.checks import check_rows
from premium.tax.jobs import WALLET, WalletPayload
from premium.tax.model import BlockRange, NewTransactions, Origin
from premium.tax.onchain.wallet import wallet_history
from premium.tax.store.transactions import TransactionStore
from premium.tax.store.wallets import WalletStore

RANGE = 20_000
"""Blocks between two commits."""
SETTLED = 64
"""Blocks below the newest that no reorganisation takes back: two epochs of Ethereum."""
_MAX_TOLD = 20
_SECONDS = 30.0


@job(WALLET)
def read_wallet(context: JobContext, payload: WalletPayload) -> Mapping[str, Any]:
    """Read a wallet: `{added, from_block, to_block, warnings}`; blocks are None where none was new."""
    chain = context.platform.chains[payload.chain]
    told: list[str] = []
    span = asyncio.run(_read(context, payload, chain, told))
    added = TransactionStore(context.platform.worker_database).count_of_job(context.user_id, context.job_id)
    first, last = span or (None, None)
    return {"added": added, "from_block": first, "to_block": last, "warnings": told[:_MAX_TOLD]}


async def _read(context: JobContext, payload: WalletPayload, chain: Chain, told: list[str]) -> tuple[int, int] | None:
    """Return both ends of what this job was to read, or None where nothing is new."""
    store = WalletStore(context.platform.worker_database)
    known = store.blocks_read(context.user_id, payload.address, payload.chain)
    async with open_client() as client:
        rpc = context.platform.market(client).rpc(chain.name, deadline=_SECONDS)
        newest = int(await rpc.one("eth_blockNumber"), 16)
        asked, start, last = _blocks(payload, chain, known, newest)
        if asked > last:
            return None
        await refuse_too_long(rpc, payload.address, start, last)
        for first, end in _ranges(start, last):
            rows, unclear = await wallet_history(rpc, payload.address, first, end)
            told += unclear
            # What a reorganisation may still change is stored, but read again the next time.
            blocks = BlockRange(asked, min(end, _settled(chain, newest)) + 1)
            new = _checked(context, payload, rows)
            store.add(context.user_id, payload.address, payload.chain, new, blocks=blocks, point=context.point)
            context.progress((end + 1 - asked) / (last + 1 - asked))
    return asked, last


def _blocks(payload: WalletPayload, chain: Chain, known: BlockRange | None, newest: int) -> tuple[int, int, int]:
    """Return (first block that was asked for, first that is not read yet, last)."""
    last = _settled(chain, newest) if payload.to_block is None else payload.to_block
    if last > newest:
        raise Unprocessable(f"{chain.name} has no block {last} yet", details={"toBlock": last, "newest": newest})
    follows = 0 if known is None else known.next
    first = follows if payload.from_block is None else payload.from_block
    is_known = known is not None and known.first <= first <= known.next
    return first, max(first, follows) if is_known else first, last


def _settled(chain: Chain, newest: int) -> int:
    return newest if chain.max_head_age_seconds is None else newest - SETTLED


def _ranges(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last + 1, RANGE):
        yield start, min(last, start + RANGE - 1)


def _checked(context: JobContext, payload: WalletPayload, rows: list[dict[str, Any]]) -> NewTransactions:
    checked = check_rows(rows, zone=ZoneInfo("UTC"))
    if checked.errors:
        raise Unprocessable(f"{payload.chain} told what cannot be stored: {checked.errors[0].message}")
    origin = Origin("wallet", f"{payload.chain} {payload.address}", f"{payload.chain}:{payload.address}")
    return NewTransactions(checked.rows, checked.moments, job_id=context.job_id, origin=origin)
