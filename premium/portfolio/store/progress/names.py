"""The SQL of wallets' names, looked up again; by the worker role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from premium.notifications.model import Notice, PostedNotice
from premium.notifications.service import notify
from premium.storage.postgres import Database

EVERY = timedelta(days=1)


class NamedWallet(NamedTuple):
    """A wallet that was given by a name."""

    id: UUID
    user_id: UUID
    address: str
    name: str
    name_address: str | None
    """What the name gave when it was last looked up."""


class NameStore:
    """Names of wallets, and where they go."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime, most: int) -> list[NamedWallet]:
        """Return wallets whose names were not looked up for a day, the longest ago first."""
        with self._database.transaction() as connection:
            return [NamedWallet(**row) for row in connection.execute(_DUE, (now - EVERY, most))]

    def keep(self, wallet: NamedWallet, address: str | None, now: datetime) -> list[PostedNotice] | None:
        """Keep what a name gives now; return what is told of a change.

        None where there was none.
        """
        with self._database.as_user(wallet.user_id) as connection:
            row = connection.execute(_KEEP, (address, now, wallet.id, wallet.name_address)).fetchone()
            if row is None or address == wallet.name_address:
                return None
            return notify(connection, [_notice(wallet, address, now)])


def _notice(wallet: NamedWallet, address: str | None, now: datetime) -> Notice:
    now_goes = f"has the address {address} now" if address else "has no address any more"
    if address == wallet.address:
        now_goes = f"has the address {address} again"
    text = f"{wallet.name} {now_goes}. Your portfolio goes on with {wallet.address}, as you added it; nothing changes."
    title = f"{wallet.name} goes elsewhere" if address != wallet.address else f"{wallet.name} is back"
    return Notice(
        user=wallet.user_id, kind="portfolio.name_moved", key=f"{wallet.id}:{now.isoformat()}", title=title, text=text,
        data={"wallet": str(wallet.id), "name": wallet.name, "address": wallet.address, "nameAddress": address},
    )  # fmt: skip


_DUE = """
    SELECT id, user_id, address, name, name_address FROM portfolio_wallets
    WHERE name IS NOT NULL AND name_checked_at <= %s ORDER BY name_checked_at LIMIT %s
"""
_KEEP = """
    UPDATE portfolio_wallets SET name_address = %s, name_checked_at = %s
    WHERE id = %s AND name_address IS NOT DISTINCT FROM %s RETURNING id
"""
