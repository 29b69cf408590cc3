"""Tell whether a request came through CloudFront, which alone knows the origin's secret."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from premium.errors import Forbidden

HEADER = "x-origin-secret"


def check_origin(headers: Mapping[str, str], origin: Mapping[str, str]) -> None:
    """Forbidden where the header, by its name in lower case, holds no accepted secret.

    `origin`: `value`, and `previous` while it rotates.
    """
    given = headers.get(HEADER, "")
    accepted = [secret for secret in (origin.get("value"), origin.get("previous")) if secret]
    if not any(hmac.compare_digest(given.encode(), secret.encode()) for secret in accepted):
        raise Forbidden("This API is reached through its public address only")


def lowered(headers: Mapping[str, object] | None) -> dict[str, str]:
    """Return headers by their names in lower case."""
    return {str(name).lower(): str(value) for name, value in (headers or {}).items()}
