"""Import lists of labels, take imports back, and tell what stands of an address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from premium.clock import Clock
from premium.security.labels.label import HARM, BadList
from premium.security.labels.shapes import read_list, shape_of
from premium.security.store.labels import Imported, LabelStore, Standing

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.chains.registry import Registry

_OF_CODE = HARM - {"sanctioned", "mixer"}
STALE = timedelta(days=30)
"""After which a list of harm that nobody refreshed is told in answers."""


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Labels of addresses and pages, by the lists that operators import."""

    store: LabelStore
    clock: Clock

    @classmethod
    def of(cls, platform: Platform, *, by_operator: bool = False) -> Labels:
        """Return the labels over the stores of a function, or of an operator's command."""
        return cls(
            store=LabelStore(platform.worker_database if by_operator else platform.database), clock=platform.clock
        )

    def take(
        self, source: str, data: bytes, chains: Registry, *, shape: str | None = None, chain: int | None = None,
        fewer: bool = False,
    ) -> Imported:  # fmt: skip
        """Import a list's file; BadList names what is wrong with it, and changes nothing.

        `shape` is told from the file without; one without a label is refused, and so is one a fifth shorter.
        """
        known = {each.name: each.chain_id for each in chains}
        form = shape or shape_of(data)
        found = read_list(data, form, known.get, chain=chain)
        if not found.labels:
            raise BadList(f"the list has no label that could be read as {form}; passed over: {found.passed}")
        return self.store.take(source, form, hashlib.sha256(data).digest(), found, self.clock.now(), fewer=fewer)

    def undo(self, source: str) -> Imported:
        """Take back the last import of a list; NotFound where there is none."""
        return self.store.undo(source, self.clock.now())

    def in_force(self, addresses: Iterable[str], chain_id: int | None) -> Mapping[str, tuple[Standing, ...]]:
        """Return the labels that hold now, by address or domain in lower case."""
        now, found = self.clock.now(), dict[str, tuple[Standing, ...]]()
        for each in self.store.of((one.lower() for one in addresses), chain_id):
            if each.in_force(now):
                found[each.label.address] = (*found.get(each.label.address, ()), each)
        return found

    def harm(self, addresses: Iterable[str], chain_id: int | None) -> Mapping[str, str]:
        """Return the gravest harm that lists of our own say of each address.

        Opinions are none.
        """
        order = ("sanctioned", "drainer", "exploiter", "phishing", "mixer")
        return {
            address: min(kinds, key=order.index)
            for address, stands in self.in_force(addresses, chain_id).items()
            if (kinds := [each.label.kind for each in stands if each.label.kind in HARM and not each.is_opinion])
        }

    def copies(self, hashes: Iterable[bytes], chain_id: int, *, but: str) -> Mapping[str, str]:
        """Return kinds of harm of other addresses whose code has one of these hashes.

        Kinds that say nothing of a code (who is sanctioned, a mixer) are none, and neither are opinions.
        """
        now = self.clock.now()
        return {
            each.label.address: each.label.kind
            for each in self.store.of_codes(hashes, chain_id)
            if each.in_force(now) and each.label.kind in _OF_CODE and not each.is_opinion
            and each.label.address != but
        }  # fmt: skip

    def stale(self) -> list[str]:
        """Return a sentence for each list of harm that was not refreshed for 30 days."""
        now = self.clock.now()
        return [
            f"The list {each['source']} was last refreshed on {each['created_at']:%Y-%m-%d}."
            for each in self.store.imports()
            if each["is_harm"] and now - each["created_at"] > STALE
        ]

    def version(self) -> Mapping[str, Any]:
        """Return each list's version, or the day of its import."""
        return {each["source"]: each["version"] or f"{each['created_at']:%Y-%m-%d}" for each in self.store.imports()}

    def age(self) -> timedelta:
        """Return the age of the list of harm that was refreshed longest ago.

        Zero without one.
        """
        ages = [self.clock.now() - each["created_at"] for each in self.store.imports() if each["is_harm"]]
        return max(ages, default=timedelta(0))


def at_odds(stands: Iterable[Standing], now: datetime) -> str | None:
    """Return a sentence where two lists contradict each other about one address."""
    valid = [each for each in stands if each.in_force(now)]
    bad = sorted({each.source for each in valid if each.label.kind in HARM})
    good = sorted({each.source for each in valid if each.label.kind not in HARM} - set(bad))
    if not bad or not good:
        return None
    return f"Lists contradict each other: {', '.join(bad)} names harm, {', '.join(good)} does not."
