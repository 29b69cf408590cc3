"""Ask the database whose credentials have ended since their connections were opened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from premium.storage.postgres import Database
from premium.streams.connections import Opened


class Standing:
    """Which users are restricted, and which keys revoked; by either role of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ended(self, opened: Sequence[Opened]) -> set[str]:
        """Return ids of the connections whose user or key may hear nothing any more.

        UpstreamUnavailable where that cannot be asked: then nothing is said to anybody.
        """
        users = list({each.caller.user_id for each in opened})
        keys = list({each.caller.key_id for each in opened if each.caller.key_id})
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT ended_credentials(%s::uuid[], %s::uuid[]) AS id", [users, keys])
            ended: set[UUID] = {row["id"] for row in rows}
        return {each.id for each in opened if each.caller.user_id in ended or each.caller.key_id in ended}
