"""Which routes need a fresh proof that the caller is who he says.

accounts.md: a second factor for whatever staff does and for payouts; for new keys, new ways to log in and erasure a
second factor where the user has one, else a login of the last quarter of an hour. A route of this list that does not
ask for its proof, or asks for one without standing here, cannot be registered.
"""

from __future__ import annotations

SECOND_FACTOR = ("/admin/", "/v1/admin/", "/v1/internal/", "/v1/payouts")
"""Paths below which only a second factor will do."""
LOGIN = frozenset(
    {
        "POST /v1/users/api-keys", "POST /v1/users/wallets", "DELETE /v1/users/wallets/<>", "POST /v1/users/google",
        "DELETE /v1/users/google", "PUT /v1/auth/password", "POST /v1/users/profile/email", "POST /v1/auth/totp",
        "POST /v1/auth/totp/confirm", "DELETE /v1/auth/totp", "DELETE /v1/users/me",
    }
)  # fmt: skip
"""Keys, ways to log in, second factors, and the end of the account."""


def proof_of(method: str, rule: str) -> str | None:
    """Return which proof a route needs: `second-factor`, `login`, or none."""
    path = "/".join("<>" if part.startswith("<") else part for part in rule.split("/"))
    if path.startswith(SECOND_FACTOR):
        return "second-factor"
    return "login" if f"{method} {path}" in LOGIN else None
