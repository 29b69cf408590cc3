"""Put together what an online scan may take for known.

Shipped, listed, read of the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from premium.security.judgement.origins import host_of
from premium.security.knowledge.known import Knowledge
from premium.security.knowledge.shipped import with_shipped
from premium.security.labelled import Labels, at_odds
from premium.security.labels.label import HARM
from premium.security.onchain.learned import Learned
from premium.security.store.labels import Standing


class Labelled(NamedTuple):
    """What lists say of addresses and of a page."""

    listed: Mapping[str, str]
    contracts: Mapping[str, str]
    opinions: Mapping[str, tuple[Standing, ...]]
    unknowns: tuple[str, ...]


def labelled(
    labels: Labels, addresses: Iterable[str], chain_id: int, *, origin: str | None = None,
    hashes: frozenset[bytes] = frozenset(),
) -> Labelled:  # fmt: skip
    """Return the labels in force of addresses.

    Those of a page, and of what is above it, too.
    A harmless label of one code counts where that is among `hashes`.
    """
    asked = [*addresses, *_domains(origin)]
    stands, now = labels.in_force(asked, chain_id), labels.clock.now()
    own = {address: [one for one in found if not one.is_opinion] for address, found in stands.items()}
    harm = {address: each for address, found in own.items() if (each := _gravest(found)) is not None}
    named: dict[str, str] = {}
    ended: list[str] = []
    for address, found in own.items():
        good = [one.label for one in found if one.label.kind not in HARM]
        valid = [one for one in good if one.code_hash is None or one.code_hash in hashes]
        if valid and address not in harm:
            named[address] = valid[0].name or valid[0].kind
        elif good and not valid:
            ended.append(f"The label of {address} is of another code: it has no effect until it is reviewed.")
    odds = tuple(odd for found in stands.values() if (odd := at_odds(found, now)) is not None)
    opinions = {
        address: tuple(one for one in found if one.is_opinion)
        for address, found in stands.items()
        if any(one.is_opinion for one in found)
    }
    return Labelled(harm, named, opinions, (*labels.stale(), *dict.fromkeys(odds), *ended))


def knowledge(
    learned: Learned, said: Labelled, chain_id: int, *, own: Iterable[str] = (), now: int | None = None
) -> Knowledge:
    """Return it as the engine takes it.

    A label of code holds for that code alone.
    """
    made = Knowledge(
        contracts=said.contracts,
        listed=said.listed,
        code=learned.code,
        behind=learned.behind,
        balances=learned.balances,
        supplies=learned.supplies,
        sent_to=frozenset(each.lower() for each in own),
        tokens=learned.tokens,
        time=learned.time or now,
    )
    whole = with_shipped(made, chain_id)
    # What the chain itself says of a token goes after what is known of it.
    return replace(whole, tokens={**whole.tokens, **with_shipped(Knowledge(), chain_id).tokens})


def _gravest(found: Sequence[Standing]) -> str | None:
    order = ("sanctioned", "drainer", "exploiter", "phishing", "mixer")
    kinds = [each.label.kind for each in found if each.label.kind in HARM]
    return min(kinds, key=order.index, default=None)


def _domains(origin: str | None) -> list[str]:
    if not origin:
        return []
    parts = host_of(origin).split(".")
    return [".".join(parts[number:]) for number in range(len(parts) - 1)]
