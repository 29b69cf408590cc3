"""Judge a pool by who may take its liquidity away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from premium.security.contract.controllers import DEAD
from premium.security.contract.state import StateReader, view_word
from premium.security.detectors.analysis import profile_of, signals_of
from premium.security.judgement.scene import Found, Place, found
from premium.security.knowledge.known import Knowledge
from premium.security.model import Severity

_SUPPLY, _BALANCE = 0x18160DDD, 0x70A08231
_OPENS = frozenset({"withdraw_tokens", "privileged_call", "open_call", "arbitrary_delegatecall", "open_delegatecall"})
"""Findings of a lock's code by which what it holds can leave."""


def removable(pool: str, holders: Iterable[str], reader: StateReader, known: Knowledge) -> Iterator[Found]:
    """Find who holds half a pool's tokens or more and can take them out.

    An account, or a lock that opens for somebody. Pool tokens that nobody can send are locked for good;
    a labelled protocol is taken at its word.
    """
    supply = view_word(reader, pool, _SUPPLY) or 0
    for each in sorted(set(holders)):
        held = view_word(reader, pool, _BALANCE, bytes.fromhex(each[2:]).rjust(32, b"\0")) or 0
        if not supply or 2 * held < supply or int(each, 16) in DEAD or each == pool or known.is_known(each):
            continue
        code = reader.code(each)
        if code and not any(one.id in _OPENS for one in signals_of(profile_of(code))):
            continue
        what = "a lock that can be opened" if code else "an account"
        share = held * 10_000 // supply
        yield found(
            "liquidity_removable", Place("", pool), severity=Severity.MEDIUM, basis="code" if code else "measured",
            holder=each, value=f"{share} basis points of the pool's tokens, with {what}",
        )  # fmt: skip
