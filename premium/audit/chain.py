"""Chain audit entries by their hashes, and find which were touched.

Each process writes chains of its own, one a day: an entry names its chain, its place in it from 0, and the hash of the
entry before it. So no process waits for another, and nothing is read to write. The chains of a day are sealed after
its end (`Seal`): how many entries each has and the hash of its last one, with the hash of the seal before.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from premium.storage.plain import to_json

NOTHING = "0" * 64
"""What stands for the hash before the first."""
_SHOWN = 200


def digest(item: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a stored entry without its own hash."""
    return hashlib.sha256(to_json({name: value for name, value in item.items() if name != "hash"}).encode()).hexdigest()


@dataclass
class Link:
    """A place at the end of a chain."""

    chain: str
    place: int
    previous: str
    hash: str | None = None
    """Of the entry that took the place, once it is written."""

    def fields(self) -> dict[str, Any]:
        """Return what the entry says of its place."""
        return {"chain": self.chain, "place": self.place, "previous": self.previous}

    def go_on(self) -> None:
        """Stand behind the entry that took the place, where it is written together with others."""
        if self.hash is not None:
            self.place, self.previous, self.hash = self.place + 1, self.hash, None


class Chains:
    """The chains that this process writes, one a day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: dict[str, Link] = {}
        # A child of fork would go on with its parent's chains: two entries would have one place.
        os.register_at_fork(after_in_child=self._begin_anew)

    @contextmanager
    def place(self, day: str) -> Iterator[Link]:
        """Give the next place of a day's chain to one writer at a time.

        Of a write that failed nobody knows whether it is there: then the next entry begins another chain.
        """
        with self._lock:
            end = self._ends.pop(day, None)
            link = Link(f"{day}/{secrets.token_hex(8)}", 0, NOTHING) if end is None else end
            yield link
            if link.hash is not None:
                self._ends = {day: Link(link.chain, link.place + 1, link.hash)} | {
                    other: kept for other, kept in self._ends.items() if other > day
                }

    def _begin_anew(self) -> None:
        self._lock = threading.Lock()
        self._ends = {}


@dataclass(frozen=True)
class Seal:
    """What is kept of a day's chains, where nobody can change it."""

    day: str
    chains: Mapping[str, tuple[int, str]]
    """Entries and the hash of the last one, by chain."""
    previous: str
    """Hash of the seal of the day before; `NOTHING` where there is none."""

    def document(self) -> dict[str, Any]:
        """Return the seal as it is written."""
        chains = {name: {"entries": entries, "last": last} for name, (entries, last) in sorted(self.chains.items())}
        return {"day": self.day, "previous": self.previous, "chains": chains}

    def hash(self) -> str:
        """Return the hash that the next seal names."""
        return digest(self.document())

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Seal:
        """Read a seal; KeyError or ValueError for what is none."""
        chains = {name: (int(each["entries"]), str(each["last"])) for name, each in document["chains"].items()}
        return cls(day=str(document["day"]), chains=chains, previous=str(document["previous"]))


@dataclass
class Verdict:
    """What the chains of one day show."""

    day: date
    entries: int = 0
    chains: int = 0
    unchained: int = 0
    """Entries of before there were chains."""
    sealed: bool = False
    problems: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """Add a problem; of very many the first 200 are told."""
        if len(self.problems) < _SHOWN:
            self.problems.append(sentence)


def seal(day: date, items: Iterable[Mapping[str, Any]], previous: str) -> Seal:
    """Return the seal of a day's entries as they stand."""
    ends: dict[str, tuple[int, str]] = {}
    for chain, entries in _by_chain(day, items).items():
        last = max(entries, key=lambda item: int(item["place"]))
        ends[chain] = (int(last["place"]) + 1, str(last["hash"]))
    return Seal(day=day.isoformat(), chains=ends, previous=previous)


def verify(day: date, items: Iterable[Mapping[str, Any]], sealed: Seal | None, *, unchained: int = 0) -> Verdict:
    """Return what the entries of a day show, by themselves and beside the day's seal."""
    chains = _by_chain(day, items)
    verdict = Verdict(day, sum(map(len, chains.values())), len(chains), unchained, sealed is not None)
    for chain, entries in sorted(chains.items()):
        _look(chain, entries, verdict)
    if sealed is not None:
        _compare(chains, sealed, verdict)
    return verdict


def _by_chain(day: date, items: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    chains: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in items:
        if str(item.get("chain", "")).startswith(f"{day.isoformat()}/"):
            chains[str(item["chain"])].append(item)
    return chains


def _look(chain: str, entries: list[Mapping[str, Any]], verdict: Verdict) -> None:
    """Hold each entry against its own hash, and against the one before it."""
    before, expected = NOTHING, 0
    for item in sorted(entries, key=lambda each: int(each["place"])):
        place, what = int(item["place"]), _name(item)
        if digest(item) != item.get("hash"):
            verdict.say(f"changed: {what} is not what was written")
        if place < expected:
            verdict.say(f"inserted: {what} takes place {place} of {chain} a second time")
            continue
        if place > expected:
            verdict.say(f"removed: {chain} lacks {_places(expected, place - 1)}, before {what}")
        elif item.get("previous") != before:
            verdict.say(f"changed: {what} does not follow the entry that stands before it")
        before, expected = str(item.get("hash")), place + 1


def _compare(chains: Mapping[str, list[Mapping[str, Any]]], sealed: Seal, verdict: Verdict) -> None:
    for chain, (entries, last) in sealed.chains.items():
        there = chains.get(chain, [])
        if not there:
            verdict.say(f"removed: the whole chain {chain}, {entries} entries")
            continue
        newest = max(there, key=lambda item: int(item["place"]))
        end = int(newest["place"]) + 1
        if end < entries:
            verdict.say(f"removed: {chain} lacks {_places(end, entries - 1)}, its last")
        elif end > entries:
            verdict.say(f"inserted: {chain} goes on after the day was sealed, from {_name(newest)} back")
        elif newest.get("hash") != last:
            verdict.say(f"changed: {_name(newest)} is not the last entry that was sealed")
    for chain in sorted(chains.keys() - sealed.chains.keys()):
        verdict.say(f"inserted: the chain {chain} is none of those that were sealed")


def _places(first: int, last: int) -> str:
    return f"place {first}" if first == last else f"places {first} to {last}"


def _name(item: Mapping[str, Any]) -> str:
    return f"{item.get('sk')} ({item.get('name')}) of {item.get('pk')}"
