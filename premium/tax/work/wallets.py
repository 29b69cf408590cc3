"""A wallet's history as a job: read from a chain's nodes range by range, each stored before the next. Worker side only.

Rows and how far they reach are one commit, so that a job that is killed goes on where the last commit was, and a later
job where this one ended. Ids come from the chain: what is read twice is stored once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from premium.chains import registry
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.errors import Unprocessable
from premium.neighbours import open_client
from premium.neighbours_metrics import show
from premium.tax import store, wallet_store
from premium.tax.checking import check_rows
from premium.tax.jobs import WalletPayload
from premium.tax.onchain.coin import refuse_too_long
from premium.tax.onchain.wallet import wallet_history
from premium.tax.wallet_store import Read

if TYPE_CHECKING:
    from premium.execution.context import JobContext

RANGE = 20_000
"""Blocks between two commits."""
SETTLED = 64
"""Blocks below the newest that no reorganisation takes back: two epochs of Ethereum."""
_MAX_TOLD = 20
_SECONDS = 30.0


def import_wallet(context: JobContext, payload: WalletPayload) -> Mapping[str, Any]:
    """The body of `tax.wallet`: `{added, from_block, to_block, warnings}`; blocks are None where none was new."""
    chain = registry.load(context.platform.settings)[payload.chain]
    with context.platform.worker_database.as_user(context.user_id) as connection:
        known = wallet_store.read_so_far(connection, context.user_id, payload.address, payload.chain)
    told: list[str] = []
    span = asyncio.run(_read(context, payload, chain, known, told))
    with context.platform.worker_database.as_user(context.user_id) as connection:
        added = wallet_store.rows_of_job(connection, context.user_id, context.job_id)
    first, last = span or (None, None)
    return {"added": added, "from_block": first, "to_block": last, "warnings": told[:_MAX_TOLD]}


async def _read(
    context: JobContext, payload: WalletPayload, chain: Chain, known: Read | None, told: list[str]
) -> tuple[int, int] | None:
    """Both ends of what this job was to read, or None where nothing is new."""
    async with open_client() as client:
        rpc = Rpc(chain, client, deadline=_SECONDS, on_change=show)
        newest = int(await rpc.one("eth_blockNumber"), 16)
        asked, start, last = _blocks(payload, chain, known, newest)
        if asked > last:
            return None
        await refuse_too_long(rpc, payload.address, start, last)
        for first, end in _ranges(start, last):
            rows, unclear = await wallet_history(rpc, payload.address, first, end)
            told += unclear
            # What a reorganisation may still change is stored, but read again the next time.
            _store(context, payload, rows, Read(asked, min(end, _settled(chain, newest)) + 1))
            context.progress((end + 1 - asked) / (last + 1 - asked))
    return asked, last


def _blocks(payload: WalletPayload, chain: Chain, known: Read | None, newest: int) -> tuple[int, int, int]:
    """(first block that was asked for, first that is not read yet, last)."""
    last = _settled(chain, newest) if payload.to_block is None else payload.to_block
    if last > newest:
        raise Unprocessable(f"{chain.name} has no block {last} yet", details={"to_block": last, "newest": newest})
    follows = 0 if known is None else known.next
    first = follows if payload.from_block is None else payload.from_block
    is_known = known is not None and known.first <= first <= known.next
    return first, max(first, follows) if is_known else first, last


def _settled(chain: Chain, newest: int) -> int:
    return newest if chain.max_head_age_seconds is None else newest - SETTLED


def _ranges(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last + 1, RANGE):
        yield start, min(last, start + RANGE - 1)


def _store(context: JobContext, payload: WalletPayload, rows: list[dict[str, Any]], read: Read) -> None:
    checked = check_rows(rows, zone=ZoneInfo("UTC"))
    if checked.errors:
        raise Unprocessable(f"{payload.chain} told what cannot be stored: {checked.errors[0].message}")
    with context.platform.worker_database.as_user(context.user_id, statement_timeout_ms=120_000) as connection:
        store.add_transactions(connection, context.user_id, checked.rows, checked.moments, job_id=context.job_id)
        context.point("first_write")
        if read.next > read.first:
            wallet_store.has_read(connection, context.user_id, payload.address, payload.chain, read)
        context.point("before_commit")
