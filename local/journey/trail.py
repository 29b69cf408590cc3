"""Verify today's audit trail, and find an entry that was tampered with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from boto3.dynamodb.conditions import Key

from premium.audit.chain import Verdict
from premium.audit.seals import Seals
from premium.bootstrap import Platform

_TAMPERED = "nothing at all"


@dataclass(frozen=True)
class Trail:
    """The audit trail of a stage, with the rights of whoever owns its table."""

    platform: Platform

    def verify(self) -> Verdict:
        """Return what today's chains show."""
        today = datetime.now(UTC).date()
        (verdict,) = Seals.of(self.platform).verify(today, today)
        return verdict

    def of_user(self, user: UUID) -> Sequence[str]:
        """Return what a user did, in order, by the names of the trail."""
        items = [each for each in self._items(user) if str(each["sk"]).endswith("#ended")]
        return [str(each["name"]) for each in items]

    def tampered(self, user: UUID) -> tuple[str, Verdict]:
        """Change the user's first entry, verify, and put it back.

        Return the entry's name, and the verdict.
        """
        table, item = self.platform.tables("audit").boto3, self._items(user)[0]
        self._rename(table, item, _TAMPERED)
        try:
            return str(item["name"]), self.verify()
        finally:
            self._rename(table, item, str(item["name"]))

    def _items(self, user: UUID) -> Sequence[Any]:
        found = self.platform.tables("audit").query(Key("pk").eq(str(user)))
        return sorted(found.items, key=lambda each: str(each["sk"]))

    @staticmethod
    def _rename(table: Any, item: Any, name: str) -> None:
        table.update_item(
            Key={"pk": item["pk"], "sk": item["sk"]},
            UpdateExpression="SET #name = :name",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={":name": name},
        )
