"""Judge what a simulation showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from premium.security.calls.effects import Allow, AllowAll, Delegation, Effect, Move, Order, Power, Trade
from premium.security.calls.readers.baits import is_bait
from premium.security.calls.registry import readers
from premium.security.calls.tree import Opened, Tree
from premium.security.judgement.fragility import fragile
from premium.security.judgement.scene import Found, Place, Scene, found
from premium.security.judgement.sentences import amount, who
from premium.security.knowledge.known import ZERO
from premium.simulation.model import POOR, Movement, Simulated
from premium.simulation.variants import ALL, LATER, NOT_MET

MUCH_GAS = 3_000_000
"""Beyond this few honest transactions go."""
_SLACK = 100
"""What leaves may be a hundredth more than what is named: rates move while it runs."""
_BOUNDLESS = (1 << 256) - 1
_UNREAD = (
    "What a function does is known by its name alone.",
    "What the code of a target does was not read: it is not known.",
)
"""What a whole simulation answers: the code ran, under other surroundings, too."""


def simulated(made: Simulated, tree: Tree, scene: Scene, effects: Iterable[Effect]) -> Iterator[Found]:
    """Find what a simulation shows; what it could not see is noted as unknown."""
    for sentence in made.unknowns:
        scene.unknown(f"Not all was simulated: {sentence}.")
    for each in made.variants:
        if each.end == "unknown":
            scene.unknown(f"How it ends under another {each.name} could not be tried.")
    named = list(effects)
    if POOR in made.assumed:
        yield _at(tree, "reverts", value="the sender has less than value and gas")
    if not made.success:
        yield _at(tree, "reverts", value=made.revert.text if made.revert else None)
    else:
        yield from _assets(made, tree, scene, named)
        yield from _allowances(made, tree, scene, named)
        yield from _authority(made, tree, scene, named)
        yield from _events(made, tree, scene)
        yield from fragile(made, scene)
    yield from _surroundings(made, tree)
    if made.gas_used is not None and made.gas_used > MUCH_GAS:
        yield _at(tree, "gas_excessive", value=made.gas_used)
    if made.success and not made.unknowns and made.method != "eth_call":
        scene.unknowns = [each for each in scene.unknowns if each not in _UNREAD]


def _at(tree: Tree, id_: str, **more: object) -> Found:
    first = tree.calls[0] if tree.calls else None
    signature = first.reading.signature if first else None
    place = Place("", first.call.to if first else None, signature.text if signature else None)
    return found(id_, place, basis="simulated", **more)  # type: ignore[arg-type] # evidence of any kind


def _assets(made: Simulated, tree: Tree, scene: Scene, named: list[Effect]) -> Iterator[Found]:
    mine = [each for each in made.movements if scene.is_mine(each.party)]
    net: dict[tuple[str, int | None], int] = {}
    for each in mine:
        net[each.asset, each.identifier] = net.get((each.asset, each.identifier), 0) + each.amount
    leaves = {key: -amount for key, amount in net.items() if amount < 0}
    comes = any(amount > 0 for amount in net.values())
    limits = _named_amounts(named, scene)
    strange = [key for key, amount in leaves.items() if not _owned_up(key, amount, limits, tree, scene)]
    unread = [each for each in tree.calls if not _is_read(each)]
    bait = any(each.reading.signature and is_bait(each.reading.signature.name) for each in tree.calls)
    if strange and (bait or not comes or not unread):
        for asset, identifier in strange:
            to = _recipient(made, asset, scene)
            yield _at(tree, "outflow_unexplained", token=asset, value=leaves[asset, identifier], holder=to)
    elif leaves and not comes and not made.approvals and (who := _unknown_target(tree, scene)) is not None:
        yield _at(tree, "nothing_back", holder=who, value=", ".join(f"{n} {key[0]}" for key, n in leaves.items()))


def _named_amounts(named: list[Effect], scene: Scene) -> Mapping[str, int]:
    """What the call itself says that may leave, by asset."""
    limits: dict[str, int] = {}

    def more(asset: str | None, amount: int | None) -> None:
        if asset is not None:
            limits[asset] = limits.get(asset, 0) + (_BOUNDLESS if amount is None else amount)

    for each in named:
        match each:
            case Move() if scene.is_mine(each.owner):
                more(each.token, None if each.how in ("share", "nft") else each.amount)
            case Trade() if scene.is_mine(each.payer) or each.payer == scene.user:
                more(each.token_in, each.amount_in)
            case Order():
                for item in each.gives:
                    more(item.token, None if item.how in ("nft", "any") else item.amount)
    return limits


def _owned_up(key: tuple[str, int | None], amount: int, limits: Mapping[str, int], tree: Tree, scene: Scene) -> bool:
    asset, identifier = key
    if limits.get(asset, 0) * (_SLACK + 1) // _SLACK + 1 >= amount and asset in limits:
        return True
    top = tree.calls[0].call if tree.calls else None
    if top is not None and (scene.known.is_known(top.to) or asset == top.to):
        return True  # a labelled contract, or the token's own function
    values = {identifier} if identifier is not None else {amount}
    unread = [each for each in tree.calls if not _is_read(each)]
    return any(word in values for each in unread for word in _words(each.call.data))


def _words(data: bytes) -> Iterator[int]:
    for at in range(4, len(data) - 31, 32):
        yield int.from_bytes(data[at : at + 32])


def _is_read(each: Opened) -> bool:
    signature = each.reading.signature
    return not each.call.data or (signature is not None and signature.text in readers())


def _recipient(made: Simulated, asset: str, scene: Scene) -> str | None:
    gains = [each for each in made.movements if each.asset == asset and each.amount > 0]
    others = [each for each in gains if not scene.is_mine(each.party)]
    return max(others, key=lambda one: one.amount).party if others else None


def _unknown_target(tree: Tree, scene: Scene) -> str | None:
    """Who is called with data and is nobody known; a plain transfer asks nothing back."""
    for each in tree.calls:
        to, known = each.call.to, scene.known
        trusted = known.is_known(to) or known.is_token(to) or scene.is_mine(to)
        if each.call.data and not trusted and (each.call.value or not _is_read(each)):
            return to
    return None


def _allowances(made: Simulated, tree: Tree, scene: Scene, named: list[Effect]) -> Iterator[Found]:
    said = {(each.token, each.spender) for each in named if isinstance(each, Allow)}
    said |= {(each.token, each.operator) for each in named if isinstance(each, AllowAll)}
    for each in made.approvals:
        if each.owner != scene.user or each.after <= each.before or scene.is_mine(each.spender):
            continue
        if (each.token, each.spender) not in said:
            yield _at(tree, "allowance_left", token=each.token, holder=each.spender, value=each.after)


_OF_OTHERS = frozenset({"delegate", "owner", "owners", "threshold", "modules", "guard", "fallback", "singleton"})


def _authority(made: Simulated, tree: Tree, scene: Scene, named: list[Effect]) -> Iterator[Found]:
    delegated = {each.delegate for each in named if isinstance(each, Delegation)}
    upgraded = any(isinstance(each, Power) and each.id == "upgrade_call" for each in named)
    for each in made.authority:
        if each.what == "delegate" and (each.after in delegated or each.after == "none"):
            continue
        if each.what == "owner" and each.after in (ZERO, scene.user):
            continue
        if each.what in ("implementation", "admin") and upgraded:
            continue
        if each.what in _OF_OTHERS or not upgraded:
            yield _at(
                tree, "authority_lost", holder=_address(each.after), at=each.address,
                slot=each.what, before=each.before, value=each.after,
            )  # fmt: skip


def _address(text: str) -> str | None:
    return text if len(text) == 42 and text.startswith("0x") and text != ZERO else None


def _events(made: Simulated, tree: Tree, scene: Scene) -> Iterator[Found]:
    for each in made.discrepancies:
        wrong = each.true == 0 or (each.told > 0) != (each.true > 0)
        concerns = scene.is_mine(each.party) and 2 * abs(each.true) < abs(each.told)
        if each.told and (wrong or concerns):
            yield _at(tree, "false_event", token=each.token, party=each.party, value=each.told, state=each.true)


def _surroundings(made: Simulated, tree: Tree) -> Iterator[Found]:
    differing = {each.name: each for each in made.variants if each.end in _counting(each.name)}
    if len(differing) > 1:
        differing.pop(ALL, None)
    for name, each in differing.items():
        yield _at(tree, "environment_dependent", variable=name, value=each.end, reason=each.revert)


def _counting(name: str) -> frozenset[str]:
    """Ends that count: time may let a deadline pass, and a sender who is no contract need not fare like one."""
    if name in LATER:
        return frozenset({"worse"})
    if name in NOT_MET:
        return frozenset({"better", "worse", "succeeds"})
    return frozenset({"better", "worse", "succeeds", "reverts"})


def sentences(made: Simulated, scene: Scene) -> list[str]:
    """Say how it ended, and what leaves the user and what comes."""
    if not made.success:
        return [f"In the simulation it fails: {made.revert.text if made.revert else 'without a reason'}."]
    return [_sentence(each, scene) for each in made.movements if each.party == scene.user]


def _sentence(each: Movement, scene: Scene) -> str:
    verb = "comes to you" if each.amount > 0 else "leaves you"
    if each.identifier is not None:
        return f"In the simulation number {each.identifier} of {who(each.asset, scene)} {verb}."
    return f"In the simulation {amount(each.asset, abs(each.amount), scene)} {verb}."
