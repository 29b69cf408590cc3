"""Read signatures that allow or move: permits, Permit2, ERC-3009, credit, votes, operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from premium.security.calls.effects import Allow, AllowAll, Effect, Item, Lets, Move, Order, Party
from premium.security.knowledge.known import coin
from premium.security.messages.families import Signed, family
from premium.security.messages.values import Members, Unfit, address, listed, members, number, truth

_MAX = (1 << 256) - 1
_OUTPUTS = ("outputs", "baseOutputs")
_AMOUNTS = ("endAmount", "startAmount", "amount", "minAmount")
_COMMON = frozenset({"permitted", "spender", "nonce", "deadline"})


def _token(signed: Signed) -> str:
    if signed.contract is None:
        raise Unfit("verifyingContract")
    return signed.contract


@family("erc2612", "owner spender value nonce deadline")
def erc2612(signed: Signed) -> Iterator[Effect]:
    """Allow a spender."""
    m = signed.message
    yield Allow(
        _token(signed),
        address(m, "owner"),
        address(m, "spender"),
        number(m, "value"),
        number(m, "deadline"),
        signed=True,
    )


@family("dai_permit", "holder spender nonce expiry allowed")
def dai(signed: Signed) -> Iterator[Effect]:
    """Allow everything or nothing; an expiry of 0 is never."""
    m = signed.message
    amount = _MAX if truth(m, "allowed") else 0
    yield Allow(
        _token(signed), address(m, "holder"), address(m, "spender"), amount, number(m, "expiry") or _MAX, signed=True
    )


@family("erc4494", "spender tokenId nonce deadline")
def erc4494(signed: Signed) -> Iterator[Effect]:
    """Allow one NFT."""
    m = signed.message
    yield Allow(_token(signed), signed.signer, address(m, "spender"), 1, number(m, "deadline"), "nft", signed=True)


@family("operator_permit", "owner operator approved nonce deadline")
def operator(signed: Signed) -> Iterator[Effect]:
    """Make somebody the operator of all units."""
    m = signed.message
    yield AllowAll(_token(signed), address(m, "owner"), address(m, "operator"), truth(m, "approved"))


@family("permit2", "details spender sigDeadline")
def permit2(signed: Signed) -> Iterator[Effect]:
    """Allow one token or several through Permit2."""
    m = signed.message
    single = isinstance(m.get("details"), Mapping)
    spender, usable = address(m, "spender"), number(m, "sigDeadline")
    for each in [members(m, "details")] if single else listed(m, "details"):
        until, token = number(each, "expiration") or usable, address(each, "token")
        amount = number(each, "amount")
        yield Allow(token, signed.signer, spender, amount, until, "permit2", signed=True, usable=usable)


@family("permit2_transfer", "permitted spender nonce deadline")
def permit2_transfer(signed: Signed) -> Iterator[Effect]:
    """Let a spender move tokens, perhaps for an order that stands in the witness."""
    m = signed.message
    spender, until = address(m, "spender"), number(m, "deadline")
    given = m.get("permitted")
    permitted = [members(m, "permitted")] if isinstance(given, Mapping) else listed(m, "permitted")
    order = _intent(signed, permitted, spender, until)
    if order is not None:
        yield order
        return
    yield Party(spender, "spender")
    for each in permitted:
        yield Move(
            address(each, "token"), signed.signer or "", spender, number(each, "amount"), by=spender, until=until
        )


def _intent(signed: Signed, permitted: list[Members], spender: str, until: int) -> Order | None:
    """An order of UniswapX or alike: the witness says what must come back to whom."""
    witness = next(
        (each for name, each in signed.message.items() if name not in _COMMON and isinstance(each, Mapping)), None
    )
    name = next((each for each in _OUTPUTS if witness is not None and each in witness), None)
    if witness is None or name is None:
        return None
    maker = signed.signer or (address(members(witness, "info"), "swapper") if "info" in witness else None)
    if maker is None:
        return None
    gives = tuple(Item(maker, address(each, "token"), number(each, "amount")) for each in permitted)
    gets = tuple(_output(each) for each in listed(witness, name))
    return Order(maker, gives, gets, until, spender)


def _output(each: Members) -> Item:
    amounts = [number(each, name) for name in _AMOUNTS if name in each]
    if not amounts:
        raise Unfit("amount")
    return Item(address(each, "recipient"), coin(address(each, "token")), min(amounts))


@family("erc3009", "from to value validAfter validBefore nonce")
def erc3009(signed: Signed) -> Iterator[Effect]:
    """Move an owner's tokens."""
    m = signed.message
    to = address(m, "to")
    yield Move(_token(signed), address(m, "from"), to, number(m, "value"), by=to, until=number(m, "validBefore"))


@family("erc3009_cancel", "authorizer nonce")
def cancel(signed: Signed) -> Iterator[Effect]:  # noqa: ARG001 - one form for all readers
    """Take a signed transfer back."""
    yield from ()


@family("votes", "delegatee nonce expiry")
def votes(signed: Signed) -> Iterator[Effect]:
    """Let somebody vote."""
    m = signed.message
    yield Lets(address(m, "delegatee"), f"vote with the tokens of {_token(signed)}", number(m, "expiry"))


@family("credit", "delegatee value nonce deadline")
def credit(signed: Signed) -> Iterator[Effect]:
    """Let somebody borrow against the signer's collateral."""
    m = signed.message
    yield Allow(
        _token(signed),
        signed.signer,
        address(m, "delegatee"),
        number(m, "value"),
        number(m, "deadline"),
        "credit",
        signed=True,
    )


@family("credit", "delegator delegatee value nonce deadline")
def credit_named(signed: Signed) -> Iterator[Effect]:
    """Let somebody borrow against the delegator's collateral."""
    yield from credit(signed)
