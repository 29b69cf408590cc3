"""Say in plain sentences what leaves, what comes back, and what stays allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from premium.abi.values import shown_address
from premium.money import plain
from premium.security.calls.effects import (
    Allow,
    AllowAll,
    Delegation,
    Effect,
    Item,
    Lets,
    Move,
    Order,
    Power,
    Proceeds,
    Trade,
)
from premium.security.judgement.scene import Scene
from premium.security.knowledge.known import NATIVE, ZERO

MAX_SENTENCES = 40
_BOUNDLESS = (1 << 96) - 1
_LAST = 253_402_300_799
"""The last second of the year 9999."""


def summary(effects: Iterable[Effect], scene: Scene) -> list[str]:
    """Return a sentence for each effect, without repeats."""
    said = [sentence for each in effects if (sentence := _sentence(each, scene))]
    made = list(dict.fromkeys(said))
    more = [f"And {len(made) - MAX_SENTENCES} more."] if len(made) > MAX_SENTENCES else []
    return [*made[:MAX_SENTENCES], *more]


def _sentence(effect: Effect, scene: Scene) -> str | None:  # noqa: PLR0911 - a line a kind
    match effect:
        case Allow():
            return _allowed(effect, scene)
        case AllowAll():
            verb = "may move every unit of" if effect.on else "may no longer move units of"
            which = f"{who(effect.token, scene)} that {who(effect.owner, scene)} holds"
            return f"{who(effect.operator, scene)} {verb} {which}."
        case Move():
            ends = f"from {who(effect.owner, scene)} to {who(effect.recipient, scene)}"
            return f"{amount(effect.token, effect.amount, scene)} goes {ends}."
        case Trade():
            return _traded(effect, scene)
        case Proceeds():
            return f"{_does(effect.recipient, 'get', scene)} {effect.what}."
        case Order():
            return _ordered(effect, scene)
        case Power():
            return _given(effect, scene)
        case Delegation():
            return _delegated(effect, scene)
        case Lets():
            return f"{who(effect.who, scene) if effect.who else 'Anyone'} may {effect.what}{_until(effect.until)}."
        case _:
            return None


def who(address: str | None, scene: Scene) -> str:
    """Return you, a known name with its address, or the address."""
    if address is None:
        return "somebody"
    if address == scene.user:
        return "you"
    if address == NATIVE:
        return "the coin"
    name = scene.known.name(address)
    token = scene.known.tokens.get(address)
    label = name or (token.shown if token else None)
    return f"{label} ({shown_address(address)})" if label else shown_address(address)


def _given(effect: Power, scene: Scene) -> str:
    if effect.id == "blind_hash":
        return f"It signs without content: {effect.what}."
    if effect.id == "creates_contract":
        return f"Something new stands on the chain: {effect.what}."
    to = f" to {who(effect.to, scene)}" if effect.to else ""
    return f"A power is given{to}: {effect.what}."


def _does(address: str, verb: str, scene: Scene) -> str:
    """Return who does something, at a sentence's beginning."""
    return f"You {verb}" if address == scene.user else f"{who(address, scene)} {verb}s"


def amount(token: str | None, units: int | None, scene: Scene) -> str:
    """Return an amount in whole units where the digits are known, else in base units."""
    if units is None:
        return f"All that is there of {who(token, scene)}" if token else "An amount"
    found = scene.known.token(token) if token else None
    decimals = found.decimals if found else 18 if token == NATIVE else None
    name = (found.shown if found else None) or (
        "of the coin" if token == NATIVE else who(token, scene) if token else "of a token"
    )
    if decimals is None:
        return f"{units} units of {who(token, scene)}" if token and token != NATIVE else f"{units} units {name}"
    return f"{plain(Decimal(units).scaleb(-decimals))} {name}"


def _until(until: int | None) -> str:
    if until is None:
        return ""
    if until > _LAST:
        return ", for ever"
    return f", until {datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M} UTC"


def _allowed(effect: Allow, scene: Scene) -> str:
    owner = who(effect.owner, scene) if effect.owner else "its owner"
    if effect.amount == 0:
        return f"{who(effect.spender, scene)} may no longer take {who(effect.token, scene)} from {owner}."
    verb = {"credit": "borrow on the credit of", "nft": "take one NFT from"}.get(effect.how, "take from")
    many = (
        f"any amount of {who(effect.token, scene)}"
        if effect.amount >= _BOUNDLESS
        else amount(effect.token, effect.amount, scene)
    )
    more = " more" if effect.added else ""
    return f"{who(effect.spender, scene)} may {verb} {owner}{more}: {many}{_until(effect.until)}."


def _traded(effect: Trade, scene: Scene) -> str:
    paid, got = amount(effect.token_in, effect.amount_in, scene), amount(effect.token_out, effect.amount_out, scene)
    most, least = ("at most ", "") if effect.exact_out else ("", "at least ")
    to = who(effect.recipient, scene) if effect.recipient else "the router"
    return f"{_does(effect.payer, 'pay', scene)} {most}{paid}; {least}{got} goes to {to}."


def _ordered(effect: Order, scene: Scene) -> str:
    gives = ", ".join(_item(each, scene) for each in effect.gives) or "nothing"
    mine = [each for each in effect.gets if each.who == effect.maker]
    gets = ", ".join(_item(each, scene) for each in mine) or "nothing"
    others = [f"{_item(each, scene)} to {who(each.who, scene)}" for each in effect.gets if each.who != effect.maker]
    rest = f"; others get {', '.join(others)}" if others else ""
    give, get = ("give", "get") if effect.maker == scene.user else ("gives", "gets")
    return f"An order: {who(effect.maker, scene)} {give} {gives} and {get} {gets}{rest}{_until(effect.until)}."


def _item(item: Item, scene: Scene) -> str:
    if item.how in ("nft", "any"):
        which = f" number {item.identifier}" if item.how == "nft" and item.identifier is not None else " of any number"
        return f"{item.amount} NFT{which} of {who(item.token, scene)}"
    return amount(item.token, item.amount, scene)


def _delegated(effect: Delegation, scene: Scene) -> str:
    account = who(effect.account, scene) if effect.account else "the account that signs"
    where = "on every chain" if effect.chain == 0 else f"on chain {effect.chain}"
    if effect.delegate == ZERO:
        return f"The delegation of {account} ends {where}."
    return f"The code of {who(effect.delegate, scene)} acts as {account} {where}."
