"""The SQL of rules in the earlier form: read by their meaning, and rewritten."""

from __future__ import annotations

from collections.abc import Callable

from psycopg.types.json import Jsonb

from premium.alerts.language.earlier_rules import Meant
from premium.storage.postgres import Database

PRESENT_CONDITIONS = """(CASE WHEN form = 1 AND type = 'whale'
    THEN replace(conditions::text, '"field": "amount"', '"field": "amount_base_units"')::jsonb
    ELSE conditions END)"""
"""A rule's conditions as the present form writes them: what is quoted inside of a value has other quotes."""


class EarlierRules:
    """Rules of the earlier form, of all users; by the worker role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rewrite(self, present: Callable[[str, Meant], Meant], most: int) -> int:
        """Rewrite up to `most` rules in one transaction; return how many.

        Two processes at once rewrite different ones.
        """
        with self._database.transaction() as connection:
            found = connection.execute(_EARLIER, (most,)).fetchall()
            for row in found:
                now = present(row["type"], Meant(row["conditions"], row["hysteresis"]))
                conditions = Jsonb([dict(each) for each in now.conditions])
                connection.execute(_REWRITE, {"id": row["id"], "conditions": conditions, "hysteresis": now.hysteresis})
        return len(found)


_EARLIER = f"""
SELECT id, type, {PRESENT_CONDITIONS} AS conditions, hysteresis FROM alert_rules
WHERE form = 1 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - constants
_REWRITE = """
UPDATE alert_rules SET conditions = %(conditions)s, hysteresis = %(hysteresis)s, form = 2,
    version = version + 1, updated_at = now()
WHERE id = %(id)s
"""
