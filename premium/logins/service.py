"""The door of logins: passwords, and Google."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from premium.accounts.service import (
    Accounts,
    OpenedSession,
    add_password,
    is_own,
    kept_once,
    login_attempts,
    sessions,
    standing_changed,
    ways_in,
)
from premium.errors import Conflict, NotFound, UpstreamUnavailable
from premium.jobs.model import SYSTEM
from premium.logins.google import GoogleClient, GoogleLogins
from premium.logins.jobs import MAIL, LetterPayload
from premium.logins.letters import Letters
from premium.logins.manifest import LoginSettings
from premium.logins.model import Letter, Way
from premium.logins.passwords import Passwords
from premium.logins.store import IdentityStore
from premium.notifications.model import Notice
from premium.notifications.service import enqueue_deliveries, notify

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from premium.bootstrap import Platform

_CALLBACK = "/v1/auth/google/callback"


class Logins:
    """Which logins a stage has, and the sessions that they open."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._settings = platform.settings.of(LoginSettings)

    @classmethod
    def of(cls, platform: Platform) -> Logins:
        """Return the logins of a platform."""
        return cls(platform)

    @property
    def page(self) -> str:
        """Return the page of ours that mails and Google lead to."""
        return f"{_own_page(self._platform)}{self._settings.login_page}"

    @property
    def offered(self) -> tuple[bool, bool]:
        """Return whether the stage has logins by password, and by Google."""
        return self._settings.password_logins, self._settings.google_client_id is not None

    def open(self, user_id: UUID, *, by: Way, ip: str, user_agent: str) -> OpenedSession:
        """Open a session for a user who has proven himself."""
        return sessions(self._platform).open(user_id, amr=(by,), ip=ip, user_agent=user_agent)

    def passwords(self, *, request_id: str) -> Passwords:
        """Return what users do with passwords; NotFound where the stage has none."""
        platform = self._platform
        if not self._settings.password_logins:
            raise NotFound("This stage has no logins by password")
        attempts = login_attempts(platform)

        def send(letter: Letter) -> None:
            platform.jobs.start(MAIL, LetterPayload(letter=letter.id), user_id=SYSTEM, request_id=request_id)

        return Passwords(
            ways_in=ways_in(platform),
            letters=letters_of(platform),
            attempt=attempts.of_address,
            attempt_of=attempts.of_code,
            send=send,
            add_password=add_password,
            email_of=lambda user_id: Accounts.of(platform).profile(user_id).email,
            changed=self._other_password,
        )

    def google(self) -> GoogleLogins:
        """Return logins by Google; NotFound where the stage has no client there."""
        from premium.logins.providers.openid import provider_at  # noqa: PLC0415 - HTTP, which no cold start pays

        platform, own = self._platform, self._settings
        if own.google_client_id is None:
            raise NotFound("This stage has no logins by Google")
        secret = dict(platform.secrets.read(platform.settings.require("credential_secret_arn")))
        if not secret.get("google_client_secret"):
            raise UpstreamUnavailable("Logins by Google are not set up whole yet: the client's secret is missing")
        callback = own.google_callback_url or f"{_own_page(platform)}{_CALLBACK}"
        return GoogleLogins(
            client=GoogleClient(
                client_id=own.google_client_id, secret=secret["google_client_secret"], callback=callback
            ),
            provider=provider_at(own.google_issuer),
            begun=kept_once(platform, "google-login"),
            identities=IdentityStore(platform.database),
            ways_in=ways_in(platform),
            clock=platform.clock,
            told=self.tell,
        )

    def is_joined(self, user_id: UUID) -> bool:
        """Tell whether Google logs a user in to his account."""
        with self._platform.database.as_user(user_id) as connection:
            return IdentityStore.joined(connection, user_id)

    def part_from_google(self, user_id: UUID, external_id: str) -> None:
        """Part a user's account from Google.

        NotFound where it is not joined, Conflict where Google is his only way in.
        """
        with self._platform.database.as_user(user_id) as connection:
            own = ways_in(self._platform).held(connection, user_id)
            has_password = self._settings.password_logins and own.has_password
            if is_own(external_id) and not own.wallets and not has_password:
                raise Conflict("Google is the only way in; add a wallet or a password before it goes")
            if not IdentityStore.part(connection, user_id):
                raise NotFound("This account is not joined to Google")
        self.tell(user_id, "Google logs you in no more", "Your account was parted from Google.")

    def opens(self, connection: Connection[DictRow], user_id: UUID) -> bool:
        """Tell whether a password or Google logs a user in on this stage.

        Nobody else changes how he logs in until the caller's transaction ends.
        """
        own, settings = ways_in(self._platform).held(connection, user_id), self._settings
        if settings.password_logins and own.has_password:
            return True
        return settings.google_client_id is not None and IdentityStore.joined(connection, user_id)

    def tell(self, user_id: UUID, title: str, text: str) -> None:
        """Tell a user of a change of how he logs in."""
        notice = Notice(user=user_id, kind="logins.changed", key=str(uuid4()), title=title, text=text)
        with self._platform.database.as_user(user_id) as connection:
            told = notify(connection, [notice])
        enqueue_deliveries(self._platform.redis(1), told)

    def _other_password(self, user_id: UUID, ended: set[UUID]) -> None:
        standing_changed(self._platform, user_id, sessions=ended)
        self.tell(
            user_id,
            "Your password was changed",
            "Other sessions were logged out. If this was not you, ask for another password and write to support.",
        )


def letters_of(platform: Platform) -> Letters:
    """Return the letters of a platform, and their links."""
    return Letters(letters=kept_once(platform, "login-letter"), links=kept_once(platform, "login-link"))


def _own_page(platform: Platform) -> str:
    first = platform.settings.cors_origins.split(",")[0].strip()
    if not first:
        raise UpstreamUnavailable("This stage has no page of its own yet: CORS_ORIGINS names none")
    return first
