"""Weigh swaps and orders: what goes against what must come back, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from premium.security.calls.effects import Item, Order, Proceeds, Trade
from premium.security.judgement.allowances import FAR_DAYS
from premium.security.judgement.movements import recipient
from premium.security.judgement.scene import Found, Place, Scene, found, labels
from premium.security.knowledge.known import NATIVE
from premium.security.model import Severity

_BAD, _VERY_BAD = Decimal("0.95"), Decimal("0.80")
_HALF, _MOST = Decimal("0.5"), Decimal("0.9")
_BOUNDLESS = (1 << 96) - 1
_DUST = 10**9
"""Base units of the coin that are as good as nothing."""


def trade(effect: Trade, sender: str, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge one swap.

    What stays with the router is bound by what takes it from there.
    """
    bound = effect.amount_in if effect.exact_out else effect.amount_out
    at_router = effect.recipient is None
    boundless = effect.exact_out and bound is not None and bound >= _BOUNDLESS
    if not at_router and (boundless or (not effect.exact_out and bound == 0)):
        yield found("minimum_zero", place, token=effect.token_out, value=bound)
    elif not boundless:
        yield from _price(effect, scene, place, at_router=at_router)
    if scene.is_far(effect.until, 1):
        yield found("deadline_far", place, value=effect.until)
    if effect.recipient is not None:
        yield from goes_to(effect.recipient, sender, scene, place)


def _price(effect: Trade, scene: Scene, place: Place, *, at_router: bool) -> Iterator[Found]:
    if None in (effect.token_in, effect.amount_in, effect.token_out, effect.amount_out):
        return
    tokens = (effect.token_in, effect.wrapped) if effect.token_in == NATIVE else (effect.token_in,)
    worths = (scene.known.worth(each, effect.amount_in or 0) for each in tokens if each is not None)
    paid = next((each for each in worths if each is not None), None)
    got = scene.known.worth(effect.token_out or "", effect.amount_out or 0)
    if paid and got is not None and not (at_router and not effect.amount_out):
        ratio = got / paid
        if ratio <= _BAD:
            severity = Severity.HIGH if ratio <= _VERY_BAD else Severity.MEDIUM
            yield found("price_bad", place, severity=severity, value=_percent(ratio))
    elif effect.amount_out == 1 and not effect.exact_out:
        yield found("minimum_zero", place, token=effect.token_out, value=1)


def _percent(ratio: Decimal) -> str:
    return f"{ratio * 100:.1f} % of the market"


def proceeds(effect: Proceeds, sender: str, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge who gets what a call gives."""
    yield from goes_to(effect.recipient, sender, scene, place)


def goes_to(address: str, sender: str, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge a recipient of proceeds: the sender himself, the user, or somebody else."""
    if address == sender or scene.is_mine(address):
        return
    if int(address, 16) and not scene.is_nobody(sender):
        yield found("recipient_other", place, holder=address)
    yield from recipient(address, None, scene, place)


def order(effect: Order, scene: Scene, place: Place) -> Iterator[Found]:
    """Weigh one order for who makes it."""
    mine = [each for each in effect.gets if each.who == effect.maker or scene.is_mine(each.who)]
    others = [each for each in effect.gets if each not in mine]
    if scene.signed and effect.gives:
        known = scene.known.is_known(effect.settler)
        yield found("transfer_signature", place, known=known, holder=effect.settler)
    if scene.is_far(effect.until, FAR_DAYS):
        yield found("deadline_far", place, holder=effect.settler, value=effect.until)
    if effect.gives:
        yield from _weighed(effect, mine, scene, place)
    if effect.gives and _more(others, mine, scene):
        yield found("order_recipient_other", place, holder=others[0].who)
    for each in others:
        yield from labels(each.who, scene, place)


def _weighed(effect: Order, mine: list[Item], scene: Scene, place: Place) -> Iterator[Found]:
    if not any(each.amount for each in mine) or _is_dust(mine, effect.gives, scene):
        yield found("order_gives_away", place, holder=effect.settler, value="nothing returns")
        return
    gives, gets = _worth(effect.gives, scene), _worth(mine, scene)
    if gives is None or gets is None:
        if not _is_one_for_one(effect.gives, mine):
            scene.unknown("What the order gives and gets could not be weighed: a price is not known.")
        return
    ratio = gets / gives if gives else Decimal(1)
    if ratio < _MOST:
        severity = Severity.CRITICAL if ratio < _HALF else Severity.HIGH
        yield found("order_gives_away", place, severity=severity, holder=effect.settler, value=_percent(ratio))
    elif ratio <= _BAD:
        yield found("price_bad", place, value=_percent(ratio))


def _is_one_for_one(gives: Iterable[Item], gets: Iterable[Item]) -> bool:
    """The same fungible token on both sides, and not less of it back."""
    paid, got = _sums(gives), _sums(gets)
    return (
        len(paid) == len(got) == 1
        and paid.keys() == got.keys()
        and next(iter(got.values())) >= next(iter(paid.values()))
    )


def _sums(items: Iterable[Item]) -> dict[tuple[str, int | None], int]:
    sums: dict[tuple[str, int | None], int] = {}
    for each in items:
        sums[each.token, each.identifier] = sums.get((each.token, each.identifier), 0) + each.amount
    return sums


def _is_dust(gets: list[Item], gives: Iterable[Item], scene: Scene) -> bool:
    """A few base units for what is not worth nothing: no price is needed to see it."""
    if _worth(gets, scene) is not None and _worth(gives, scene) is not None:
        return False
    small = all(each.amount <= _DUST and each.token == NATIVE for each in gets) or all(
        each.amount <= 1 and each.how == "erc20" for each in gets
    )
    return small and any(each.how in ("nft", "any") or each.amount > 10 * _DUST for each in gives)


def _worth(items: Iterable[Item], scene: Scene) -> Decimal | None:
    total = Decimal(0)
    for each in items:
        worth = scene.known.worth(each.token, each.amount)
        if worth is None and each.how in ("nft", "any"):
            price = (scene.known.token(each.token) or _NOTHING).price
            worth = price * each.amount if price is not None else None
        if worth is None:
            return None
        total += worth
    return total


def _more(others: list[Item], mine: list[Item], scene: Scene) -> bool:
    """Whether others get more than the maker does."""
    if not others:
        return False
    if not any(each.amount for each in mine):
        return True
    theirs, own = _worth(others, scene), _worth(mine, scene)
    if theirs is not None and own is not None:
        return theirs > own
    tokens = {each.token for each in (*others, *mine)}
    return len(tokens) == 1 and sum(each.amount for each in others) > sum(each.amount for each in mine)


class _Nothing:
    price: Decimal | None = None


_NOTHING = _Nothing()
