"""Judge logins of a file, offline: one case in, one verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.siwe.instants import instant
from premium.siwe.message import Malformed, Message, compose, parse
from premium.siwe.rules import Expected, Failure, judge

PASSED_OVER = frozenset({"source", "name", "note", "notes", "expected", "kind"})
_KNOWN = frozenset({"id", "message", "fields", "signature", "check"})
_CHECKS = frozenset({"domain", "scheme", "uri", "chain_id", "nonce", "time"})

Case = Mapping[str, Any]


class UnclearCase(ValueError):
    """A case that asks for nothing that can be answered; the message names the key."""


class Nonces:
    """The nonces of one run; with `once` each is taken a single time."""

    def __init__(self, *, once: bool) -> None:
        self._once = once
        self._spent: set[str] = set()

    def spend(self, nonce: str) -> bool:
        """Take a nonce; tell whether it was unspent."""
        fresh = nonce not in self._spent
        if self._once:
            self._spent.add(nonce)
        return fresh


def verdict(case: Case, nonces: Nonces) -> dict[str, Any]:
    """Return `{"id", "valid", "fields", "address", "error"}` of a case.

    UnclearCase for an unknown key, for none or both of `message` and `fields`, and for a check of another form.
    """
    expected = _expected(case)
    try:
        message, text = _message(case)
    except Malformed as error:
        return _answer(case, None, Failure(error.code, error.field, str(error)))
    signature = case.get("signature")
    if signature is not None and not isinstance(signature, str):
        nonces.spend(message.nonce)
        return _answer(case, message, Failure("signature", "signature", "signature is not a text"))
    return _answer(case, message, judge(message, text, signature, expected, spend=nonces.spend))


def _message(case: Case) -> tuple[Message, str]:
    if case.get("fields") is not None:
        if not isinstance(case["fields"], Mapping):
            raise Malformed("fields", 0, "is not an object")
        message = compose(case["fields"])
        return message, message.text()
    if not isinstance(case["message"], str):
        raise Malformed("message", 0, "is not a text")
    return parse(case["message"]), case["message"]


def _expected(case: Case) -> Expected:
    if unknown := [name for name in case if name not in _KNOWN | PASSED_OVER and not name.startswith("_")]:
        raise UnclearCase(f"{unknown[0][:100]!r} is no key of a case")
    if (case.get("message") is None) == (case.get("fields") is None):
        raise UnclearCase("a case has either a message or fields")
    check = {} if case.get("check") is None else case["check"]
    if not isinstance(check, Mapping):
        raise UnclearCase("check is not an object")
    if unknown := [name for name in check if name not in _CHECKS]:
        raise UnclearCase(f"check.{unknown[0][:100]} is not known; there are: {', '.join(sorted(_CHECKS))}")
    texts = {name: _text(check, name) for name in ("domain", "scheme", "uri", "nonce")}
    time = _text(check, "time")
    try:
        return Expected(**texts, chain_id=_chain_id(check.get("chain_id")), time=instant(time) if time else None)
    except ValueError as error:
        raise UnclearCase(f"check.time {error}") from None


def _text(check: Mapping[str, Any], name: str) -> str | None:
    value = check.get(name)
    if value is not None and not isinstance(value, str):
        raise UnclearCase(f"check.{name} is not a text")
    return value


def _chain_id(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise UnclearCase("check.chain_id is not a whole number")


def _answer(case: Case, message: Message | None, failure: Failure | None) -> dict[str, Any]:
    wrong = failure and {"code": failure.code, "field": failure.field, "message": failure.message}
    return {
        "id": case.get("id"),
        "valid": failure is None,
        "fields": message and message.fields(),
        "address": message and message.address,
        "error": wrong,
    }
