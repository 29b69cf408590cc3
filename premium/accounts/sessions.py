"""Open, renew, list and end the sessions of users."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.credentials.session_tokens import SessionTokens
from premium.accounts.model import REFRESH_DAYS, Granted, Session, SessionOwner, Wallet
from premium.accounts.store import AccountStore, Rotation, SessionStore, WalletStore
from premium.accounts.wired.changes import standing_changed
from premium.errors import Forbidden, NotFound, Unauthenticated, UpstreamUnavailable

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_PREFIX = "prt_"
_FORM = re.compile(r"prt_[A-Za-z0-9_-]{43}")


class ReusedToken(Unauthenticated):
    """A refresh token was shown again, late: its session is ended."""

    def __init__(self, session_id: UUID, user_id: UUID) -> None:
        super().__init__("The refresh token was used before; the session is ended, log in again")
        self.session_id, self.user_id = session_id, user_id


@dataclass(frozen=True)
class Sessions:
    """What users do with their sessions."""

    store: SessionStore
    users: AccountStore
    tokens: SessionTokens
    platform: Platform
    """Whose processes and streams hear of an end."""
    seconds: int
    """Of an access token."""

    def open(self, user_id: UUID, *, amr: Sequence[str], ip: str, user_agent: str) -> Granted:
        """Open a session for a user who has proven himself.

        Forbidden for one who is restricted.
        """
        refresh = _new_token()
        made = self.store.open(
            user_id, _hash(refresh), amr=amr, ip=ip[:45], user_agent=user_agent[:200], days=REFRESH_DAYS
        )
        standing = self.users.by_session(made.id)
        if standing is None:
            raise UpstreamUnavailable("The session could not be opened just now")
        return self._granted(made.id, user_id, standing, refresh)

    def refresh(self, token: str, *, seen: Callable[[UUID, UUID], None] = lambda *_: None) -> Granted:
        """Take a refresh token and give its successor, with an access token.

        `seen` is told session and user of a token that is known. Unauthenticated for one that is unknown or over;
        ReusedToken, and the whole session is ended, for one whose first use was over ten seconds ago.
        """
        successor = _new_token()
        rotated = self.store.rotate(_checked(token), _hash(successor), days=REFRESH_DAYS)
        if rotated is not None:
            seen(rotated.session_id, rotated.user_id)
        if rotated is None or rotated.outcome == "over":
            raise Unauthenticated("The refresh token is not valid; log in again")
        if rotated.outcome == "reused":
            self._ended(rotated.user_id, {rotated.session_id})
            raise ReusedToken(rotated.session_id, rotated.user_id)
        return self._granted(rotated.session_id, rotated.user_id, rotated, successor)

    def all(self, user_id: UUID) -> list[Session]:
        """Return a user's sessions that live, the newest first."""
        return self.store.of_user(user_id)

    def methods(self, session_id: UUID | None) -> list[str]:
        """Return how the user of a session proved himself; nothing for no session."""
        standing = None if session_id is None else self.users.by_session(session_id)
        return [] if standing is None else list(standing.amr)

    def wallets(self, user_id: UUID) -> list[Wallet]:
        """Return the wallets that a user logs in with."""
        return WalletStore(self.platform.database).of_user(user_id)

    def revoke(self, user_id: UUID, session_id: UUID) -> None:
        """End one of a user's sessions; NotFound for another's and for one that is over."""
        ended = self.store.revoke(user_id, "revoked", session_id)
        self._ended(user_id, ended)
        if not ended:
            raise NotFound("There is no such session")

    def log_out(self, user_id: UUID, session_id: UUID | None, *, everywhere: bool) -> int:
        """End a session, or all of a user's; return how many lived."""
        if session_id is None and not everywhere:
            return 0
        wanted = None if everywhere else session_id
        ended = self.store.revoke(user_id, "everywhere" if everywhere else "logout", wanted)
        self._ended(user_id, ended)
        return len(ended)

    def of_refresh(self, token: str) -> tuple[UUID, UUID] | None:
        """Return session and user of a refresh token, None for one that is not known."""
        return self.store.owner_of(_hash(token)) if _FORM.fullmatch(token) else None

    def _ended(self, user_id: UUID, sessions: set[UUID]) -> None:
        standing_changed(self.platform, user_id, sessions=sessions)

    def _granted(self, session_id: UUID, user_id: UUID, standing: SessionOwner | Rotation, refresh: str) -> Granted:
        if standing.is_restricted:
            raise Forbidden("This account is restricted; write to support")
        access = self.tokens.issue(
            subject=standing.external_id,
            session_id=session_id,
            tier=standing.tier,
            roles=standing.roles,
            amr=standing.amr,
            now=self.platform.clock.now(),
            seconds=self.seconds,
        )
        return Granted(
            session_id=session_id,
            user_id=user_id,
            access_token=access,
            expires_in=self.seconds,
            refresh_token=refresh,
        )


def _new_token() -> str:
    return _PREFIX + secrets.token_urlsafe(32)


def _checked(token: str) -> bytes:
    if not _FORM.fullmatch(token):
        raise Unauthenticated("The refresh token is not valid; log in again")
    return _hash(token)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
