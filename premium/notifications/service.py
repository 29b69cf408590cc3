"""The door of notices: tell users, see what arrived, keep their destinations."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from premium.notifications import confirmations
from premium.notifications.confirmations import Confirmations
from premium.notifications.jobs import enqueue_deliveries
from premium.notifications.kinds import declared
from premium.notifications.model import (
    CHANNELS,
    Channel,
    DeliveryRow,
    Notice,
    NoticeRow,
    PostedNotice,
    UnsentDelivery,
)
from premium.notifications.store import destinations, ends, notices
from premium.notifications.store.confirmations import are_confirmed, confirm, vouch
from premium.notifications.store.ends import UnsentDeliveries
from premium.notifications.store.notices import NoticeStore
from premium.notifications.store.operators import MOST, OperatedDeliveries, Wanted

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from premium.bootstrap import Platform

__all__ = [
    "MOST",
    "Confirmations",
    "Deliveries",
    "Notices",
    "Wanted",
    "enqueue_deliveries",
    "new_secret",
    "notify",
    "send_mail",
]


def notify(connection: Connection[DictRow], told: Sequence[Notice]) -> list[PostedNotice]:
    """Keep notices and their deliveries in the sender's transaction; those that were not told before.

    The sender commits and then calls `enqueue_deliveries`; what is lost between the two is pending, so it is found.
    """
    if unknown := {notice.kind for notice in told} - declared().keys():
        raise ValueError(f"no manifest declares the kind of notices {min(unknown)}")
    return notices.add(connection, told)


def deliveries_of(
    connection: Connection[DictRow], user_id: UUID, kinds: Sequence[str], keys: Sequence[str]
) -> Mapping[str, Sequence[DeliveryRow]]:
    """Return the deliveries of a user's notices by the notices' keys.

    A key that was never told is not among them.
    """
    return ends.of_notices(connection, user_id, kinds, keys)


def destinations_of(connection: Connection[DictRow], user_id: UUID) -> Mapping[str, str]:
    """Return where a user's notices go when they name no destination, by channel."""
    return destinations.of_user(connection, user_id)


def important_channels(connection: Connection[DictRow], user_id: UUID) -> Sequence[str]:
    """Return the channels whose destinations the user marked as important."""
    return destinations.important(connection, user_id)


def set_destinations(
    connection: Connection[DictRow], user_id: UUID, given: Mapping[str, str], important: Collection[str] = ()
) -> str | None:
    """Keep these destinations and no others.

    What goes to the `important` channels is tried for a day; an address that nobody has confirmed gets a code. Return
    the secret of a webhook where it was made just now.
    """
    secret = new_secret()
    is_taken = destinations.replace(connection, user_id, given, secret, important)
    confirmations.require(connection, user_id, [(channel, given[channel]) for channel in CHANNELS if channel in given])
    return secret if is_taken else None


def set_account_email(
    connection: Connection[DictRow], user_id: UUID, email: str | None, *, is_confirmed: bool = False
) -> None:
    """Keep the account's email as a destination: called in the transaction that changes the account.

    One that nobody has confirmed to us (`is_confirmed`) gets a code first.
    """
    destinations.set_account_email(connection, user_id, email)
    if email is not None and is_confirmed:
        vouch(connection, user_id, "email", email)
    elif email is not None:
        confirmations.require(connection, user_id, [("email", email)])


def require_confirmed(
    connection: Connection[DictRow], user_id: UUID, named: Sequence[tuple[Channel, str]]
) -> Sequence[str]:
    """Have a code sent to addresses that are new; return those that nobody has confirmed.

    They get nothing else before.
    """
    return confirmations.require(connection, user_id, named)


def confirmed(connection: Connection[DictRow], user_id: UUID, email: str, code: str | None) -> bool:
    """Tell whether an address is the user's own.

    He has confirmed it before, or does so by this code. A wrong code costs a try in the caller's transaction, which
    commits.
    """
    (known,) = are_confirmed(connection, user_id, [("email", email)])
    return known or (code is not None and confirm(connection, user_id, "email", email, code))


def send_mail(platform: Platform, *, message_id: UUID, to: str, title: str, text: str) -> bool:
    """Send an e-mail at once to somebody who has no row any more.

    False where nobody could. Everybody else is told by `notify`.
    """
    from premium.notifications import mail  # noqa: PLC0415 - providers and HTTP, which most who enter here need not

    return mail.send(platform, message_id=message_id, to=to, title=title, text=text)


def remove_old(connection: Connection[DictRow], now: datetime) -> int:
    """Remove notices of more than 13 months, with their deliveries; how many."""
    return notices.remove_old(connection, now)


def new_secret() -> str:
    """Make a webhook's signing secret: 256 random bits, as text."""
    return f"whsec_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, kw_only=True)
class Notices:
    """A user's notices in the app."""

    store: NoticeStore

    @classmethod
    def of(cls, platform: Platform) -> Notices:
        """Return the use cases over the platform's stores."""
        return cls(store=NoticeStore(platform.database))

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[NoticeRow]:
        """Return up to `limit` notices, newest first, after the position."""
        return self.store.page(user_id, limit, after)

    def unread(self, user_id: UUID) -> int:
        """Count the notices that the user has not read."""
        return self.store.unread(user_id)

    def mark(self, user_id: UUID, notice_id: UUID, *, read: bool) -> NoticeRow:
        """Mark a notice as read, or as not read.

        NotFound where the user has none such.
        """
        return self.store.mark(user_id, notice_id, read=read)


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """Deliveries of all users, for operators."""

    store: OperatedDeliveries
    unsent: UnsentDeliveries

    @classmethod
    def of(cls, platform: Platform) -> Deliveries:
        """Return the use cases over the stores of a worker."""
        database = platform.worker_database
        return cls(store=OperatedDeliveries(database), unsent=UnsentDeliveries(database))

    def some(self, wanted: Wanted, most: int = MOST) -> list[UnsentDelivery]:
        """Return the newest of these, the newest last.

        None that was taken back before it arrived.
        """
        return self.store.some(wanted, most)

    def resend(self, deliveries: Sequence[UUID]) -> list[UUID]:
        """Have these sent again under the same ids.

        Return those that are pending again; the courier finds them within two seconds.
        """
        return self.unsent.requeue(deliveries)

    def drop(self, deliveries: Sequence[UUID], why: str) -> list[UUID]:
        """End pending and given-up ones as failed; return those. `resend` undoes it."""
        return self.store.drop(deliveries, why)
