"""What a call changes, by a node's trace of the state.

It is compared between two ways to send it, and what the next call is simulated upon.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Effect = Mapping[str, Mapping[str, Any]]
"""Balances, code and storage after, by account in lower case; what did not change is left out."""


Overrides = dict[str, dict[str, Any]]
"""State to simulate upon, by account in lower case, as nodes take it beside a call."""
_NOTHING = f"0x{0:064x}"


def changed_state(before: Overrides, diff: Any) -> Overrides | None:
    """Return the state after a call, for the next one to be simulated upon.

    `diff`: what `prestateTracer` says in its mode of differences; None where it is no such answer.
    """
    if not _is_diff(diff):
        return None
    after = {account: dict(fields) for account, fields in before.items()}
    for account in diff["pre"].keys() | diff["post"].keys():
        old, new = diff["pre"].get(account, {}), diff["post"].get(account)
        mine = after.setdefault(account.lower(), {})
        if new is None:
            mine |= {"balance": "0x0", "code": "0x"}
            new = {}
        mine |= {name: new[name] for name in ("balance", "code") if name in new}
        if "nonce" in new:
            mine["nonce"] = new["nonce"] if isinstance(new["nonce"], str) else hex(new["nonce"])
        slots = dict.fromkeys(old.get("storage", {}), _NOTHING) | new.get("storage", {})
        if slots:
            mine["stateDiff"] = mine.get("stateDiff", {}) | slots
    return after


def _is_diff(diff: Any) -> bool:
    return isinstance(diff, Mapping) and all(isinstance(diff.get(name), Mapping) for name in ("pre", "post"))


def effect_of(diff: Any, sender: str, producer: str) -> Effect | None:
    """Return what `prestateTracer` says in its mode of differences.

    None where it is no such answer.

    Left out are the sender's count of transactions, which every way raises, and the block producer's fees.
    """
    if not _is_diff(diff):
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
