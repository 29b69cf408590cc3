"""Ask the database whose credentials have ended since their connections were opened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from premium.storage.postgres import Database
from premium.streams.connections import Opened


class Standing:
    """Which users are restricted, which keys and sessions over; by either role of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ended(self, opened: Sequence[Opened]) -> set[str]:
        """Return ids of the connections whose user, key or session may hear nothing any more.

        UpstreamUnavailable where that cannot be asked: then nothing is said to anybody.
        """
        users = list({each.caller.user_id for each in opened})
        keys = list({each.caller.key_id for each in opened if each.caller.key_id})
        sessions = list({each.caller.session_id for each in opened if each.caller.session_id})
        statement = """SELECT ended_credentials(%s::uuid[], %s::uuid[]) AS id
                       UNION ALL SELECT ended_sessions(%s::uuid[])"""
        with self._database.transaction() as connection:
            ended: set[UUID] = {row["id"] for row in connection.execute(statement, [users, keys, sessions])}
        return {each.id for each in opened if {each.caller.user_id, each.caller.credential} & ended}
