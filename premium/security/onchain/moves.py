"""Ask a token whether wallets can move theirs: by trying, never by a list's name."""

from __future__ import annotations

from collections.abc import Iterable

from premium.security.contract.state import StateReader, view_word

_BALANCE, _TRANSFER = 0x70A08231, 0xA9059CBB
_OTHER = "0x" + "5e" * 20
"""Somebody who has nothing to do with the token."""


def moving(reader: StateReader, token: str, wallets: Iterable[str]) -> dict[str, bool]:
    """Return of each wallet whether it can move one base unit.

    To a stranger. Wallets that hold nothing are left out: what they cannot do says nothing of them.
    """
    found: dict[str, bool] = {}
    for each in wallets:
        held = view_word(reader, token, _BALANCE, bytes.fromhex(each[2:]).rjust(32, b"\0"))
        if held:
            data = _TRANSFER.to_bytes(4) + bytes.fromhex(_OTHER[2:]).rjust(32, b"\0") + (1).to_bytes(32)
            answer = reader.call(token, data, sender=each)
            # Old tokens answer nothing, others tell a refusal by false.
            found[each] = answer is not None and (len(answer) < 32 or int.from_bytes(answer[:32]) == 1)
    return found
