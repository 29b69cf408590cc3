"""Register, log in, change and reset by a password.

Nothing tells whether an address is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from premium.accounts.service import OpenedSession
from premium.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from premium.logins import hashes
from premium.logins.letters import Letters
from premium.logins.model import Letter, LoggedIn, WaysIn
from premium.logins.strength.guess import spelt, weakness
from premium.principal import Principal

Open = Callable[[UUID], OpenedSession]
AddPassword = Callable[..., bool]


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """What users do with passwords, on a stage that has them."""

    ways_in: WaysIn
    letters: Letters
    attempt: Callable[[str], None]
    """Counts an attempt for an address; RateLimited over ten a minute."""
    attempt_of: Callable[[UUID], None]
    """Counts one for a user who is logged in."""
    send: Callable[[Letter], None]
    """Has a letter sent, by a job."""
    add_password: AddPassword
    """Adds the hash of a new user's password, in the transaction that makes him."""
    email_of: Callable[[UUID], str | None]
    """The confirmed address of a user."""
    changed: Callable[[UUID, set[UUID]], None]
    """Tells every process, and the user, that his password is another and these sessions are over."""

    def register(self, email: str, password: str) -> None:
        """Have a link sent that makes an account, where the address has none.

        Whoever has one is told so by mail. InvalidInput for a weak password.
        """
        self.attempt(email)
        new = _strong(password, email)
        self.send(self.letters.write("register", email, password=hashes.hashed(new)))

    def confirm(self, token: str, open_: Open) -> LoggedIn:
        """Make the account that a link was sent for, and log its user in.

        Conflict where the address has one by now.
        """
        with self.letters.used(token, "register") as letter:
            kept = (letter.password or "").encode()
            made = self.ways_in.add_user(letter.email, lambda to, new: self.add_password(to, new, kept))
            if made is None:
                raise Conflict("This e-mail address has an account by now; log in", details={"email": "taken"})
            return LoggedIn(granted=open_(made), user_id=made, created=True)

    def log_in(self, email: str, password: str, open_: Open) -> LoggedIn:
        """Log a user in by an address and its password.

        Unauthenticated, in the same time, for a wrong password and an unknown address.
        """
        self.attempt(email)
        known = self.ways_in.by_email(email)
        kept = known.password.decode() if known is not None and known.password is not None else None
        if not hashes.matches(spelt(password), kept) or known is None or kept is None:
            raise Unauthenticated("The e-mail address or the password is wrong", details={"rule": "password"})
        if hashes.outdated(kept):
            self.ways_in.set_password(known.user_id, hashes.hashed(spelt(password)).encode())
        return LoggedIn(granted=open_(known.user_id), user_id=known.user_id, created=False)

    def change(self, by: Principal, password: str, current: str | None) -> None:
        """Give a user who is logged in another password, or his first.

        His other sessions end. Conflict where he has no confirmed address; Unauthenticated for a wrong current one.
        """
        if by.key_id is not None:
            raise Forbidden("A key changes no way to log in")
        self.attempt_of(by.user_id)
        email = self.email_of(by.user_id)
        if email is None:
            raise Conflict("A password needs an e-mail address: confirm one first", details={"email": "missing"})
        new = _strong(password, email)
        kept = self.ways_in.password(by.user_id)
        if kept is not None and not hashes.matches(spelt(current or ""), kept.decode()):
            raise Unauthenticated("The current password is wrong", details={"rule": "password"})
        self._replace(by.user_id, hashes.hashed(new), but=by.session_id)

    def forgot(self, email: str) -> None:
        """Have a link sent that sets another password, where the address has one."""
        self.attempt(email)
        self.send(self.letters.write("reset", email))

    def reset(self, token: str, password: str) -> UUID:
        """Set the password that a link was sent for; all sessions of its user end.

        InvalidInput for a weak one, which leaves the link, and for a link that works no more.
        """
        new = hashes.hashed(_strong(password, ""))
        with self.letters.used(token, "reset") as letter:
            known = self.ways_in.by_email(letter.email)
            if known is None or known.password is None:
                raise InvalidInput.about("token", "works no more: this address logs in by no password now")
            self._replace(known.user_id, new, but=None)
        return known.user_id

    def _replace(self, user_id: UUID, hashed: str, *, but: UUID | None) -> None:
        self.changed(user_id, self.ways_in.replace_password(user_id, hashed.encode(), but=but))


def _strong(password: str, email: str) -> str:
    if reason := weakness(spelt(password), email):
        raise InvalidInput.about("password", reason)
    return spelt(password)
