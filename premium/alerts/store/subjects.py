"""The SQL of what rules are about: assets and protocols that enabled rules name."""

from __future__ import annotations

from typing import Literal

from premium.storage.postgres import Database

Subject = Literal["asset", "protocol"]


class Subjects:
    """The distinct assets and protocols of all rules; by the worker role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, subject: Subject, after: str, most: int) -> list[str]:
        """Return up to `most` names after one; an index gives each at once."""
        with self._database.transaction() as connection:
            rows = connection.execute(_NAMED[subject], {"after": after, "most": most}).fetchall()
        return [row["name"] for row in rows]


def _named(field: Subject, rule_type: str) -> str:
    # As the index of migration 0012 writes it.
    path = f'$[*] ? (@.operator == "eq" && @.field == "{field}").value'
    value = f"(jsonb_path_query_first(conditions, '{path}') #>> '{{}}')"
    rules = f"FROM alert_rules WHERE enabled AND type = '{rule_type}' AND {value}"
    return f"""
    WITH RECURSIVE named (name) AS (
        (SELECT {value} {rules} > %(after)s ORDER BY {value} LIMIT 1)
        UNION ALL
        SELECT (SELECT {value} {rules} > named.name ORDER BY {value} LIMIT 1) FROM named WHERE named.name IS NOT NULL
    )
    SELECT name FROM named WHERE name IS NOT NULL LIMIT %(most)s
    """  # noqa: S608 - constants


_NAMED = {"asset": _named("asset", "price"), "protocol": _named("protocol", "protocol_risk")}
