"""The SQL of rules, for their owners."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.alerts.language.rule import Rule
from premium.alerts.model import Action, AddedRule, Alert, Draft, Firing, RuleRow
from premium.alerts.store.firings import record_firings
from premium.alerts.store.levels import begun, holding
from premium.alerts.store.rule_form import PRESENT_CONDITIONS
from premium.entitlements import Quota
from premium.errors import Conflict, NotFound, Unprocessable
from premium.notifications.service import destinations_of, important_channels, require_confirmed, set_destinations
from premium.storage.postgres import Database


class RuleStore:
    """The rules of one user at a time, under row-level security."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        user_id: UUID,
        draft: Draft,
        secret: str | None,
        *,
        quota: Quota,
        edge: Rule | None = None,
        fire: bool = False,
    ) -> AddedRule:
        """Keep a rule; Unprocessable when the user has as many as the quota already.

        Of an `edge` rule it is said whether it holds now; with `fire` it fires then, in the same transaction, or as
        soon as its matcher finds that it did.
        """
        values = _values(draft) | {"user": user_id, "secret": secret}
        with self._rows(user_id) as rows:
            # Two requests at once could each find room for the last rule.
            rows.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"alert_rules:{user_id}",))
            there = None if edge is None else holding(rows.connection, edge)
            # A level that is being written is not seen here: the matcher looks again when it has the rule.
            rows.execute(_ADD, values | {"most": quota.most, "awaits": fire and not there})
            made = rows.fetchone()
            alerts = (
                record_firings(rows.connection, [begun(made.id, one) for one in there])
                if fire and there and made
                else []
            )
        if made is None:
            raise Unprocessable(f"{quota.refusal}: remove one, or move to a higher tier", details=quota.details)
        return AddedRule(made, None if there is None else bool(there), tuple(alerts))

    def get(self, user_id: UUID, rule_id: UUID) -> RuleRow:
        """Return a rule; NotFound for an unknown one and for another user's alike."""
        with self._rows(user_id) as rows:
            return _found(rows.execute(_BY_ID, {"user": user_id, "id": rule_id}).fetchone(), rule_id)

    def holds_now(self, user_id: UUID, rule: Rule) -> bool | None:
        """Return whether a rule holds at present; None where it names no series."""
        with self._database.as_user(user_id) as connection:
            there = holding(connection, rule)
        return None if there is None else bool(there)

    def ids(self, user_id: UUID) -> list[UUID]:
        """Return the ids of a user's rules, the oldest first."""
        with self._database.as_user(user_id) as connection:
            statement = "SELECT id FROM alert_rules WHERE user_id = %s ORDER BY created_at, id"
            return [row["id"] for row in connection.execute(statement, (user_id,))]

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[RuleRow]:
        """Return up to `limit` rules after the position, newest first."""
        at, rule_id = after or (None, None)
        with self._rows(user_id) as rows:
            return rows.execute(_PAGE, {"user": user_id, "at": at, "id": rule_id, "limit": limit}).fetchall()

    def replace(
        self, user_id: UUID, rule_id: UUID, draft: Draft, secret: str | None, *, version: int, quota: Quota
    ) -> RuleRow:
        """Replace a rule by a draft and count its version up.

        Conflict when it is not `version` any more; Unprocessable where it is beyond the quota, whose oldest rules
        count. A `secret` of None keeps the present one.
        """
        values = _values(draft) | {"user": user_id, "id": rule_id, "secret": secret, "version": version}
        with self._rows(user_id) as rows:
            if rows.connection.execute(_BEYOND, values | {"most": quota.most}).fetchone() is not None:
                raise Unprocessable(quota.read_only, details=quota.details)
            changed = rows.execute(_REPLACE, values).fetchone()
            if changed is None:
                now = _found(rows.execute(_BY_ID, values).fetchone(), rule_id).version
                raise Conflict("The rule was changed meanwhile", details={"version": f"is {now}, not {version}"})
        return changed

    def remove(self, user_id: UUID, rule_id: UUID) -> None:
        """Remove a rule; NotFound for an unknown one."""
        with self._database.as_user(user_id) as connection:
            gone = connection.execute("DELETE FROM alert_rules WHERE user_id = %s AND id = %s", (user_id, rule_id))
            if gone.rowcount == 0:
                raise NotFound(f"there is no rule {rule_id}")

    def try_out(self, user_id: UUID, firing: Firing) -> list[Alert]:
        """Record a firing that the owner asked for.

        Even of a rule that is switched off.
        """
        with self._database.as_user(user_id) as connection:
            return record_firings(connection, [firing], is_test=True)

    def destinations(self, user_id: UUID) -> Mapping[str, str]:
        """Return where notifications go when a rule names no destination.

        By default to the profile's email.
        """
        with self._database.as_user(user_id) as connection:
            return destinations_of(connection, user_id)

    def important_channels(self, user_id: UUID) -> Sequence[str]:
        """Return the channels whose destinations the user marked as important."""
        with self._database.as_user(user_id) as connection:
            return important_channels(connection, user_id)

    def set_destinations(self, user_id: UUID, given: Mapping[str, str], important: Collection[str]) -> str | None:
        """Replace the user's destinations, but for the account's email.

        Return a webhook's secret where it was made just now.
        """
        with self._database.as_user(user_id) as connection:
            return set_destinations(connection, user_id, given, important)

    def require_confirmed(self, user_id: UUID, draft: Draft) -> Sequence[str]:
        """Have codes sent to the rule's new addresses; return those that are not confirmed."""
        named = [(one.type, one.destination) for one in draft.actions if one.destination is not None]
        if not named:
            return ()
        with self._database.as_user(user_id) as connection:
            return require_confirmed(connection, user_id, named)

    @contextmanager
    def _rows(self, user_id: UUID) -> Iterator[Cursor[RuleRow]]:
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(RuleRow)) as rows:
            yield rows


