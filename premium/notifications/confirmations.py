"""Confirm that addresses are their users' own, before anything else is sent there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from premium.errors import InvalidInput, RateLimited
from premium.notifications.destinations import problem
from premium.notifications.jobs import enqueue_deliveries
from premium.notifications.model import (
    CONFIRMATION,
    CONFIRMED_CHANNELS,
    AskedCode,
    Channel,
    Notice,
    PostedNotice,
    Target,
)
from premium.notifications.store import confirmations, notices

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow
    from redis import Redis

    from premium.bootstrap import Platform
    from premium.storage.postgres import Database

_TITLE = "Confirm your address"


def require(connection: Connection[DictRow], user_id: UUID, named: Sequence[tuple[Channel, str]]) -> list[str]:
    """Have a code sent to each of these addresses that is new.

    Return those that are not confirmed. Where the user has asked for too many codes, none is sent: he may ask later.
    """
    wanted = sorted({one for one in named if one[0] in CONFIRMED_CHANNELS})
    if not wanted:
        return []
    known = confirmations.are_confirmed(connection, user_id, wanted)
    missing = [one for one, is_confirmed in zip(wanted, known, strict=True) if not is_confirmed]
    for channel, destination in missing:
        ask(connection, user_id, channel, destination, again=False)
    return [destination for _, destination in missing]


def ask(
    connection: Connection[DictRow], user_id: UUID, channel: Channel, destination: str, *, again: bool
) -> tuple[AskedCode, list[PostedNotice]]:
    """Have a code sent, if it may be; `again`: although one was sent before."""
    if not again and (known := confirmations.standing(connection, user_id, channel, destination)).is_known:
        return known, []
    asked = confirmations.ask(connection, user_id, channel, destination)
    if asked.is_confirmed or asked.wait_seconds or not asked.is_sent:
        return asked, []
    notice = Notice(
        user=user_id, kind=CONFIRMATION, key=str(uuid4()), title=_TITLE, text="A code was sent to this address.",
        targets=(Target(channel, destination),),
    )  # fmt: skip
    return asked, notices.add(connection, [notice])


@dataclass(frozen=True, kw_only=True)
class Confirmations:
    """What users do with codes."""

    database: Database
    redis: Redis

    @classmethod
    def of(cls, platform: Platform) -> Confirmations:
        """Return the use cases over the platform's stores."""
        return cls(database=platform.database, redis=platform.redis(1))

    def ask(self, user_id: UUID, channel: Channel, destination: str) -> bool:
        """Have a code sent; True where the address is confirmed already.

        InvalidInput for no address, RateLimited for too many codes. Whether others asked for the address is not told.
        """
        _check(channel, destination)
        with self.database.as_user(user_id) as connection:
            asked, posted = ask(connection, user_id, channel, destination, again=True)
        if asked.wait_seconds and not asked.is_confirmed:
            raise RateLimited("Too many codes were asked for", retry_after=asked.wait_seconds)
        enqueue_deliveries(self.redis, posted)
        return asked.is_confirmed

    def confirm(self, user_id: UUID, channel: Channel, destination: str, code: str) -> None:
        """Take a code.

        InvalidInput where it is not the newest one of the address, or its time or tries are over.
        """
        _check(channel, destination)
        with self.database.as_user(user_id) as connection:
            is_right = confirmations.confirm(connection, user_id, channel, destination, code)
        if not is_right:
            raise InvalidInput.about("code", "is not valid, or not any more: ask for a new one")


def _check(channel: Channel, destination: str) -> None:
    if wrong := problem(channel, destination, loopback=False):
        raise InvalidInput.about("destination", wrong)
