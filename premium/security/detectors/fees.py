"""Detectors of transfers that credit less than they debit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from premium.security.detectors.balances import BalanceFlow, BalanceWrite
from premium.security.detectors.guards import GuardedWrite
from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.paths import Facts
from premium.security.evm.words import FROM_CALLDATA, FROM_CALLER, UNKNOWN, Word, parts

_MOVES = frozenset({0xA9059CBB, 0x23B872DD, 0x42842E0E, 0xF242432A})
"""Standard functions that move a token."""


def transfer_fees(profile: CodeProfile) -> Iterator[Signal]:
    """Find transfer fees, and the functions that set them."""
    if not _MOVES & profile.found.entries.keys():
        return  # deposits that are charged, of no token
    yield from _spared(profile)
    for flow in profile.transfers:
        for parameter in _fee_parameters(profile, flow):
            shape = profile.slots.shape(parameter)
            setters = [
                one
                for one in profile.writers.get(shape, [])
                if one.privileged
                and one.change.value is not None
                and profile.arena.taint[one.change.value] & FROM_CALLDATA
            ]
            for one in setters:
                yield Signal(
                    "fee_setting",
                    one.path.selector,
                    one.write.offset,
                    shape,
                    None,
                    one.privileged,
                    _bounded(profile, one),
                )
        if _takes_fee(profile, flow):
            first = flow.debits[0]
            yield Signal("transfer_fee", flow.path.selector, first.write.offset, first.shape)


def _spared(profile: CodeProfile) -> Iterator[Signal]:
    """Accounts that somebody marks, or who decide themselves, and whose transfers pay nothing."""
    charged: dict[int | None, list[Facts]] = defaultdict(list)
    for flow in profile.transfers:
        if _takes_fee(profile, flow):
            charged[flow.path.selector].append(flow.path.facts)
    for flow in profile.flows:
        paying = charged.get(flow.path.selector, [])
        if not flow.is_transfer or not paying or _takes_fee(profile, flow):
            continue
        for atom, truth in flow.path.facts.items():
            apart = truth and profile.is_apart(atom, truth=True) and _is_favour(profile, atom)
            if apart and all(facts.get(atom) is False for facts in paying):
                write = flow.debits[0].write
                yield Signal("exempt_accounts", flow.path.selector, write.offset, flow.debits[0].shape)
                return


def _is_favour(profile: CodeProfile, atom: Word) -> bool:
    """Whether a privileged party has set the mark that is asked, or is named itself."""
    slots = profile.slots
    words = profile.arena.args[atom] if profile.arena.kind[atom] == op.EQ else (atom,)
    for field in filter(None, map(slots.field, words)):
        if "[" not in (shape := slots.shape(field.slot)):
            return shape in profile.deciding
        writers = profile.writers_of(field)
        return bool(writers) and all(one.privileged for one in writers)
    return False


def _takes_fee(profile: CodeProfile, flow: BalanceFlow) -> bool:
    """The receiver gets another amount than was taken, or a third party gets a part."""
    taken = {word for one in flow.debits for word in one.debits}
    given = {word for one in flow.credits for word in one.credits}
    side = _side_credits(profile, flow)
    return bool(taken and given) and (not given & taken or 0 < len(side) < len(flow.credits))


def _side_credits(profile: CodeProfile, flow: BalanceFlow) -> list[BalanceWrite]:
    """Credits of the contract itself or of a stored or constant address."""
    arena, slots = profile.arena, profile.slots
    return [
        one
        for one in flow.credits
        if not any(
            arena.taint[key] & (FROM_CALLDATA | FROM_CALLER) or _is_unknown(profile, key)
            for key in slots.keys(one.write.slot)
        )
    ]


def _is_unknown(profile: CodeProfile, key: Word) -> bool:
    """Whether nothing is known of an account: an entry of a list that was copied to memory."""
    return any(profile.arena.kind[part] == UNKNOWN for part in parts(profile.arena, key))


def _fee_parameters(profile: CodeProfile, flow: BalanceFlow) -> set[Word]:
    """Stored variables that the difference is computed from."""
    taken = {word for one in flow.debits for word in one.debits}
    given = {word for one in flow.credits for word in one.credits if word not in taken}
    if len(flow.credits) > 1:
        given |= {word for one in _side_credits(profile, flow) for word in one.credits}
    slots = profile.slots
    return {
        slot
        for word in given
        for slot in slots.loads(word)
        if slots.shape(slot) not in profile.balances and slots.shape(slot) != "?"
    }


def _bounded(profile: CodeProfile, writer: GuardedWrite) -> bool:
    """Whether the setter compares what it was given with a constant."""
    arena = profile.arena
    value = writer.change.value
    for atom in writer.path.facts:
        if arena.kind[atom] in (op.LT, op.GT) and any(arena.constant(arg) is not None for arg in arena.args[atom]):
            others = [arg for arg in arena.args[atom] if arena.constant(arg) is None]
            sizes = [arg for arg in others if _is_size(profile, arg)]
            if others and not sizes and value is not None and any(_shares(profile, arg, value) for arg in others):
                return True
    return False


def _is_size(profile: CodeProfile, word: Word) -> bool:
    """Checks of calldata's length are the decoder's, not a bound."""
    kind, args = profile.arena.kind[word], profile.arena.args[word]
    return kind == op.CALLDATASIZE or any(_is_size(profile, arg) for arg in args)


def _shares(profile: CodeProfile, a: Word, b: Word) -> bool:
    """Whether both depend on one argument."""
    return bool(_arguments(profile, a) & _arguments(profile, b))


def _arguments(profile: CodeProfile, word: Word) -> frozenset[Word]:
    kind, args = profile.arena.kind[word], profile.arena.args[word]
    found = frozenset([word]) if kind == op.CALLDATALOAD else frozenset()
    for arg in args:
        found |= _arguments(profile, arg)
    return found
