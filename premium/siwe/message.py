"""Read messages of EIP-4361 to the byte, or compose them from fields.

Only what the grammar says is a message, and what a statement contains is never read as a field. The order of lines is
fixed, so that one pass reads it, and the first line that does not fit is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from premium.chains.addresses import checksum
from premium.siwe import grammar
from premium.siwe.instants import instant

MAX_BYTES = 4096
_HEADER = " wants you to sign in with your Ethereum account:"
_RESOURCES = "Resources:"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Malformed(ValueError):
    """A text that is no message.

    It names the field, the line (from 1; 0 where there is none), and the reason.
    """

    def __init__(self, field: str, line: int, reason: str, code: str = "malformed") -> None:
        super().__init__(f"line {line}: {field} {reason}" if line else f"{field} {reason}")
        self.code, self.field, self.line = code, field, line


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message's fields as its text has them; None for what it leaves out."""

    scheme: str | None = None
    domain: str
    address: str
    """With the checksum of EIP-55."""
    statement: str | None = None
    uri: str
    version: str = "1"
    chain_id: str
    """Decimal digits, as they stand; `chain` is their number."""
    nonce: str
    issued_at: str
    expiration_time: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    """May be empty, which is not the same as None."""
    resources: tuple[str, ...] | None = None

    @property
    def chain(self) -> int:
        """Return the number of the chain id."""
        return int(self.chain_id)

    @property
    def authority(self) -> str | None:
        """Return the URI's authority, None for a URI without one."""
        found = grammar.URI.fullmatch(self.uri)
        return None if found is None else found["authority"]

    def instant(self, field: str) -> Decimal | None:
        """Return a time as Unix seconds: `issued_at`, `expiration_time` or `not_before`."""
        text = getattr(self, field)
        return None if text is None else instant(text)

    def text(self) -> str:
        """Return the text that a wallet signs."""
        lines = [f"{self.scheme}://{self.domain}{_HEADER}" if self.scheme else f"{self.domain}{_HEADER}", self.address]
        lines += ["", "" if self.statement is None else f"{self.statement}\n"]
        for name, label, _, _ in _FIELDS:
            value = getattr(self, name)
            lines += [] if value is None else [f"{label}{value}"]
        if self.resources is not None:
            lines += [_RESOURCES, *(f"- {each}" for each in self.resources)]
        return "\n".join(lines)

    def fields(self) -> dict[str, object]:
        """Return what is there by EIP-4361's names; `chainId` is a number, `resources` a list."""
        found: dict[str, object] = {}
        for name, outside in NAMES.items():
            value = getattr(self, name)
            if value is not None:
                found[outside] = self.chain if name == "chain_id" else list(value) if name == "resources" else value
        return found


NAMES: Mapping[str, str] = {
    "scheme": "scheme", "domain": "domain", "address": "address", "statement": "statement", "uri": "uri",
    "version": "version", "chain_id": "chainId", "nonce": "nonce", "issued_at": "issuedAt",
    "expiration_time": "expirationTime", "not_before": "notBefore", "request_id": "requestId",
    "resources": "resources",
}  # fmt: skip
"""Fields by their names outside, in the order of the text."""


def parse(text: str) -> Message:
    """Return the message of a text.

    Malformed names the first field and line that do not fit.
    """
    lines = _lines(text)
    found: dict[str, str | None] = {}
    found["scheme"], found["domain"] = _header(lines[0])
    found["address"] = _address(_line(lines, 1, "address"), 2)
    _empty(lines, 2, "statement", "is not set apart by an empty line from the address")
    at = 4
    if statement := _line(lines, 3, "statement"):
        found["statement"] = _match(grammar.STATEMENT, statement, "statement", 4, _STATEMENT_REASON)
        _empty(lines, 4, "statement", "is not one line, followed by an empty one")
        at = 5
    for name, label, check, required in _FIELDS:
        if at < len(lines) and lines[at].startswith(label):
            found[name] = check(lines[at].removeprefix(label), NAMES[name], at + 1)
            at += 1
        elif required:
            raise Malformed(NAMES[name], at + 1, _missing(lines, at, label))
    resources = _resources(lines, at)
    return Message(resources=resources, **found)  # type: ignore[arg-type] # each was checked above


def compose(fields: Mapping[str, object]) -> Message:
    """Return the message of fields by their names outside.

    Malformed names the one that does not fit. None counts as absent; `chainId` is a number or its digits.
    """
    if unknown := [str(name) for name in fields if name not in NAMES.values()]:
        raise Malformed(unknown[0][:100], 0, "is no field of a message")
    inside = {name: fields.get(outside) for name, outside in NAMES.items()}
    found: dict[str, object] = {
        name: _checked(name, value) for name, value in inside.items() if value is not None and name != "resources"
    }
    if missing := [NAMES[name] for name in _REQUIRED if name not in found]:
        raise Malformed(missing[0], 0, "is missing")
    if inside["resources"] is not None:
        found["resources"] = _checked_resources(inside["resources"])
    message = Message(**found)  # type: ignore[arg-type] # each was checked above
    _lines(message.text())
    return message


