"""Accounts of many wallets as one node tells them, all at one slot.

A node answers of the newest finalised slot that it knows, and of no other. Several answers are of one state where
their slots are the same, or where nothing changed between one reading and the next.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from premium.chains.rpc import Call, RpcError, View
from premium.chains.solana import layouts, stakes
from premium.chains.solana.address import BYTES, decoded, derived
from premium.errors import UpstreamUnavailable

ACCOUNTS_A_CALL = 100
MAX_ACCOUNTS = 20_000
"""Of all wallets of a reading: more are not read in time."""
_PASSES = 6
_PROGRAMS = (layouts.TOKEN_PROGRAM, layouts.TOKEN_2022_PROGRAM)
_SYSTEM = (layouts.CLOCK, layouts.STAKE_HISTORY)
_NOTHING = {"offset": 0, "length": 0}


class Account(NamedTuple):
    """An account: its coin, the program that owns it, and its bytes."""

    lamports: int
    program: str
    data: bytes


@dataclass(frozen=True)
class Owned:
    """The accounts that belong to one wallet, by their addresses."""

    tokens: frozenset[str] = frozenset()
    stakes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class State:
    """Accounts at one slot; None stands for an account that is not there."""

    slot: int
    clock: layouts.Clock
    past: stakes.History
    owned: Mapping[str, Owned]
    accounts: Mapping[str, Account | None] = field(repr=False)


class Contradiction(UpstreamUnavailable):
    """A node's answers do not fit together: another one is asked."""


async def state_of(view: View, wallets: Sequence[str]) -> State:
    """Return the accounts of wallets, and the mints of their tokens.

    UpstreamUnavailable where the node does not tell them, or not of one state.
    """
    owned, least = await _owned(view, wallets, 0)
    mints: frozenset[str] = frozenset()
    former: tuple[dict[str, Account | None], bool] | None = None
    for _ in range(_PASSES):
        mine = {each for one in owned.values() for each in (*one.tokens, *one.stakes)}
        if len(mine) > MAX_ACCOUNTS:
            raise UpstreamUnavailable(f"{view.name}: the wallets have more than {MAX_ACCOUNTS:,} accounts")
        wanted = sorted({*wallets, *mine, *mints})
        calls = _owning(wallets, least) + _reading([*_SYSTEM, *wanted], least)
        answers = await view.batch(calls)
        said = len(_owning(wallets, least))
        found, slots = _accounts(answers[said:], [*_SYSTEM, *wanted], view.name)
        again = _told(wallets, answers[:said], view.name)
        needed = frozenset(_mints(found, again[0], view.name))
        state = {key: account for key, account in found.items() if key not in _SYSTEM}
        is_whole = again[0] == owned and needed <= mints
        if is_whole and (len(slots) == 1 or (former is not None and former[0] == state)):
            return State(slot=max(slots), clock=_clock(found, slots, view.name), owned=owned, accounts=state,
                         past=_past(found))  # fmt: skip
        owned, mints, least, former = again[0], needed, max(slots), (state, is_whole)
    raise UpstreamUnavailable(f"{view.name} tells of no one state: accounts changed while they were read")


async def symbols(view: View, mints: Sequence[str]) -> dict[str, str]:
    """Return what tokens call themselves, by the metadata program; at any slot."""
    program = decoded(layouts.METADATA_PROGRAM)
    places = {derived(layouts.METADATA_PROGRAM, b"metadata", program, decoded(mint)): mint for mint in mints}
    asked = list(places)
    found, _ = _accounts(await view.batch(_reading(asked, 0)), asked, view.name) if asked else ({}, {0})
    told = {
        places[key]: layouts.listed_symbol(account.data)
        for key, account in found.items()
        if account is not None and account.program == layouts.METADATA_PROGRAM
    }
    return {mint: symbol for mint, symbol in told.items() if symbol}


async def never_used(view: View, wallets: Iterable[str]) -> frozenset[str]:
    """Return the wallets that no transaction ever named."""
    asked = sorted(wallets)
    calls = [Call("getSignaturesForAddress", (wallet, {"limit": 1, "commitment": "finalized"})) for wallet in asked]
    answers = await view.batch(calls) if calls else []
    return frozenset(wallet for wallet, said in zip(asked, answers, strict=True) if said == [])


async def _owned(view: View, wallets: Sequence[str], least: int) -> tuple[dict[str, Owned], int]:
    return _told(wallets, await view.batch(_owning(wallets, least)), view.name)


def _owning(wallets: Sequence[str], least: int) -> list[Call]:
    told = {"commitment": "finalized", "encoding": "base64", "dataSlice": _NOTHING, "minContextSlot": least}
    calls: list[Call] = []
    for wallet in wallets:
        calls += [Call("getTokenAccountsByOwner", (wallet, {"programId": each}, told)) for each in _PROGRAMS]
        mine = {"memcmp": {"offset": stakes.WITHDRAWER_AT, "bytes": wallet}}
        filters = {**told, "withContext": True, "filters": [{"dataSize": stakes.BYTES}, mine]}
        calls.append(Call("getProgramAccounts", (layouts.STAKE_PROGRAM, filters)))
    return calls


