"""Who controls what is the sender's: delegates, owners, Safes, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from premium.simulation import reader
from premium.simulation.model import Authority, Read
from premium.simulation.subjects import asked, party

_OWNER, _THRESHOLD, _OWNERS, _MODULES, _HAS_ROLE = 0x8DA5CB5B, 0xE75235B8, 0xA0E67E2B, 0xCC2F8452, 0x91D14854
_MOST_OWNERS = 32 * 34
_DELEGATED = bytes.fromhex("ef0100")
SLOTS = {
    "singleton": 0,
    "guard": 0x4A204F620C8C5CCDCA3FD54D003BADD85BA500436A431F0CBDA4F558C93C34C8,
    "fallback": 0x6C9A6C4A39284E37ED1CF53D337577D14212A4870FB976A4366C693B939918D5,
    "implementation": 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC,
    "admin": 0xB53127684A568B3173AE13B9F8A6016E243E63B6E8EE1178D6A717850B5D6103,
}
"""Where Safes and proxies keep who they obey, read from the storage itself: a new code may lie about them."""
_OF_SAFES = ("singleton", "guard", "fallback")


def views(owned: Iterable[str], user: str) -> tuple[Read, ...]:
    """Return what is asked of contracts that may be the user's."""
    found = [reader.code_head(user)]
    for each in owned:
        found += (
            Read(each, asked(_OWNER)), Read(each, asked(_THRESHOLD)), Read(each, asked(_OWNERS), _MOST_OWNERS),
            Read(each, asked(_MODULES, "0x1", 10), _MOST_OWNERS), Read(each, asked(_HAS_ROLE, 0, user)),
        )  # fmt: skip
    return tuple(found)


def slots(owned: Iterable[str]) -> tuple[Read, ...]:
    """Return the reads of storage, for a reader of slots in each contract's place."""
    return tuple(Read(each, slot.to_bytes(32)) for each in owned for slot in SLOTS.values())


def changes(
    owned: Sequence[str],
    user: str,
    before: tuple[Sequence[bytes | None], Sequence[bytes | None]],
    after: tuple[Sequence[bytes | None], Sequence[bytes | None]],
) -> tuple[Authority, ...]:
    """Return what changed of what was the user's.

    Each side is the answers to `views` and to `slots`.
    """
    found = list(_delegate(user, before[0][0], after[0][0]))
    for number, each in enumerate(owned):
        was, now = (_facts(side, number) for side in (before, after))
        if _is_users(was, user):
            found += _of_contract(each, was, now, user)
    return tuple(found)


def _delegate(user: str, was: bytes | None, now: bytes | None) -> Iterator[Authority]:
    first, second = (_delegate_of(one) for one in (was, now))
    if first != second:
        yield Authority(user, "delegate", first, second)


def _delegate_of(code: bytes | None) -> str:
    head = (code or b"").rstrip(b"\0")
    if not head:
        return "none"
    return f"0x{(code or b'')[3:23].hex()}" if head.startswith(_DELEGATED) else "code"


Facts = Mapping[str, str]
"""What a contract says of its powers, as text; what it does not answer is missing."""


def _facts(side: tuple[Sequence[bytes | None], Sequence[bytes | None]], number: int) -> Facts:
    told, kept = side
    owner, threshold, owners, modules, role = told[1 + 5 * number : 6 + 5 * number]
    made: dict[str, str] = {}
    if owner is not None and len(owner) == 32 and not any(owner[:12]):
        made["owner"] = party(int.from_bytes(owner))
    if threshold is not None and len(threshold) == 32:
        made["threshold"] = str(int.from_bytes(threshold))
    for name, answer in (("owners", _listed(owners, 0)), ("modules", _listed(modules, 0))):
        if answer is not None:
            made[name] = ", ".join(sorted(answer)) or "none"
    if role is not None and len(role) == 32:
        made["admin_role"] = "yes" if any(role) else "no"
    width = len(SLOTS)
    for name, word in zip(SLOTS, kept[width * number : width * (number + 1)], strict=True):
        if word is not None:
            made[name] = party(int.from_bytes(word))
    return made


def _listed(answer: bytes | None, which: int) -> list[str] | None:
    """An array of addresses whose offset is the n-th word."""
    if answer is None or len(answer) < 64:
        return None
    start = int.from_bytes(answer[32 * which : 32 * which + 32])
    if start % 32 or start + 32 > len(answer):
        return None
    count = int.from_bytes(answer[start : start + 32])
    if count > 32 or start + 32 + 32 * count > len(answer):
        return None
    return [party(int.from_bytes(answer[start + 32 * i + 32 : start + 32 * i + 64])) for i in range(count)]


def _is_safe(facts: Facts) -> bool:
    return "threshold" in facts and "owners" in facts


def _is_users(facts: Facts, user: str) -> bool:
    in_safe = _is_safe(facts) and user in facts["owners"]
    return in_safe or facts.get("owner") == user or facts.get("admin_role") == "yes"


def _of_contract(address: str, was: Facts, now: Facts, user: str) -> Iterator[Authority]:
    names = []
    if facts_owner(was) == user:
        names += ["owner", "implementation", "admin"]
    if was.get("admin_role") == "yes":
        names.append("admin_role")
    if _is_safe(was):
        names += ["owners", "threshold", "modules", *_OF_SAFES]
    for name in names:
        first, second = was.get(name), now.get(name)
        if first is not None and first != second:
            yield Authority(address, name, first, second or "not told any more")


def facts_owner(facts: Facts) -> str | None:
    """Return the owner that a contract names."""
    return facts.get("owner")