def _lines(text: str) -> list[str]:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Malformed("message", 0, "holds half a surrogate pair, which is not UTF-8") from None
    if size > MAX_BYTES:
        raise Malformed("message", 0, f"has {size} bytes; at most {MAX_BYTES} are read")
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if strange := _CONTROL.search(line):
            raise Malformed("message", number, f"holds U+{ord(strange[0]):04X}, which no field may hold")
    if not lines[-1] and len(lines) > 1:
        raise Malformed("message", len(lines), "is empty: a message does not end with a line feed")
    return lines


def _line(lines: list[str], at: int, field: str) -> str:
    if at >= len(lines):
        raise Malformed(field, len(lines) + 1, "is missing: the message ends before it")
    return lines[at]


def _empty(lines: list[str], at: int, field: str, reason: str) -> None:
    if _line(lines, at, field):
        raise Malformed(field, at + 1, reason)


def _header(line: str) -> tuple[str | None, str]:
    if not line.endswith(_HEADER):
        raise Malformed("domain", 1, f"is not followed by {_HEADER.strip()!r}")
    scheme, mark, domain = line.removesuffix(_HEADER).rpartition("://")
    return _match(grammar.SCHEME, scheme, "scheme", 1, _SCHEME_REASON) if mark else None, _domain(domain, "domain", 1)


def _missing(lines: list[str], at: int, label: str) -> str:
    if at >= len(lines):
        return f"is missing: the message ends before {label.strip()!r}"
    return f"is missing: the line begins with {lines[at][:20]!r}, not with {label!r}"


def _resources(lines: list[str], at: int) -> tuple[str, ...] | None:
    if at == len(lines):
        return None
    if lines[at] != _RESOURCES:
        known = [NAMES[name] for name, label, _, _ in _FIELDS if lines[at].startswith(label)]
        raise Malformed(known[0] if known else "message", at + 1, f"is out of its order, or none: {lines[at][:20]!r}")
    found: list[str] = []
    for number, line in enumerate(lines[at + 1 :], start=at + 2):
        if not line.startswith("- "):
            raise Malformed("resources", number, "is no resource, which begins with '- '")
        found.append(_uri(line.removeprefix("- "), "resources", number))
    return tuple(found)


_SCHEME_REASON = "is no scheme of RFC 3986: a letter, then letters, digits, +, - and ."
_STATEMENT_REASON = "holds a character that is neither reserved nor unreserved in RFC 3986, nor a space"


def _match(pattern: re.Pattern[str], text: str, field: str, line: int, reason: str) -> str:
    if not pattern.fullmatch(text):
        raise Malformed(field, line, reason)
    return text


def _domain(text: str, field: str, line: int) -> str:
    if not text:
        raise Malformed(field, line, "is missing")
    return _match(grammar.AUTHORITY, text, field, line, "is no authority of RFC 3986 (host, and a port if need be)")


def _address(text: str, line: int) -> str:
    if not grammar.ADDRESS.fullmatch(text):
        raise Malformed("address", line, "is not 0x and 40 hexadecimal digits")
    right = checksum(text.lower())
    if text != right:
        raise Malformed("address", line, f"has not the checksum of EIP-55; it would be {right}", "checksum")
    return text


def _uri(text: str, field: str, line: int) -> str:
    return _match(grammar.URI, text, field, line, "is no URI of RFC 3986")


def _version(text: str, field: str, line: int) -> str:
    if text != "1":
        raise Malformed(field, line, "is not 1")
    return text


def _chain_id(text: str, field: str, line: int) -> str:
    return _match(grammar.CHAIN_ID, text, field, line, "is no number of decimal digits")


def _nonce(text: str, field: str, line: int) -> str:
    return _match(grammar.NONCE, text, field, line, "is not eight or more letters and digits")


def _request_id(text: str, field: str, line: int) -> str:
    return _match(grammar.REQUEST_ID, text, field, line, "holds a character that no path segment of RFC 3986 has")


def _time(text: str, field: str, line: int) -> str:
    try:
        instant(text)
    except ValueError as error:
        raise Malformed(field, line, str(error)) from None
    return text


Check = Callable[[str, str, int], str]
_FIELDS: tuple[tuple[str, str, Check, bool], ...] = (
    ("uri", "URI: ", _uri, True),
    ("version", "Version: ", _version, True),
    ("chain_id", "Chain ID: ", _chain_id, True),
    ("nonce", "Nonce: ", _nonce, True),
    ("issued_at", "Issued At: ", _time, True),
    ("expiration_time", "Expiration Time: ", _time, False),
    ("not_before", "Not Before: ", _time, False),
    ("request_id", "Request ID: ", _request_id, False),
)
"""Name, label, check of the value, whether it must be there; in the order of the text."""
_CHECKS: Mapping[str, Check] = {name: check for name, _, check, _ in _FIELDS} | {
    "scheme": lambda text, field, line: _match(grammar.SCHEME, text, field, line, _SCHEME_REASON),
    "domain": _domain,
    "address": lambda text, _, line: _address(text, line),
    "statement": lambda text, field, line: _match(grammar.STATEMENT, text, field, line, _STATEMENT_REASON),
}
_REQUIRED = ("domain", "address", *(name for name, _, _, required in _FIELDS if required))


def _checked(name: str, value: object) -> str:
    if name == "chain_id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Malformed(NAMES[name], 0, "is not a text")
    return _CHECKS[name](value, NAMES[name], 0)


def _checked_resources(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise Malformed("resources", 0, "is not a list of texts")
    return tuple(_uri(each, "resources", 0) for each in value)
