"""Parts of a code that a scan could not read.

Silence is never taken for a clean bill.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from premium.security.detectors.profile import CodeProfile
from premium.security.detectors.signals import Signal
from premium.security.evm import opcodes as op
from premium.security.evm.paths import MessageCall

_WHOLE = Fraction(9, 10)
"""A code without a function is taken as read from this part on, or where the rest is no place to jump to."""


def unread(profile: CodeProfile) -> Iterator[Signal]:
    """Find functions that were cut or damaged, jumps to unknown places, code where nothing runs."""
    found = profile.found
    for selector in sorted(found.truncated, key=str):
        yield Signal("incomplete", selector)
        yield Signal("code_opaque", selector)
    for selector, offset in sorted(found.unresolved, key=str):
        yield Signal("code_opaque", selector, offset)
    for selector in sorted(found.broken, key=str):
        yield Signal("code_opaque", selector)
    if not found.entries and not forwards(profile) and not _is_plain(profile):
        yield Signal("code_opaque", None, 0)


def _is_plain(profile: CodeProfile) -> bool:
    """Whether a code without functions was read whole, and only refuses or moves coin.

    What merely stops, at once or at its end, and bears no compiler's mark was written by nobody: data are no code.
    """
    found = profile.found
    effects = [effect for path in found.paths for effect in path.effects]
    whole = found.share >= _WHOLE or not (found.left_out or found.unresolved)
    written = bool(found.refuses or effects or (found.signed and found.paths))
    return written and whole and all(isinstance(each, MessageCall) for each in effects)


def is_complete(profile: CodeProfile) -> bool:
    """Whether everything that can run in the code was read."""
    return next(unread(profile), None) is None


def forwards(profile: CodeProfile) -> bool:
    """Whether the code hands calls on to another code.

    What that one does is read there.
    """
    return any(
        isinstance(effect, MessageCall) and effect.opcode == op.DELEGATECALL
        for path in profile.found.paths
        for effect in path.effects
    )
