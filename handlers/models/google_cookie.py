"""The cookie by which a browser is known when it comes back from Google."""

from __future__ import annotations

from handlers.runtime import answer_header
from handlers.runtime.requests.arguments import RequestClient
from premium.logins.model import GOOGLE_SECONDS

NAME = "__Secure-premium-google"
_ATTRIBUTES = f"Max-Age={GOOGLE_SECONDS}; Path=/v1/auth/google; HttpOnly; Secure; SameSite=Lax"
"""Lax: the browser comes back from another site's page."""


def keep_browser(browser: str) -> None:
    """Have the browser keep what it is known by."""
    answer_header("Set-Cookie", f"{NAME}={browser}; {_ATTRIBUTES}")


def shown_browser(client: RequestClient) -> str | None:
    """Return what the browser is known by."""
    return client.cookies.get(NAME)
