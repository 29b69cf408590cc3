"""The cookie that keeps a browser's refresh token, out of reach of its scripts."""

from __future__ import annotations

from typing import Any

from handlers.runtime import answer_header
from handlers.runtime.requests.arguments import RequestClient
from premium.accounts.model import REFRESH_DAYS, Granted
from premium.errors import Forbidden

NAME = "__Secure-premium-refresh"
_ATTRIBUTES = "Path=/v1/auth; HttpOnly; Secure; SameSite=Strict"


def shown_token(client: RequestClient, in_body: str | None) -> tuple[str | None, bool]:
    """Return the refresh token of a request, and whether its cookie held it.

    Forbidden for a cookie that no page of ours sends: no other may make a browser spend it.
    """
    if in_body is not None:
        return in_body, False
    kept = client.cookies.get(NAME)
    if kept and not client.on_own_page():
        raise Forbidden("The cookie is taken from a page of ours alone")
    return kept or None, bool(kept)


def handed_out(made: Granted, *, cookie: bool) -> dict[str, Any]:
    """Return the fields of a session's tokens.

    The refresh token goes into the cookie instead, where one is wanted.
    """
    if cookie:
        answer_header("Set-Cookie", f"{NAME}={made.refresh_token}; Max-Age={REFRESH_DAYS * 86_400}; {_ATTRIBUTES}")
    return {
        "access_token": made.access_token,
        "expires_in": made.expires_in,
        "refresh_token": None if cookie else made.refresh_token,
    }


def forget_cookie() -> None:
    """Have the browser forget the cookie."""
    answer_header("Set-Cookie", f"{NAME}=; Max-Age=0; {_ATTRIBUTES}")
