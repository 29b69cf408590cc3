"""The index of an exploration that all detectors share.

Guards by path, writes by variable, balances and what flows between them.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from premium.security.detectors.balances import BalanceFlow, balance_fields, balance_shapes, beside, flow_of
from premium.security.detectors.guards import Authority, GuardedWrite, Guards, is_party
from premium.security.detectors.parties.first_calls import FirstCalls
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import Exploration, Facts, Path, Write
from premium.security.evm.slots import FieldWrite, Slots, StorageField, overlap
from premium.security.evm.words import Word

_DIVISIONS = frozenset({op.DIV, 0x05, 0x06, 0x07})
Truths = dict[Word, set[bool]]


class CodeProfile:
    """Answers to what detectors ask about one code."""

    def __init__(self, found: Exploration) -> None:
        self.found = found
        self.arena: Arena = found.arena
        self.slots = Slots(found.arena)
        self._guards = Guards(self.slots)
        self._first_calls = FirstCalls(self.slots)

    @cached_property
    def self_marked(self) -> frozenset[str]:
        """Mappings in which anyone may mark himself: being in them is no privilege."""
        open_marks: frozenset[str] = frozenset()
        while True:
            more = open_marks | {
                self.slots.shape(one.slot)
                for path in self.found.paths
                if not self._guards.of(path, self_marked=open_marks)
                for one in path.effects
                if isinstance(one, Write) and self._marks(one) and not self.sets_on_first_call_only(path, one)
            }
            if more == open_marks:
                return open_marks
            open_marks = more

    def _marks(self, write: Write) -> bool:
        value = self.slots.written(write.slot, write.value).value
        return "[" in self.slots.shape(write.slot) and value is not None and not self.slots.clears(write)

    @cached_property
    def guards(self) -> dict[int, frozenset[Authority]]:
        """Authorities by `id(path)`."""
        return {id(path): self._guards.of(path, self_marked=self.self_marked) for path in self.found.paths}

    def by(self, path: Path) -> frozenset[Authority]:
        """Return the authorities that a path demands."""
        return self.guards[id(path)]

    def privileged(self, path: Path) -> frozenset[Authority]:
        """Return those that are parties of their own."""
        return self._guards.privileged(self.by(path))

    @cached_property
    def deciding(self) -> frozenset[str]:
        """Variables whose address lets somebody do what others may not.

        What all may do besides decides nothing.
        """
        asked = [(path, [who.key for who in self.by(path) if who.kind == "slot"]) for path in self.found.paths]
        by_all: dict[int | None, set[int]] = defaultdict(set)
        for path, keys in asked:
            if not keys:
                by_all[path.selector].update(one.offset for one in path.effects)
        found: set[str] = set()
        for path, keys in asked:
            if keys and any(one.offset not in by_all[path.selector] for one in path.effects):
                found.update(keys)
        return frozenset(found)

    @cached_property
    def balances(self) -> frozenset[str]:
        """Shapes of the mappings that hold balances."""
        return balance_shapes(self.found, self.slots)

    @cached_property
    def balance_fields(self) -> dict[str, list[StorageField]]:
        """Where in their words balances lie, by shape."""
        return balance_fields(self.found, self.slots)

    def is_balance(self, field: StorageField) -> bool:
        """Whether a stored field is a balance, not what is packed beside one."""
        shape = self.slots.shape(field.slot)
        return shape in self.balances and not beside(self.balance_fields, shape, field)

    @cached_property
    def divisors(self) -> frozenset[Word]:
        """Words by which something is divided.

        That one is above zero is asked of a rate, of no switch.
        """
        arena = self.arena
        return frozenset(arena.args[each][1] for each, kind in enumerate(arena.kind) if kind in _DIVISIONS)

    @cached_property
    def flows(self) -> list[BalanceFlow]:
        """Balance flows of every path that writes a balance."""
        moves = (flow_of(path, self.slots, self.balances, self.balance_fields) for path in self.found.paths)
        return [one for one in moves if one.credits or one.debits or one.sets]

    @cached_property
    def writers(self) -> dict[str, list[GuardedWrite]]:
        """Every write by the shape of its slot."""
        found: dict[str, list[GuardedWrite]] = defaultdict(list)
        changes: dict[tuple[Word, Word], FieldWrite] = {}
        for path in self.found.paths:
            by, privileged = self.by(path), self.privileged(path)
            for one in path.effects:
                if isinstance(one, Write):
                    change = changes.get((one.slot, one.value)) or self.slots.written(one.slot, one.value)
                    changes[one.slot, one.value] = change
                    found[self.slots.shape(one.slot)].append(GuardedWrite(path, one, change, by, privileged))
        return found

    def writers_of(self, field: StorageField) -> list[GuardedWrite]:
        """Return the writes that change a stored field."""
        return [one for one in self.writers.get(self.slots.shape(field.slot), []) if overlap(one.change.field, field)]

    def sets_on_first_call_only(self, path: Path, write: Write) -> bool:
        """Whether the path is an initialiser: it demands a state that it changes itself."""
        return self._first_calls.sets(path, write)

    def is_first_call(self, path: Path) -> bool:
        """Whether the path can be taken once: it ends the state that it demands."""
        writes = [one for one in path.effects if isinstance(one, Write)]
        return any(self.sets_on_first_call_only(path, one) for one in writes)

    @cached_property
    def transfers(self) -> list[BalanceFlow]:
        """Flows that an ordinary holder makes: no privilege asked."""
        return [one for one in self.flows if one.is_transfer and not self.privileged(one.path)]

    @cached_property
    def transfer_facts(self) -> dict[Word, set[bool]]:
        """Conditions on a plain holder's successful transfers, and the truths they may have.

        Transfers of accounts that the code treats apart (the owner, the exempt, mint and burn) do not count: what they
        may skip binds everybody else. Where all transfers are of that kind, all count.
        """
        every = list(self.facts_of_transfers)
        plain = [facts for facts in every if not any(self.is_apart(atom, truth) for atom, truth in facts.items())]
        if not plain:  # where marks are asked of everybody, those who are named outright are the ones apart
            plain = [facts for facts in every if not any(map(self._is_named, facts, facts.values()))]
            every = plain or every
        truths: dict[Word, set[bool]] = defaultdict(set)
        for facts in every:
            for atom, truth in facts.items():
                if not plain or self.is_apart(atom, truth) or self.is_apart(atom, not truth):
                    truths[atom].add(truth)
        for facts in plain:
            for atom, truth in facts.items():
                truths[atom].add(truth)
        return truths

    @cached_property
    def facts_of_transfers(self) -> tuple[Facts, ...]:
        """The facts of each way that a transfer can go.

        Ways that join another are known as far as they were followed; equal facts are there once.
        """
        selectors = {one.path.selector for one in self.transfers}
        joins, seen = [number for one in self.transfers for number in one.path.trace], set[int]()
        found: dict[frozenset[tuple[Word, bool]], Facts] = {}
        for one in self.flows:
            if one.is_transfer and one.path.selector in selectors:
                found.setdefault(frozenset(one.path.facts.items()), one.path.facts)
        while joins:
            number = joins.pop()
            if number not in seen:
                seen.add(number)
                for facts, trace in self.found.merged.get(number, ()):
                    found.setdefault(frozenset(facts.items()), facts)
                    joins.extend(trace)
        return tuple(found.values())

    @cached_property
    def places(self) -> list[tuple[Word, Truths, Truths]]:
        """Named places, with the decisions of transfers to each and of all others."""
        facts = self.facts_of_transfers
        found = []
        for place in sorted(filter(self._names_place, set().union(*facts))):
            there = _truths([one for one in facts if one.get(place) is True])
            elsewhere = _truths([one for one in facts if one.get(place) is False])
            if there and elsewhere:
                found.append((place, there, elsewhere))
        return found

    def _names_place(self, atom: Word) -> bool:
        """Whether a decision compares an address among the arguments with one in storage or code."""
        arena = self.arena
        return arena.kind[atom] == op.EQ and any(
            is_party(arena, who)
            and arena.kind[who] != op.CALLER
            and ((arena.constant(whom) or 0) > 1 or self._is_variable(whom))
            for who, whom in (arena.args[atom], arena.args[atom][::-1])
        )

    def _is_variable(self, word: Word) -> bool:
        field = self.slots.field(word)
        return field is not None and self.arena.constant(field.slot) is not None

    def binds_only_plain(self, atom: Word) -> bool:
        """Whether accounts that the code treats apart may skip a condition of plain holders."""
        every = [facts for facts in self.facts_of_transfers if atom in facts]
        named = [facts for facts in every if any(it and self.is_apart(one, it) for one, it in facts.items())]
        return (
            len({facts[atom] for facts in every}) > 1
            and len({facts[atom] for facts in every if facts not in named}) == 1
        )

    def spares_some(self, atom: Word) -> bool:
        """Whether only accounts that the code treats apart get past without being asked a condition."""
        moving = [one.path for one in self.flows if one.is_transfer]
        asking = {path.selector for path in moving if atom in path.facts}
        unasked = [path.facts for path in moving if path.selector in asking and atom not in path.facts]
        return bool(unasked) and all(
            any(it and self.is_apart(one, it) and self._is_somebody(one) for one, it in facts.items())
            for facts in unasked
        )

    def _is_somebody(self, atom: Word) -> bool:
        """Whether it is not address zero that a decision names."""
        return not any(self.arena.constant(arg) == 0 for arg in self.arena.args[atom])

    def is_conditional(self, atom: Word) -> bool:
        """Whether some plain transfers escape a condition that others of their function ask."""
        asked: dict[int | None, set[bool]] = defaultdict(set)
        for one in self.flows:
            facts = one.path.facts
            if one.is_transfer and not any(self.is_apart(it, truth) for it, truth in facts.items() if it != atom):
                asked[one.path.selector].add(atom in facts)
        return any(len(each) > 1 for each in asked.values())

    def _is_named(self, atom: Word, truth: bool) -> bool:
        """Whether a decision holds for one account that storage or code names."""
        return self.arena.kind[atom] == op.EQ and self.is_apart(atom, truth)

    def is_apart(self, atom: Word, truth: bool) -> bool:
        """Whether a decision holds for a few accounts alone.

        They are named in storage or code, marked, or address zero.
        """
        arena = self.arena
        if not truth:
            return is_party(arena, atom)
        if arena.kind[atom] == op.EQ:
            return any(
                is_party(arena, who) and (arena.constant(whom) is not None or self.slots.field(whom) is not None)
                for who, whom in (arena.args[atom], arena.args[atom][::-1])
            )
        field = self.slots.field(atom)
        return field is not None and any(is_party(arena, key) for key in self.slots.keys(field.slot))


def _truths(facts: list[Facts]) -> Truths:
    found: Truths = defaultdict(set)
    for one in facts:
        for atom, truth in one.items():
            found[atom].add(truth)
    return found