def _found(row: RuleRow | None, rule_id: UUID) -> RuleRow:
    if row is None:
        raise NotFound(f"there is no rule {rule_id}")
    return row


def _unsaid(action: Action) -> set[str]:
    """The release before this one knows no importance: it is written where it is said."""
    return set() if action.important else {"important"}


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "type": draft.type,
        "conditions": Jsonb([dict(condition) for condition in draft.conditions]),
        "actions": Jsonb([action.model_dump(mode="json", exclude=_unsaid(action)) for action in draft.actions]),
        "enabled": draft.enabled,
        "cooldown": draft.cooldown_seconds,
        "trigger": draft.trigger,
        "hysteresis": draft.hysteresis,
    }


_COLUMNS = f"""
id, name, type, {PRESENT_CONDITIONS} AS conditions, actions, enabled, cooldown_seconds, trigger, hysteresis, version,
created_at, updated_at
"""
_ADD = f"""
INSERT INTO alert_rules
    (user_id, name, type, conditions, actions, enabled, cooldown_seconds, trigger, hysteresis, signing_secret, form,
     awaits_level)
SELECT %(user)s, %(name)s, %(type)s, %(conditions)s, %(actions)s, %(enabled)s, %(cooldown)s, %(trigger)s,
       %(hysteresis)s, %(secret)s, 2, %(awaits)s
WHERE (SELECT count(*) FROM alert_rules WHERE user_id = %(user)s) < %(most)s
RETURNING {_COLUMNS}
"""  # noqa: S608 - constant columns
_BY_ID = f"SELECT {_COLUMNS} FROM alert_rules WHERE user_id = %(user)s AND id = %(id)s"  # noqa: S608 - constant columns
_PAGE = f"""
SELECT {_COLUMNS} FROM alert_rules
WHERE user_id = %(user)s
  AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""  # noqa: S608 - constant columns
_BEYOND = """
SELECT 1 FROM alert_rules r
WHERE r.user_id = %(user)s AND r.id = %(id)s
  AND (SELECT count(*) FROM alert_rules o
       WHERE o.user_id = r.user_id AND (o.created_at, o.id) < (r.created_at, r.id)) >= %(most)s
"""
_REPLACE = f"""
UPDATE alert_rules SET
    name = %(name)s, type = %(type)s, conditions = %(conditions)s, actions = %(actions)s, enabled = %(enabled)s,
    cooldown_seconds = %(cooldown)s, trigger = %(trigger)s, hysteresis = %(hysteresis)s,
    signing_secret = coalesce(%(secret)s, signing_secret), form = 2, version = version + 1, updated_at = now()
WHERE user_id = %(user)s AND id = %(id)s AND version = %(version)s
RETURNING {_COLUMNS}
"""  # noqa: S608 - constant columns
