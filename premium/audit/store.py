"""Append entries to their table, and read them newest first.

pk   the actor's id                             index `date`: the day of the beginning, then sk
sk   `<RFC 3339>#<event id>#begun` or `…#ended`
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.audit.chain import Chains, Link, digest
from premium.audit.model import Action, Entry, instant, position
from premium.storage.plain import from_item, to_item

if TYPE_CHECKING:
    from premium.storage.tables import Item, Table

KEPT = timedelta(days=366)
KEPT_FOR_SECURITY = timedelta(days=7 * 366)
_FIRST, _LAST = "0", "~"
_PAGE = 500
_CHAINS: defaultdict[str, Chains] = defaultdict(Chains)
"""What this process writes, by the name of the table: every store goes on with the same chains."""
_AFTER = "$"
"""The character after `#`: a bound that no entry of the same instant exceeds."""


class AuditStore:
    """The append-only table of one stage."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, action: Action) -> None:
        """Append the entry of a beginning; UpstreamUnavailable where it cannot be written."""
        self._append(action, "begun", {}, action.time)

    def end(self, entry: Entry) -> None:
        """Append the entry of an end."""
        self._append(entry, "ended", _end(entry), entry.ended_at or entry.time)

    def end_all(self, entries: Sequence[Entry], at: datetime) -> None:
        """Append the ends of changes that were made, in one request.

        All are written, or none: then UpstreamUnavailable. `at` is their end. 100 at most. Where one of them is there
        already, each is written by itself.
        """
        together: list[Mapping[str, Mapping[str, Any]]] = []
        with _CHAINS[self._table.name].place(instant(at)[:10]) as link:
            for entry in entries:
                link.go_on()
                stored = _linked(_item(entry, "ended", _end(entry), at), link)
                together.append({"Put": {"Item": stored, "ConditionExpression": "attribute_not_exists(pk)"}})
                link.hash = stored["hash"]
            last, link.hash = link.hash, None
            if self._table.write_together(together) is None:
                link.hash = last
                return
        for entry in entries:
            self.end(entry)

    def of_actor(self, actor_id: str, bounds: Bounds) -> list[Entry]:
        """Return the entries of one actor."""
        return self._read("pk", actor_id, None, bounds)

    def of_day(self, day: date, bounds: Bounds) -> list[Entry]:
        """Return the entries of all actors of one day (UTC)."""
        return self._read("date", day.isoformat(), "date", bounds)

    def written_on(self, day: date) -> Iterator[Item]:
        """Return the chained entries that were written on a day (UTC), as they are stored.

        An end stands beside its beginning, which may be the day before.
        """
        for begun in (day - timedelta(days=1), day):
            for item in self._items("date", begun.isoformat(), "date", Bounds(limit=_PAGE)):
                if str(item.get("chain", "")).startswith(f"{day.isoformat()}/"):
                    yield item

    def unchained_on(self, day: date) -> int:
        """Count a day's entries in no chain, of before there were any."""
        items = self._items("date", day.isoformat(), "date", Bounds(limit=_PAGE))
        return sum("chain" not in item for item in items)

    def _append(self, action: Action, phase: str, more: Mapping[str, Any], at: datetime) -> None:
        from boto3.dynamodb.conditions import Attr  # noqa: PLC0415 - boto3 is loaded when something is written

        item = _item(action, phase, more, at)
        # One that is there was written before, by this one (boto3 asks again for an answer that was lost) or by one
        # who died: then another chain begins, whose entries name no hash that is nowhere.
        with _CHAINS[self._table.name].place(instant(at)[:10]) as link:
            stored = _linked(item, link)
            if self._table.put(stored, condition=Attr("pk").not_exists()):
                link.hash = stored["hash"]

    def _read(self, attribute: str, value: str, index: str | None, bounds: Bounds) -> list[Entry]:
        if bounds.low > bounds.high:
            return []
        found: dict[str, Item] = {}
        for item in self._items(attribute, value, index, bounds):
            place = item["sk"].rpartition("#")[0]
            # From the newest: an end comes before its beginning, of which it says all and more.
            found.setdefault(place, item)
            if len(found) > bounds.limit:
                break
        return [Entry.model_validate(item) for item in list(found.values())[: bounds.limit]]

    def _items(self, attribute: str, value: str, index: str | None, bounds: Bounds) -> Iterator[Item]:
        from boto3.dynamodb.conditions import Attr, Key  # noqa: PLC0415 - boto3 is loaded when something is read

        condition = Key(attribute).eq(value) & Key("sk").between(bounds.low, bounds.high)
        chosen = Attr("name").begins_with(bounds.action) if bounds.action else None
        page_size = None if bounds.action else 2 * bounds.limit + 2
        start: Mapping[str, Any] | None = None
        while True:
            page = self._table.query(
                condition, index=index, filter=chosen, limit=page_size, start=start, ascending=False
            )
            yield from page.items
            if page.next is None:
                return
            start = page.next


def _end(entry: Entry) -> dict[str, Any]:
    return {"ended_at": entry.ended_at, "outcome": entry.outcome, "code": entry.code, "changes": entry.changes}


def _item(action: Action, phase: str, more: Mapping[str, Any], at: datetime) -> Item:
    kept = KEPT_FOR_SECURITY if action.security else KEPT
    return {
        **action.model_dump(include=set(Action.model_fields) - {"time"}),
        **more,
        "pk": action.actor.id,
        "sk": f"{position(action.time, action.id)}#{phase}",
        "date": instant(action.time)[:10],
        "time": instant(action.time),
        "written": instant(at),
        "ttl": int((action.time + kept).timestamp()),
    }


def _linked(item: Item, link: Link) -> Item:
    """Return an entry as it is stored at a place of a chain, with its hash."""
    stored = from_item(to_item({**item, **link.fields()}))
    return {**stored, "hash": digest(stored)}


class Bounds:
    """Which entries are read: between two instants, before a position, of some actions."""

    def __init__(
        self,
        *,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
        before: tuple[datetime, UUID] | None = None,
        action: str | None = None,
    ) -> None:
        self.limit = limit
        self.action = action
        self.low = instant(since) if since else _FIRST
        self.high = min(f"{instant(until)}{_AFTER}" if until else _LAST, position(*before) if before else _LAST)
