"""What a code's functions take and whether they write, recovered from what they read."""

from __future__ import annotations

from collections.abc import Iterable

from premium.security.detectors.profile import CodeProfile
from premium.security.evm import opcodes as op
from premium.security.evm.arena import Arena
from premium.security.evm.paths import Path
from premium.security.evm.words import ADDRESS_MASK, MAP, MASK, Word

_HEAD, _MOST = 4, 32
_SIGNEXTEND = 0x0B
_LESS = MASK + 1 - _HEAD


def functions_of(profile: CodeProfile) -> list[dict[str, str]]:
    """Return selector, argument types and mutability of each function, by selector.

    Types are those that the code tells apart: an unsigned word may be a signed one.
    """
    by_selector: dict[int, list[Path]] = {selector: [] for selector in profile.found.entries}
    for path in profile.found.paths:
        if path.selector in by_selector:
            by_selector[path.selector].append(path)
    return [
        {
            "selector": f"0x{selector:08x}",
            "arguments": ",".join(_arguments(profile, selector, paths)),
            "mutability": _mutability(profile.arena, paths),
        }
        for selector, paths in sorted(by_selector.items())
    ]


def _mutability(arena: Arena, paths: list[Path]) -> str:
    if any(path.effects for path in paths) or not paths:
        free = paths and not any(_refuses_value(arena, path) for path in paths)
        return "payable" if free else "nonpayable"
    reads = any(arena.kind[word] == op.SLOAD for path in paths for word in _words(arena, path))
    return "view" if reads else "pure"


def _refuses_value(arena: Arena, path: Path) -> bool:
    return any(arena.kind[atom] == op.CALLVALUE and not truth for atom, truth in path.facts.items())


def _arguments(profile: CodeProfile, selector: int, paths: list[Path]) -> list[str]:
    """The types by place, as far as the highest word that is read of the arguments' heads."""
    arena = profile.arena
    signed = (_place(arena, word) for word in profile.found.of_signatures.get(selector, ()))
    found = {place: "bytes32" for place in signed if place is not None}
    of_addresses: set[int] = set()
    handed = profile.found.handed.get(selector, set())
    asked = profile.found.asked.get(selector, set())
    for words in (*(_words(arena, path) for path in paths), handed, _parts_of(arena, asked)):
        for word in words:
            for place, kind in (*_typed(arena, word), *_dynamic(arena, word)):
                if place not in found or _rank(kind) > _rank(found[place]):
                    found[place] = kind
            of_addresses |= set(_members(arena, word))
    found |= {place: "address[]" for place in of_addresses if found.get(place) == "uint256[]"}
    count = max([place + 1 for place in found] + [_heads(arena, atom) for atom in asked], default=0)
    return [found.get(place, "uint256") for place in range(count)]


def _heads(arena: Arena, atom: Word) -> int:
    """How many words of arguments a condition asks for: compilers refuse fewer."""
    args = arena.args[atom]
    if arena.kind[atom] not in (op.SLT, op.LT) or (least := arena.constant(args[1])) is None:
        return 0
    rest = arena.args[args[0]] if arena.kind[args[0]] == op.ADD else ()
    is_size = any(arena.kind[one] == op.CALLDATASIZE for one in rest) and any(
        arena.constant(one) == _LESS for one in rest
    )
    return least // 32 if is_size and least % 32 == 0 and least <= 32 * _MOST else 0


def _rank(kind: str) -> int:
    """How much a type says: what is only a word the least, a list's members the most."""
    return 0 if kind == "uint256" else 1 if kind == "bytes" else 3 if kind.endswith("[]") else 2


