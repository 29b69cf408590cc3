"""Read orders: Seaport and its trees, 1inch, 0x, CoW, Blur and alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.security.calls.effects import Effect, Item, Order, Power
from premium.security.calls.seaport import made
from premium.security.knowledge.known import ZERO, coin
from premium.security.messages.families import Signed, family
from premium.security.messages.values import Members, Unfit, address, data, listed, number, word_address

_PARTS = 10_000
_SELL = 1
_HEAD = "offerer zone offer consideration orderType startTime endTime zoneHash salt conduitKey"
_MOST_LEAVES = 256

_NO_END = (1 << 40) - 1
"""The end of an order that names none, where its form has a place for one."""


def _signer(signed: Signed, name: str) -> str:
    found = signed.message.get(name)
    return found if isinstance(found, str) and found != ZERO else signed.signer or ""


@family("seaport", f"{_HEAD} counter")
def seaport(signed: Signed) -> Iterator[Effect]:
    """Weigh one order."""
    yield _seaport(signed.message, signed.contract)


@family("seaport", f"{_HEAD} nonce")
def seaport_first(signed: Signed) -> Iterator[Effect]:
    """Weigh one order of the first version."""
    yield _seaport(signed.message, signed.contract)


@family("seaport_bulk", "tree")
def seaport_tree(signed: Signed) -> Iterator[Effect]:
    """Weigh every order of a tree; leaves without an offer only fill it up."""
    leaves = list(_leaves(signed.message.get("tree")))
    if len(leaves) > _MOST_LEAVES or not leaves:
        raise Unfit("tree")
    for each in leaves:
        if each.get("offer") or each.get("consideration"):
            yield _seaport(each, signed.contract)


def _leaves(given: Any) -> Iterator[Members]:
    if isinstance(given, list):
        for each in given:
            yield from _leaves(each)
    elif isinstance(given, Mapping):
        yield given
    else:
        raise Unfit("tree")


def _seaport(order: Members, settler: str | None) -> Order:
    head = [address(order, "offerer"), order.get("zone")]
    offer = [_item(each) for each in listed(order, "offer")]
    asked = [[*_item(each), address(each, "recipient")] for each in listed(order, "consideration")]
    return made([*head, offer, asked, None, None, number(order, "endTime")], settler)


def _item(each: Members) -> list[Any]:
    kind, token = number(each, "itemType"), address(each, "token")
    return [kind, token, number(each, "identifierOrCriteria"), number(each, "startAmount"), number(each, "endAmount")]


def _one_for_one(
    signed: Signed, parties: tuple[str, str], gives: tuple[str, int], gets: tuple[str, int], until: int | None
) -> Order:
    maker, receiver = parties
    to = maker if receiver == ZERO else receiver
    given, got = Item(maker, coin(gives[0]), gives[1]), Item(to, coin(gets[0]), gets[1])
    return Order(maker, (given,), (got,), until, signed.contract)


@family("1inch", "salt maker receiver makerAsset takerAsset makingAmount takingAmount makerTraits")
def one_inch(signed: Signed) -> Iterator[Effect]:
    """Weigh a limit order; its end is 40 bits of the traits, 0 for none."""
    m = signed.message
    until = (number(m, "makerTraits") >> 80) & ((1 << 40) - 1)
    assets = [
        word_address(m[name]) if isinstance(m.get(name), int) else address(m, name)
        for name in ("makerAsset", "takerAsset")
    ]
    gives, gets = (assets[0], number(m, "makingAmount")), (assets[1], number(m, "takingAmount"))
    yield _one_for_one(signed, (address(m, "maker"), address(m, "receiver")), gives, gets, until or _NO_END)


@family(
    "1inch", "salt makerAsset takerAsset maker receiver allowedSender makingAmount takingAmount offsets interactions"
)
def one_inch_third(signed: Signed) -> Iterator[Effect]:
    """Weigh a limit order of the third version."""
    m = signed.message
    gives = (address(m, "makerAsset"), number(m, "makingAmount"))
    gets = (address(m, "takerAsset"), number(m, "takingAmount"))
    yield _one_for_one(signed, (address(m, "maker"), address(m, "receiver")), gives, gets, None)


def _zero_x(signed: Signed, until: int) -> Order:
    m = signed.message
    gives, gets = (
        (address(m, "makerToken"), number(m, "makerAmount")),
        (address(m, "takerToken"), number(m, "takerAmount")),
    )
    return _one_for_one(signed, (address(m, "maker"), ZERO), gives, gets, until)


@family(
    "0x",
    "makerToken takerToken makerAmount takerAmount takerTokenFeeAmount maker taker sender feeRecipient pool "
    "expiry salt",
)
def zero_x_limit(signed: Signed) -> Iterator[Effect]:
    """Weigh a limit order."""
    yield _zero_x(signed, number(signed.message, "expiry"))


@family("0x", "makerToken takerToken makerAmount takerAmount maker taker txOrigin pool expiry salt")
def zero_x_quote(signed: Signed) -> Iterator[Effect]:
    """Weigh a quoted order."""
    yield _zero_x(signed, number(signed.message, "expiry"))


@family("0x", "makerToken takerToken makerAmount takerAmount maker taker txOrigin expiryAndNonce")
def zero_x_otc(signed: Signed) -> Iterator[Effect]:
    """Weigh an order over the counter; its end stands above 192 bits of a nonce."""
    yield _zero_x(signed, number(signed.message, "expiryAndNonce") >> 192)


@family(
    "cow",
    "sellToken buyToken receiver sellAmount buyAmount validTo appData feeAmount kind partiallyFillable "
    "sellTokenBalance buyTokenBalance",
)
def cow(signed: Signed) -> Iterator[Effect]:
    """Weigh an order of CoW, its fee included."""
    m = signed.message
    maker = signed.signer or address(m, "receiver")
    gives = (address(m, "sellToken"), number(m, "sellAmount") + number(m, "feeAmount"))
    gets = (address(m, "buyToken"), number(m, "buyAmount"))
    yield _one_for_one(signed, (maker, address(m, "receiver")), gives, gets, number(m, "validTo"))


@family(
    "blur",
    "trader side matchingPolicy collection tokenId amount paymentToken price listingTime expirationTime fees salt "
    "extraParams nonce",
)
def blur(signed: Signed) -> Iterator[Effect]:
    """Weigh an order for one NFT; fees are parts of the price."""
    m = signed.message
    trader, price, until = address(m, "trader"), number(m, "price"), number(m, "expirationTime")
    nft = Item(trader, address(m, "collection"), number(m, "amount"), "nft", number(m, "tokenId"))
    token = coin(address(m, "paymentToken"))
    if number(m, "side") != _SELL:
        yield Order(trader, (Item(trader, token, price),), (nft,), until, signed.contract)
        return
    fees = tuple(
        Item(address(each, "recipient"), token, price * min(number(each, "rate"), _PARTS) // _PARTS)
        for each in listed(m, "fees")
    )
    rest = max(price - sum(each.amount for each in fees), 0)
    yield Order(trader, (nft,), (Item(trader, token, rest), *fees), until, signed.contract)


@family(
    "looksrare",
    "isOrderAsk signer collection price tokenId amount strategy currency nonce startTime endTime "
    "minPercentageToAsk params",
)
def looksrare(signed: Signed) -> Iterator[Effect]:
    """Weigh an order for one NFT; the least part that the seller asks counts."""
    m = signed.message
    signer, price, until = address(m, "signer"), number(m, "price"), number(m, "endTime")
    nft = Item(signer, address(m, "collection"), number(m, "amount"), "nft", number(m, "tokenId"))
    token = coin(address(m, "currency"))
    if not m.get("isOrderAsk"):
        yield Order(signer, (Item(signer, token, price),), (nft,), until, signed.contract)
        return
    least = price * min(number(m, "minPercentageToAsk"), _PARTS) // _PARTS
    yield Order(signer, (nft,), (Item(signer, token, least),), until, signed.contract)


@family("blind", "root")
def root(signed: Signed) -> Iterator[Effect]:
    """Sign a tree of orders by its root alone, as Blur has it."""
    data(signed.message, "root")
    yield Power("blind_hash", None, "a tree of orders by its root alone")


@family("blind", "hash")
def only_hash(signed: Signed) -> Iterator[Effect]:
    """Sign a hash alone, as wallets wrap it."""
    data(signed.message, "hash")
    yield Power("blind_hash", None, "a hash without its content")


@family(
    "blur", "trader collection listingsRoot numberOfListings expirationTime assetType makerFee salt orderType nonce"
)
def blur_root(signed: Signed) -> Iterator[Effect]:
    """Sign listings of Blur by their root alone."""
    address(signed.message, "trader")
    yield Power("blind_hash", None, "listings by their root alone")
