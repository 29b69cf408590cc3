"""Log users in by Google.

Authorization code with PKCE, state and nonce, each bound to the browser that began.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from premium.accounts.service import OpenedSession
from premium.clock import Clock
from premium.errors import Conflict, Unauthenticated
from premium.logins.model import GOOGLE_SECONDS, Begun, Kept, LoggedIn, WaysIn
from premium.logins.openid.id_token import Identity
from premium.logins.store import IdentityStore

if TYPE_CHECKING:
    from premium.logins.providers.openid import OpenIdProvider

_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 random bits."""
_NOT_YOU = "If this was not you, part them and write to support."
Open = Callable[[UUID], OpenedSession]


@dataclass(frozen=True, kw_only=True)
class GoogleClient:
    """This stage, as Google knows it."""

    client_id: str
    secret: str
    callback: str


@dataclass(frozen=True, kw_only=True)
class GoogleLogins:
    """Logins by Google, and accounts that are joined to it."""

    client: GoogleClient
    provider: OpenIdProvider
    begun: Kept
    identities: IdentityStore
    ways_in: WaysIn
    clock: Clock
    told: Callable[[UUID, str, str], None]
    """Tells a user of a change of how he logs in: title and text."""

    def begin(self, *, user_id: UUID | None = None) -> Begun:
        """Return where a browser goes, and what it is known by afterwards.

        `user_id` joins the identity to a user who is logged in. UpstreamUnavailable where Google or Redis is silent.
        """
        address = self.provider.authorization()
        state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        kept = {
            "browser": _hash(browser),
            "nonce": nonce,
            "verifier": verifier,
            "user": str(user_id) if user_id else None,
        }
        self.begun.put(_hash(state), kept, milliseconds=GOOGLE_SECONDS * 1000)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.client.client_id, "redirect_uri": self.client.callback,
            "scope": "openid email", "state": state, "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256",
        }  # fmt: skip
        return Begun(url=f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", browser=browser)

    def finish(self, code: str, state: str, browser: str | None, open_: Open) -> LoggedIn:
        """Return the session of whom Google names, or whose account joined.

        The state is spent by the first who shows it, right or wrong. Unauthenticated for a state that this browser did
        not begin, and for what Google says falsely; Conflict for an address or identity that another user has.
        """
        kept = self.begun.take(_hash(state)) if _RANDOM.fullmatch(state) else None
        if kept is None or not hmac.compare_digest(str(kept["browser"]), _hash(browser or "")):
            raise Unauthenticated(
                "The login is refused: this browser did not begin it, or over ten minutes ago",
                details={"rule": "state"},
            )
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.client.callback,
            "client_id": self.client.client_id, "client_secret": self.client.secret, "code_verifier": kept["verifier"],
        }  # fmt: skip
        identity = self.provider.identify(form, nonce=kept["nonce"], now=self.clock.now().timestamp())
        if kept["user"] is not None:
            user_id = UUID(kept["user"])
            self._join(user_id, identity)
            return LoggedIn(granted=None, user_id=user_id, created=False)
        user_id, created = self._user(identity)
        return LoggedIn(granted=open_(user_id), user_id=user_id, created=created)

    def _join(self, user_id: UUID, identity: Identity) -> None:
        known = None if identity.email is None else self.ways_in.by_email(identity.email)
        if known is not None and known.user_id != user_id:
            raise Conflict("This Google account's e-mail address is of another user", details={"rule": "email"})
        if not self.identities.join(user_id, identity) and self.identities.owner(identity.subject) != user_id:
            raise Conflict("This Google account is joined to another user", details={"rule": "subject"})
        self.told(user_id, "Google logs you in now", f"Your account was joined to Google. {_NOT_YOU}")

    def _user(self, identity: Identity) -> tuple[UUID, bool]:
        known = self.identities.owner(identity.subject)
        if known is None:
            made = self.ways_in.add_user(
                identity.email, lambda connection, new: self.identities.add(connection, new, identity)
            )
            if made is not None:
                return made, True
            known = self.identities.owner(identity.subject)  # of two first logins at once the other one made him
        if known is None:
            # Google's word for an address opens no account that somebody else may have made with it.
            raise Conflict(
                "There is an account with this e-mail address: log in the way you know, and join Google to it there",
                details={"rule": "email"},
            )
        self.identities.seen(known)
        return known, False


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
