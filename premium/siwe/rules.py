"""Compare a message with what a server expects.

The rules stand in one order, and the first that fails is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

from premium.siwe.message import Message
from premium.siwe.signatures import WrongSignature, personal_hash, read_signature, signer

ISSUED_AHEAD_SECONDS = 60
"""How far a wallet's clock may be ahead of the server's."""


@dataclass(frozen=True)
class Failure:
    """The rule that a message breaks: code, field and sentence."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a server expects of a message; None is not checked."""

    domain: str | None = None
    scheme: str | None = None
    uri: str | None = None
    chain_id: int | None = None
    nonce: str | None = None
    time: Decimal | None = None
    """Unix seconds of the server's clock."""


@dataclass(frozen=True)
class Origin:
    """A page of the stage's own that may ask for logins: `https`, `app.example.com:8443`."""

    scheme: str
    domain: str


def wrong_place(message: Message, expected: Expected) -> Failure | None:
    """Return a failure where domain, scheme, URI or chain id is not the expected one."""
    asked = (
        ("domain", expected.domain, message.domain),
        ("scheme", expected.scheme, message.scheme),
        ("uri", expected.uri, message.uri),
        ("chainId", expected.chain_id, message.chain),
    )
    for field, wanted, given in asked:
        if wanted is not None and wanted != given:
            return Failure("mismatch", field, f"{field} is {_shown(given)}, not {_shown(wanted)}")
    return None


def foreign(message: Message, origins: Collection[Origin], chains: Collection[int]) -> Failure | None:
    """Return why a message was not made for us: another's domain, scheme, URI or chain.

    Compared to the byte: a look-alike is another's.
    """
    ours = [each for each in origins if each.domain == message.domain]
    if not ours:
        return Failure("mismatch", "domain", "domain is none of this service's")
    if message.scheme is not None and message.scheme not in {each.scheme for each in ours}:
        return Failure("mismatch", "scheme", "scheme is not that of this service's domain")
    if message.authority != message.domain:
        return Failure("mismatch", "uri", "uri is not of the message's domain")
    if message.chain not in chains:
        return Failure("mismatch", "chainId", "chainId is of no chain that is known here")
    return None


def wrong_nonce(message: Message, expected: Expected) -> Failure | None:
    """Return a failure where the nonce is not the expected one."""
    if expected.nonce is None or expected.nonce == message.nonce:
        return None
    return Failure("mismatch", "nonce", "nonce is not the one that was given")


def wrong_time(message: Message, now: Decimal, *, judge_issue: bool) -> Failure | None:
    """Return why a message does not hold at an instant.

    The instant of expiry is too late, that of `notBefore` is in time. `judge_issue`: `issuedAt` may be at most 60
    seconds ahead.
    """
    begins, ends, issued = (message.instant(name) for name in ("not_before", "expiration_time", "issued_at"))
    if begins is not None and now < begins:
        return Failure("not_yet_valid", "notBefore", f"message does not hold before {message.not_before}")
    if ends is not None and now >= ends:
        return Failure("expired", "expirationTime", f"message has expired at {message.expiration_time}")
    if judge_issue and issued is not None and issued > now + ISSUED_AHEAD_SECONDS:
        reason = f"issuedAt is more than {ISSUED_AHEAD_SECONDS} s ahead of this server's clock"
        return Failure("issued_in_future", "issuedAt", reason)
    return None


def wrong_signer(message: Message, text: str, signature: str) -> Failure | None:
    """Return why a signature of 65 bytes is not the address's over this text."""
    try:
        found = signer(personal_hash(text), read_signature(signature))
    except WrongSignature as error:
        return Failure("signature", "signature", f"signature {error}")
    if found == message.address:
        return None
    return Failure("signer", "signature", f"signature is of {found} or of another text, not of {message.address}")


def judge(
    message: Message, text: str, signature: str | None, expected: Expected, *, spend: Callable[[str], bool]
) -> Failure | None:
    """Return the first rule that fails, None for a message that holds.

    `spend` takes a nonce and says whether it was unspent; every message that could be read spends its own, whatever
    else is wrong with it.
    """
    place, unspent = wrong_place(message, expected), spend(message.nonce)
    if place is not None:
        return place
    if failure := wrong_nonce(message, expected):
        return failure
    if not unspent:
        return Failure("nonce_spent", "nonce", "nonce was used before")
    if expected.time is not None and (late := wrong_time(message, expected.time, judge_issue=False)):
        return late
    return None if signature is None else wrong_signer(message, text, signature)


def _shown(value: object) -> str:
    return "absent" if value is None else repr(value)[:120]