def _reading(keys: Sequence[str], least: int) -> list[Call]:
    told = {"commitment": "finalized", "encoding": "base64", "minContextSlot": least}
    parts = [keys[i : i + ACCOUNTS_A_CALL] for i in range(0, len(keys), ACCOUNTS_A_CALL)]
    return [Call("getMultipleAccounts", (list(part), told)) for part in parts]


def _told(wallets: Sequence[str], answers: Sequence[Any], name: str) -> tuple[dict[str, Owned], int]:
    """Return whose accounts are where, and the newest slot of what was said."""
    found: dict[str, Owned] = {}
    newest = 0
    each = iter(answers)
    for wallet in wallets:
        rows = [_value(next(each), name) for _ in range(len(_PROGRAMS) + 1)]
        newest = max(newest, *(slot for slot, _ in rows))
        listed = [_keys(value, name) for _, value in rows]
        found[wallet] = Owned(frozenset().union(*listed[:-1]), listed[-1])
    return found, newest


def _value(answer: Any, name: str) -> tuple[int, Any]:
    if isinstance(answer, RpcError):
        raise UpstreamUnavailable(f"{name} answers {answer}")
    try:
        slot, value = answer["context"]["slot"], answer["value"]
    except (TypeError, KeyError):
        raise Contradiction(f"{name} answers without a slot") from None
    if not isinstance(slot, int) or isinstance(slot, bool) or slot < 0:
        raise Contradiction(f"{name} answers without a slot")
    return slot, value


def _keys(value: Any, name: str) -> frozenset[str]:
    try:
        keys = [row["pubkey"] for row in value]
        is_sound = all(len(decoded(key)) == BYTES for key in keys) and len(set(keys)) == len(keys)
    except (TypeError, KeyError, ValueError, AttributeError):
        is_sound = False
    if not is_sound:
        raise Contradiction(f"{name} lists accounts that are none, or one twice")
    return frozenset(keys)


def _accounts(answers: Sequence[Any], keys: Sequence[str], name: str) -> tuple[dict[str, Account | None], set[int]]:
    found: dict[str, Account | None] = {}
    slots = set[int]()
    for start, answer in zip(range(0, len(keys), ACCOUNTS_A_CALL), answers, strict=True):
        slot, value = _value(answer, name)
        part = keys[start : start + ACCOUNTS_A_CALL]
        if not isinstance(value, list) or len(value) != len(part):
            raise Contradiction(f"{name} answers of other accounts than were asked")
        slots.add(slot)
        found |= {key: _account(row, name) for key, row in zip(part, value, strict=True)}
    return found, slots


def _account(row: Any, name: str) -> Account | None:
    if row is None:
        return None
    try:
        text, form = row["data"]
        account = Account(row["lamports"], str(row["owner"]), base64.b64decode(text, validate=True))
        is_sound = form == "base64" and type(account.lamports) is int and account.lamports >= 0
    except (TypeError, KeyError, ValueError, binascii.Error):
        is_sound = False
    if not is_sound:
        raise Contradiction(f"{name} tells of an account that is none")
    return account


def _mints(found: Mapping[str, Account | None], owned: Mapping[str, Owned], name: str) -> Iterable[str]:
    """Return the mints of token accounts that were read; one that is not its wallet's discredits the node."""
    for wallet, each in owned.items():
        for key in each.tokens & found.keys():
            account = found[key]
            if account is None:
                continue  # closed meanwhile: the next list has it no more
            if account.program not in _PROGRAMS:
                raise Contradiction(f"{name} lists an account of another program as one of tokens")
            try:
                token = layouts.token_account(account.data)
            except ValueError:
                raise Contradiction(f"{name} lists an account that holds no token") from None
            if token.owner != wallet:
                raise Contradiction(f"{name} lists another's account as the wallet's")
            yield token.mint


def _clock(found: Mapping[str, Account | None], slots: set[int], name: str) -> layouts.Clock:
    account = found.get(layouts.CLOCK)
    try:
        told = layouts.clock(account.data if account is not None else b"")
    except ValueError:
        raise Contradiction(f"{name} does not tell the cluster's time") from None
    if told.slot not in slots:
        raise Contradiction(f"{name} says slot {max(slots)}, the cluster's own clock {told.slot}")
    return told


def _past(found: Mapping[str, Account | None]) -> stakes.History:
    account = found.get(layouts.STAKE_HISTORY)
    try:
        return stakes.history(account.data) if account is not None else {}
    except ValueError:
        return {}
