"""What a call changes, by a node's trace of the state.

It is compared between two ways to send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Effect = Mapping[str, Mapping[str, Any]]
"""Balances, code and storage after, by account in lower case; what did not change is left out."""


def effect_of(diff: Any, sender: str, producer: str) -> Effect | None:
    """Return what `prestateTracer` says in its mode of differences.

    None where it is no such answer.

    Left out are the sender's count of transactions, which every way raises, and the block producer's fees.
    """
    if not isinstance(diff, Mapping) or not all(isinstance(diff.get(name), Mapping) for name in ("pre", "post")):
        return None
    before, after = ({key.lower(): each for key, each in diff[name].items()} for name in ("pre", "post"))
    found = {}
    for account in (before.keys() | after.keys()) - {producer.lower()}:
        if made := _changed(before.get(account, {}), after.get(account), is_sender=account == sender.lower()):
            found[account] = made
    return found


def _changed(before: Mapping[str, Any], after: Mapping[str, Any] | None, *, is_sender: bool) -> dict[str, Any]:
    """Return an account's changes.

    One of `pre` alone ended, or its storage was cleared.
    """
    known = dict(after or {})
    if is_sender:
        known.pop("nonce", None)
    cleared = {slot: None for slot in before.get("storage", {}) if slot not in known.get("storage", {})}
    storage = {**cleared, **known.pop("storage", {})}
    made = {name: each for name, each in known.items() if each != before.get(name)}
    return {**made, **({"storage": storage} if storage else {})}
