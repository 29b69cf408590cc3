"""Verify a token by the rules of its issuer: the free platform, or we."""

from __future__ import annotations

from dataclasses import dataclass

from premium.accounts.credentials.session_tokens import SessionTokens, is_ours
from premium.accounts.credentials.tokens import Claims, TokenVerifier


@dataclass(frozen=True)
class Issuers:
    """Both issuers, each pinned to its own algorithm, keys, issuer and audience.

    `iss` tells whose rules hold, and those rules demand the same `iss`, so that a false one fails.
    """

    free: TokenVerifier
    own: SessionTokens | None
    """None where the stage has no secret of sessions: nothing is ours then."""

    def verify(self, token: str) -> Claims:
        """Return the claims of a token; Unauthenticated says why not."""
        if self.own is not None and is_ours(token):
            return self.own.verify(token)
        return self.free.verify(token)
