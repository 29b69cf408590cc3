"""What to simulate of a transaction that is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from premium.security.calls.effects import Allow, AllowAll, Effect, Item, Move, Order, Trade
from premium.security.calls.effects import Inner as Call
from premium.security.judgement.asked import Asked
from premium.security.knowledge.known import NATIVE, ZERO, Knowledge
from premium.simulation.model import MAX_GAS, Override, Overrides, Request, Surroundings, Transaction, merged

_DELEGATED = bytes.fromhex("ef0100")
_MOST_NAMED = 12
_FIRST = ("init",)


def request_of(
    asked: Asked,
    effects: Iterable[Effect],
    known: Knowledge,
    *,
    overrides: Overrides | None = None,
    surroundings: Surroundings | None = None,
    block_seconds: int = 12,
) -> Request | None:
    """Return what to simulate; None where nobody is known who sends it.

    Delegations that come with a transaction are in force from the start, and `assumed` says so.
    """
    if asked.user is None:
        return None
    calls = sorted(asked.calls, key=lambda each: each[0] not in _FIRST)
    steps = [_step(inner, asked) for _, inner in calls]
    steps += [Transaction(sender=asked.user, to=None, data=code, **_costs(asked)) for code in asked.creates]
    if not steps:
        return None
    assumed = []
    delegations: dict[str, Override] = {}
    for each in asked.authorizations:
        account = each.account or asked.user
        if each.delegate != ZERO:
            delegations[account] = Override(code=_DELEGATED + bytes.fromhex(each.delegate[2:]))
            assumed.append("the delegation in force from the start")
    named = list(effects)
    return Request(
        steps=tuple(steps),
        user=asked.user,
        overrides=merged(overrides or {}, delegations),
        surroundings=surroundings,
        parties=tuple(_parties(named, asked.user)[:_MOST_NAMED]),
        tokens=tuple(_tokens(named, known)[:_MOST_NAMED]),
        block_seconds=block_seconds,
        time=known.time,
        assumed=tuple(dict.fromkeys(assumed)),
    )


def _step(inner: Call, asked: Asked) -> Transaction:
    sender = asked.user if inner.sender == ZERO and asked.user else inner.sender
    return Transaction(sender=sender, to=inner.to, value=inner.value, data=inner.data, **_costs(asked))


def _costs(asked: Asked) -> dict[str, Any]:
    """The limits and fees that were stated; a stated limit beyond the bound is the bound."""
    gas = None if not asked.gas else min(asked.gas, MAX_GAS)
    return {"gas": gas, "max_fee": asked.max_fee or None, "priority_fee": asked.priority_fee, "nonce": asked.nonce}


def _parties(effects: list[Effect], user: str) -> list[str]:
    found: dict[str, None] = {}
    for each in effects:
        match each:
            case Move():
                found |= {each.owner: None, each.recipient: None}
            case Trade() if each.recipient is not None:
                found[each.recipient] = None
    return [each for each in found if each not in (user, ZERO)]


def _tokens(effects: list[Effect], known: Knowledge) -> list[str]:
    found: dict[str, None] = {}
    for each in effects:
        match each:
            case Move() | Allow() | AllowAll():
                found[each.token] = None
            case Trade():
                found |= {token: None for token in (each.token_in, each.token_out) if token is not None}
            case Order():
                items: tuple[Item, ...] = (*each.gives, *each.gets)
                found |= {item.token: None for item in items}
    found |= dict.fromkeys(sorted(known.tokens))
    return [each for each in found if each != NATIVE and len(each) == 42 and each != ZERO]
