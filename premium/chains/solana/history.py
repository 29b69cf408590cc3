"""What a wallet moved on Solana between two slots.

By the balances that its transactions tell, before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from premium.chains.rpc import Call, RpcError, View
from premium.chains.solana import layouts, stakes
from premium.chains.transfers.movement import COIN, UNKNOWN, Movement, Transfer
from premium.errors import Unprocessable, UpstreamUnavailable

MAX_TRANSACTIONS = 1_000
"""Of a wallet between two readings: more are not read in time, and what they moved is unexplained."""
_PAGE = 1_000


async def movements_of(view: View, wallet: str, first: int, last: int) -> list[Movement]:
    """Return the movements of a wallet in the slots from `first` to `last`.

    Coin between the wallet and its own accounts is no movement. UpstreamUnavailable where a node does not tell it,
    Unprocessable where there are too many.
    """
    stakes_now = await _stakes(view, wallet)
    accounts = [wallet, *await _tokens(view, wallet), *stakes_now]
    names: dict[str, None] = {}
    for account in accounts:
        names |= dict.fromkeys(await _signatures(view, account, first, last))
        if len(names) > MAX_TRANSACTIONS:
            raise Unprocessable(f"{wallet[:4]}… has more than {MAX_TRANSACTIONS:,} transactions since")
    told = {"encoding": "json", "commitment": "finalized", "maxSupportedTransactionVersion": 0}
    answers = await view.batch([Call("getTransaction", (name, told)) for name in names]) if names else []
    mine = frozenset({wallet, *stakes_now})
    moved = [
        _movement(name, _told(answer, view.name), wallet, mine) for name, answer in zip(names, answers, strict=True)
    ]
    return [each for each in moved if first <= each.block <= last]


async def _tokens(view: View, wallet: str) -> list[str]:
    told = {"encoding": "base64", "commitment": "finalized", "dataSlice": {"offset": 0, "length": 0}}
    programs = (layouts.TOKEN_PROGRAM, layouts.TOKEN_2022_PROGRAM)
    calls = [Call("getTokenAccountsByOwner", (wallet, {"programId": each}, told)) for each in programs]
    return [row["pubkey"] for answer in await view.batch(calls) for row in _told(answer, view.name)["value"]]


async def _stakes(view: View, wallet: str) -> list[str]:
    mine = [{"dataSize": stakes.BYTES}, {"memcmp": {"offset": stakes.WITHDRAWER_AT, "bytes": wallet}}]
    told = {"encoding": "base64", "commitment": "finalized", "dataSlice": {"offset": 0, "length": 0}, "filters": mine}
    (answer,) = await view.batch([Call("getProgramAccounts", (layouts.STAKE_PROGRAM, told))])
    return [row["pubkey"] for row in _told(answer, view.name)]


async def _signatures(view: View, account: str, first: int, last: int) -> list[str]:
    found: list[str] = []
    before: dict[str, str] = {}
    while True:
        told = {"limit": _PAGE, "commitment": "finalized", "minContextSlot": last, **before}
        (answer,) = await view.batch([Call("getSignaturesForAddress", (account, told))])
        rows = _told(answer, view.name)
        found += [row["signature"] for row in rows if first <= row["slot"] <= last]
        if len(rows) < _PAGE or rows[-1]["slot"] < first or len(found) > MAX_TRANSACTIONS:
            return found
        before = {"before": rows[-1]["signature"]}


def _told(answer: Any, name: str) -> Any:
    if isinstance(answer, RpcError) or answer is None:
        raise UpstreamUnavailable(f"{name} answers {answer or 'nothing'}")
    return answer


def _movement(name: str, answer: Mapping[str, Any], wallet: str, mine: frozenset[str]) -> Movement:
    meta, message = answer["meta"], answer["transaction"]["message"]
    loaded = meta.get("loadedAddresses") or {}
    keys = [*message["accountKeys"], *loaded.get("writable", ()), *loaded.get("readonly", ())]
    movement = Movement(name, answer["slot"], answer.get("blockTime") or 0, sender=keys[0].lower())
    before, after = _tokens_of(meta["preTokenBalances"], wallet), _tokens_of(meta["postTokenBalances"], wallet)
    coin = _coin_of(meta["postBalances"], keys, mine) - _coin_of(meta["preBalances"], keys, mine)
    coin += after.pop(layouts.WRAPPED_COIN, 0) - before.pop(layouts.WRAPPED_COIN, 0)
    if keys[0] == wallet:
        movement.gas = int(meta["fee"])
    changes: list[tuple[str | None, int]] = [(None, coin + movement.gas)]
    changes += [(mint, after.get(mint, 0) - before.get(mint, 0)) for mint in sorted({*before, *after})]
    me = wallet.lower()
    for number, (asset, units) in enumerate(change for change in changes if change[1]):
        ends = (UNKNOWN, me) if units > 0 else (me, UNKNOWN)
        by: Literal["coin", "internal"] = "coin" if asset is None else "internal"
        movement.take(Transfer(COIN - number, asset, *ends, abs(units), by), me)
    return movement


def _tokens_of(rows: Iterable[Mapping[str, Any]] | None, wallet: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows or ():
        if row.get("owner") == wallet:
            found[row["mint"]] = found.get(row["mint"], 0) + int(row["uiTokenAmount"]["amount"])
    return found


def _coin_of(balances: Iterable[int], keys: Iterable[str], mine: frozenset[str]) -> int:
    return sum(balance for key, balance in zip(keys, balances, strict=False) if key in mine)
