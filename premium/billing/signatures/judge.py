"""Judge a webhook's signature, as the provider's own library does."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from types import MappingProxyType, ModuleType
from typing import Literal

from premium.billing.signatures import paddle, stripe
from premium.billing.signatures.verdict import Refused, check_signatures, is_over

Provider = Literal["stripe", "paddle"]
PROVIDERS = MappingProxyType[Provider, ModuleType]({"stripe": stripe, "paddle": paddle})


def header_name(provider: Provider) -> str:
    """Return the name of the provider's header in lower case."""
    return str(PROVIDERS[provider].HEADER)


def default_tolerance(provider: Provider) -> Fraction:
    """Return the seconds that a signature may be off."""
    return Fraction(PROVIDERS[provider].TOLERANCE)


def judge(
    provider: Provider,
    body: bytes,
    header: str | None,
    secrets: Iterable[str],
    *,
    now: Fraction | None,
    tolerance: Fraction | None,
) -> None:
    """Raise Refused unless the body was signed by the provider.

    `header` is the signature's value, `now` Unix seconds; without it, or with no tolerance, or one of 0, the time is
    not judged. Each secret costs one digest, whatever the header holds.
    """
    form = PROVIDERS[provider]
    if not header:
        raise Refused("no_header", f"there is no header {form.HEADER}")
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Refused("body_not_text", f"the body is not UTF-8 at byte {error.start}") from None
    signed = form.read(header)
    check_signatures(form.message(signed.timestamp, body), signed.signatures, secrets)
    if now is not None and tolerance is not None and is_over(tolerance):
        form.check_time(signed.timestamp, now, tolerance)