def _typed(arena: Arena, word: Word) -> Iterable[tuple[int, str]]:
    """The type of an argument that a word reads."""
    kind, args = arena.kind[word], arena.args[word]
    place = _place(arena, word)
    if place is not None:
        yield place, "uint256"
    if kind == op.AND:
        for one, other in (args, args[::-1]):
            mask, at = arena.constant(one), _place(arena, other)
            if mask is not None and at is not None:
                yield at, _of_mask(mask)
    elif kind == MAP and word in arena.address_keys and (at := _place(arena, args[1])) is not None:
        yield at, "address"
    elif kind == _SIGNEXTEND and (at := _place(arena, args[1])) is not None:
        width = arena.constant(args[0])
        if width is not None and width < 31:
            yield at, f"int{8 * (width + 1)}"
    elif kind == op.ISZERO and (at := _doubly(arena, word)) is not None:
        yield at, "bool"


def _dynamic(arena: Arena, word: Word) -> Iterable[tuple[int, str]]:
    """The argument whose bytes or members a word reads: its head is an offset."""
    kind, args = arena.kind[word], arena.args[word]
    if kind in (op.MUL, op.SHL):
        yield from _of_length(arena, args)
    elif kind == op.CALLDATALOAD:
        yield from ((at, "bytes") for at in _offsets(arena, args[0], 1))


def _members(arena: Arena, word: Word) -> Iterable[int]:
    """Places of lists of which a member is cut to an address."""
    if arena.kind[word] != op.AND:
        return
    for one, other in (arena.args[word], arena.args[word][::-1]):
        if arena.constant(one) == ADDRESS_MASK and arena.kind[other] == op.CALLDATALOAD:
            yield from _offsets(arena, arena.args[other][0], 4)


def _offsets(arena: Arena, word: Word, depth: int) -> Iterable[int]:
    """Places of the heads that a sum adds up."""
    if arena.kind[word] != op.ADD or not depth:
        return
    for part in arena.args[word]:
        at = _place(arena, part)
        if at is not None:
            yield at
        else:
            yield from _offsets(arena, part, depth - 1)


def _doubly(arena: Arena, word: Word) -> int | None:
    """The place of a word that is made a truth value: nothing but flags is asked twice."""
    inner = arena.args[word][0]
    return _place(arena, arena.args[inner][0]) if arena.kind[inner] == op.ISZERO else None


def _of_length(arena: Arena, args: tuple[Word, ...]) -> Iterable[tuple[int, str]]:
    """A list's length, times the size of a member."""
    for one, other in (args, args[::-1]):
        if arena.constant(one) not in (5, 32) or arena.kind[other] != op.CALLDATALOAD:
            continue
        yield from ((at, "uint256[]") for at in _offsets(arena, arena.args[other][0], 1))


def _place(arena: Arena, word: Word) -> int | None:
    if arena.kind[word] != op.CALLDATALOAD:
        return None
    offset = arena.constant(arena.args[word][0])
    if offset is None or offset < _HEAD or (offset - _HEAD) % 32 or offset >= _HEAD + 32 * _MOST:
        return None
    return (offset - _HEAD) // 32


def _of_mask(mask: int) -> str:
    if mask == ADDRESS_MASK:
        return "address"
    bits = mask.bit_length()
    if mask == (1 << bits) - 1 and bits % 8 == 0:
        return f"uint{bits}"
    low = (mask & -mask).bit_length() - 1
    if mask == MASK >> low << low and low % 8 == 0 and low:
        return f"bytes{(256 - low) // 8}"
    return "uint256"


def _words(arena: Arena, path: Path) -> Iterable[Word]:
    """All words that a path decides by, writes, sends or returns, with their parts."""
    pending = [*path.facts]
    for one in path.effects:
        pending += [value for value in vars_of(one) if isinstance(value, int)]
    if path.returned is not None:
        pending.append(path.returned)
    return _parts_of(arena, pending)


def _parts_of(arena: Arena, words: Iterable[Word]) -> Iterable[Word]:
    pending, seen = [*words], set[Word]()
    while pending:
        word = pending.pop()
        if word in seen:
            continue
        seen.add(word)
        yield word
        pending.extend(arena.args[word])


def vars_of(effect: object) -> list[object]:
    """Return the words of an effect."""
    names = ("slot", "value", "target", "argument", "head", "beneficiary")
    return [getattr(effect, name, None) for name in names]
