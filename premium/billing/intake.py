"""Take a webhook in: bounds first, then the signature, then what of it is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from premium.billing.model import NewEvent
from premium.billing.signatures.judge import PROVIDERS, Provider, default_tolerance, header_name, judge
from premium.billing.signatures.verdict import Refused
from premium.billing.subscription import paddle, stripe
from premium.billing.subscription.event import Event, Unreadable
from premium.billing.subscription.fields import inside
from premium.billing.subscription.kept import kept
from premium.billing.subscription.prices import Plans
from premium.errors import InvalidInput, PayloadTooLarge, UpstreamUnavailable

MAX_BODY_BYTES = 262_144
MAX_HEADER_CHARACTERS = 8_192
MAX_SIGNATURES = 100
"""Of one header; a provider sends one for each of its secrets."""
_READERS = {"stripe": stripe.read, "paddle": paddle.read}
_METADATA = {"stripe": ("data", "object", "metadata"), "paddle": ("data", "custom_data")}

Secrets = Callable[[Provider, bool], Sequence[str]]
"""A provider's active secrets; True asks for them anew."""
KeyOwner = Callable[[str], str | None]
"""The user of an API key."""


def provider_of(headers: Mapping[str, str]) -> Provider:
    """Return whose signature is among the headers.

    Their names are in lower case. InvalidInput for none or both.
    """
    found: list[Provider] = [provider for provider in PROVIDERS if headers.get(header_name(provider))]
    if len(found) != 1:
        names = " or ".join(header_name(provider) for provider in PROVIDERS)
        raise InvalidInput.about("headers", f"must have one signature: {names}")
    return found[0]


def checked(provider: Provider, headers: Mapping[str, str], body: bytes, secrets: Secrets, now: datetime) -> NewEvent:
    """Return a signed event as it is stored.

    PayloadTooLarge or InvalidInput, in constant work, for what no provider sends or what it did not sign.
    """
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes", details={"maximum": MAX_BODY_BYTES})
    _check_charset(headers.get("content-type", ""))
    name = header_name(provider)
    header = _bounded(name, headers.get(name), PROVIDERS[provider].SCHEME)
    instant, tolerance = Fraction(str(now.timestamp())), default_tolerance(provider)
    try:
        try:
            judge(provider, body, header, secrets(provider, False), now=instant, tolerance=tolerance)
        except Refused as error:
            if error.code not in ("signature_mismatch", "no_secret"):
                raise
            judge(provider, body, header, secrets(provider, True), now=instant, tolerance=tolerance)
    except Refused as error:
        if error.code == "no_secret":
            variable = f"{provider.upper()}_WEBHOOK_SECRET_ARN"
            raise UpstreamUnavailable(f"The secret of {variable} has no `value` yet") from None
        raise InvalidInput.about(name, error.message) from None
    return _event(provider, body)


def _check_charset(content_type: str) -> None:
    for part in content_type.lower().split(";")[1:]:
        key, _, value = part.strip().partition("=")
        if key == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
            raise InvalidInput.about("Content-Type", "must be in UTF-8")


def _bounded(name: str, header: str | None, scheme: str) -> str | None:
    """Refuse what API Gateway made of a header that came twice, and what is there to make work."""
    if header is None:
        return None
    if len(header) > MAX_HEADER_CHARACTERS or header.count(f"{scheme}=") > MAX_SIGNATURES:
        raise InvalidInput.about(name, f"has over {MAX_HEADER_CHARACTERS} characters or {MAX_SIGNATURES} signatures")
    stamps = [part for part in header.replace(";", ",").split(",") if part.strip().partition("=")[0] in ("t", "ts")]
    if len(stamps) > 1:
        raise InvalidInput.about(name, "is there twice")
    return header


def _event(provider: Provider, body: bytes) -> NewEvent:
    """Return what is stored of a signed body.

    What is no event is stored by its digest, and fails.
    """
    raw = _object(body)
    try:
        event = read(provider, raw, {})
    except Unreadable:
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        names = [inside(raw, name) for name in ("type", "event_type")]
        kind = next((each for each in names if isinstance(each, str) and 0 < len(each) <= 255), "unreadable")
        identity = next((each for name in ("id", "event_id") if (each := _text(raw, name))), digest)
        return NewEvent(provider=provider, event_id=identity, type=kind if kind.isprintable() else "unreadable",
                        created=None, payload=kept(raw), subscription=None, customer=None)  # fmt: skip
    return NewEvent(
        provider=provider,
        event_id=event.id,
        type=event.type,
        created=datetime.fromtimestamp(float(event.at), UTC),
        payload=kept(raw),
        subscription=event.subscription,
        customer=event.customer,
    )


def with_user(event: NewEvent, raw: Mapping[str, Any], owner: KeyOwner) -> NewEvent:
    """Return an event with the user of the API key in its metadata.

    The key itself is not stored, known or not.
    """
    *path, last = _METADATA[event.provider]
    key = inside(raw, *path, last, "api_key")
    if not isinstance(key, str) or inside(raw, *path, last, "user_id") is not None:
        return event
    user = owner(key)
    if user is None:
        return event
    payload = json.loads(json.dumps(event.payload))
    place = inside(payload, *path)
    if isinstance(place, dict):
        place[last] = {**(place.get(last) or {}), "user_id": user}
    return event.model_copy(update={"payload": payload})


def read(provider: Provider, payload: Mapping[str, Any], plans: Plans | None) -> Event:
    """Return what an event says; Unreadable where it lacks what it needs."""
    return _READERS[provider](payload, plans)


def body_object(body: bytes) -> Mapping[str, Any]:
    """Return a signed body's object, {} for what is none."""
    return _object(body)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body, parse_float=_fraction)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _fraction(text: str) -> None:
    """Numbers that are not whole say nothing of a subscription."""


def _text(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable() else None
