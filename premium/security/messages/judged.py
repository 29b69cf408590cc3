"""Judge a message: hashed, known by structure, weighed, put into an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from premium.abi.values import shown_address
from premium.security.calls.effects import Allow, AllowAll, Effect, Inner, Lets, Move, Order, Party, Power
from premium.security.calls.tree import open_calls
from premium.security.judgement import calls as of_calls
from premium.security.judgement.allowances import allowance, operator, spender
from premium.security.judgement.answer import answer
from premium.security.judgement.movements import movement
from premium.security.judgement.origins import origin
from premium.security.judgement.powers import party, power
from premium.security.judgement.scene import Found, Place, Scene, found, labels
from premium.security.judgement.sentences import summary
from premium.security.judgement.trades import order
from premium.security.knowledge.known import ZERO, Knowledge
from premium.security.messages import text as texts
from premium.security.messages.families import Family, Signed, family_of
from premium.security.messages.schema import DOMAIN
from premium.security.messages.typed_data import TypedData
from premium.security.messages.values import Unfit, is_address
from premium.siwe.message import Message

_OWNERS = ("owner", "holder", "offerer", "maker", "signer", "trader", "from", "delegator", "swapper", "sender")
_NESTED = frozenset({"contents", "name", "version", "chainId", "verifyingContract", "salt"})


@dataclass
class Judged:
    """What was found of a message so far."""

    kind: str
    effects: list[Effect] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    digest: bytes | None = None
    separator: bytes | None = None
    struct: bytes | None = None


def of_typed(data: TypedData, wallet_chain: int | None, scene: Scene) -> Judged:
    """Judge typed data."""
    kind = _kind(data)
    made = Judged(kind.kind if kind else "unknown", digest=data.digest, separator=data.separator, struct=data.struct)
    place = Place(address=_contract(data), function=data.primary)
    made.found += [found("message_ambiguous", place, value=each) for each in data.doubts]
    chain = data.domain.get("chainId")
    if isinstance(chain, int) and wallet_chain is not None and chain != wallet_chain:
        made.found.append(found("chain_other", place, value=chain, wallet=wallet_chain))
    if kind is None:
        made.found.append(found("message_unknown", place))
        scene.unknown("What this message allows is not known.")
    made.found += _domain(data, kind, scene, place)
    if kind is not None:
        _read(data, kind, scene, made, place)
    return made


def _kind(data: TypedData) -> Family | None:
    """Return the family; a message nested for an account (ERC-7739) is that of its contents."""
    struct = data.types[data.primary]
    if {each.name for each in struct} == _NESTED:
        inner = next(each for each in struct if each.name == "contents")
        content = (data.message or {}).get("contents")
        if inner.type in data.types and isinstance(content, dict):
            data.primary, data.message = inner.type, content
            return _kind(data)
    return family_of(each.name for each in data.types[data.primary])


def _contract(data: TypedData) -> str | None:
    given = data.domain.get("verifyingContract")
    return given.lower() if isinstance(given, str) and is_address(given.lower()) else None


def _domain(data: TypedData, kind: Family | None, scene: Scene, place: Place) -> Iterator[Found]:
    contract, known = _contract(data), scene.known
    yield from labels(contract, scene, place)
    if (kind is not None and kind.own) or (kind is None and contract is None) or data.primary == DOMAIN:
        return
    named = contract is not None and contract != ZERO and not known.has_no_code(contract)
    if not named or not (known.is_known(contract) or known.is_token(contract or "") or scene.is_mine(contract)):
        yield found("domain_unverified", place, holder=contract)


def _read(data: TypedData, kind: Family, scene: Scene, made: Judged, place: Place) -> None:
    user = scene.user
    message = data.message or {}
    owner = next((each for name in _OWNERS if is_address(each := message.get(name))), None)
    signer = user or owner
    scene.mine |= {each for each in (signer, owner if user is None else None) if each}
    try:
        steps = list(kind.reader(Signed(message, _contract(data), signer, data.types, data.primary)))
    except Unfit as error:
        made.found.append(
            found("message_ambiguous", place, value=f"{error} does not fit a message of the kind {kind.kind}")
        )
        scene.unknown("What this message allows could not be read.")
        return
    calls = [(str(number), each) for number, each in enumerate(each for each in steps if isinstance(each, Inner))]
    effects = [each for each in steps if not isinstance(each, Inner)]
    made.effects += effects
    for each in effects:
        made.found += _effect(each, scene, place)
    if calls:
        tree = open_calls(calls, user, scene.known)
        scene.signed = False
        made.found += of_calls.judge(tree, scene, top=False)
        made.effects += [effect for _, effect in tree.effects]


def _effect(effect: Effect, scene: Scene, place: Place) -> Iterator[Found]:
    match effect:
        case Allow():
            yield from allowance(effect, scene, place)
            yield from labels(effect.token, scene, place)
        case AllowAll():
            yield from operator(effect, scene, place)
        case Move():
            yield from movement(effect, effect.owner, scene, place)
        case Order():
            yield from order(effect, scene, place)
        case Power():
            yield from power(effect, scene, place)
            if effect.id == "role_given" and effect.to is not None:
                yield from spender(effect.to, scene, place)
        case Party(role="spender") if effect.address is not None:
            yield from spender(effect.address, scene, place)
        case Party():
            yield from party(effect, scene, place)
        case Lets():
            yield from labels(effect.who, scene, place)
        case _:
            return


def of_text(text: str, asked_by: str | None, wallet_chain: int | None, scene: Scene) -> Judged:
    """Judge a text."""
    made = Judged("text", digest=texts.digest(text))
    place = Place()
    if texts.hides(text):
        made.found.append(
            found("message_ambiguous", place, value="characters that are not shown, or turn the direction")
        )
    if texts.is_hash(text):
        made.kind = "hash"
        made.found.append(found("blind_hash", place, value=text.strip()))
    elif texts.is_login(text):
        made.kind = "siwe"
        made.found += _login(text, asked_by, wallet_chain, scene, place)
    return made


def _login(text: str, asked_by: str | None, wallet_chain: int | None, scene: Scene, place: Place) -> Iterator[Found]:
    read = texts.login(text)
    domain = texts.claimed_domain(text)
    if isinstance(read, str):
        yield found("message_ambiguous", place, value=read)
    if asked_by is None:
        scene.unknown("The page that asks is not known: whether the login is for it could not be judged.")
    elif domain != texts.authority_of(asked_by):
        yield found("login_domain_other", place, value=domain, origin=texts.authority_of(asked_by))
    if isinstance(read, Message) and wallet_chain is not None and read.chain != wallet_chain:
        yield found("chain_other", place, value=read.chain, wallet=wallet_chain)


def of_digest(digest: bytes) -> Judged:
    """Judge 32 bytes without their content."""
    return Judged("hash", digest=digest, found=[found("blind_hash", Place(), value=f"0x{digest.hex()}")])


def told(made: Judged, asked_by: str | None, scene: Scene) -> dict[str, Any]:
    """Return the answer about a message."""
    listed = [*origin(asked_by, scene), *made.found]
    return {
        "hash": _hex(made.digest),
        "domain_separator": _hex(made.separator),
        "struct_hash": _hex(made.struct),
        "message_kind": made.kind,
        **_lists(made.effects, scene),
        **answer(listed, scene.unknowns, summary(made.effects, scene) or [_sentence(made)]),
    }


def _sentence(made: Judged) -> str:
    return {
        "text": "A text: nothing moves by it on a chain.",
        "siwe": "A login: nothing moves by it on a chain.",
        "hash": "A hash: what stands behind it is not shown.",
    }.get(made.kind, "What it allows is not known.")


def _hex(value: bytes | None) -> str | None:
    return None if value is None else f"0x{value.hex()}"


def _lists(effects: list[Effect], scene: Scene) -> dict[str, list[dict[str, Any]]]:
    gives, gets, lets = [], [], []
    for each in effects:
        if isinstance(each, Order):
            gives += [_row(one.who, one.token, one.amount, each.until) for one in each.gives]
            gets += [_row(one.who, one.token, one.amount, each.until) for one in each.gets]
            lets += [_row(each.settler, one.token, one.amount, each.until) for one in each.gives]
        elif isinstance(each, Move):
            gives.append(_row(each.owner or scene.user, each.token, each.amount, each.until))
            lets.append(_row(each.by or each.recipient, each.token, each.amount, each.until))
        elif isinstance(each, Allow):
            lets.append(_row(each.spender, each.token, each.amount, each.until))
        elif isinstance(each, AllowAll) and each.on:
            lets.append(_row(each.operator, each.token, None, None))
        elif isinstance(each, Lets):
            lets.append(_row(each.who, each.what, None, each.until))
    return {"gives": gives, "gets": gets, "lets": lets}


def _row(who: str | None, asset: str, amount: int | None, until: int | None) -> dict[str, Any]:
    return {
        "who": shown_address(who) if who else None,
        "asset": shown_address(asset) if asset.startswith("0x") and len(asset) == 42 else asset,
        "amount": None if amount is None else str(amount),
        "until": None if until is None else str(until),
    }


def scene_of(known: Knowledge, user: str | None) -> Scene:
    """Return the scene of a message."""
    return Scene(known=known, user=user, mine={user} if user else set(), signed=True)
