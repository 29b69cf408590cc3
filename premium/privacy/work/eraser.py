"""Take a user's data away, place by place; it can be stopped anywhere.

    begun ─▶ shut out ─▶ subscriptions end ─▶ each place, until a look at all finds nothing ─▶ receipt ─▶ the account

Nothing is taken from memory: what is left is found anew after each start. Before something goes, how much was found
is written down, in the same transaction where it is a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.accounts.service import shut_out
from premium.errors import UpstreamUnavailable
from premium.notifications.service import send_mail
from premium.observability import count, logger
from premium.privacy.model import Erasure
from premium.privacy.places import Known, kept_tables, known_places
from premium.privacy.receipts import keep_receipt, receipt_of
from premium.privacy.store import ErasureStore, PersonalRows
from premium.privacy.work import plain
from premium.subjects import Subject

if TYPE_CHECKING:
    from premium.bootstrap import Platform

_AT_ONCE = 5_000
_LOOKS = 5
"""A job that still runs may write once more; whoever writes on after so many looks is looked for by people."""


@dataclass(frozen=True, kw_only=True)
class Eraser:
    """Carry out requests of erasure."""

    platform: Platform
    store: ErasureStore
    rows: PersonalRows
    point: Callable[[str], None] = lambda _: None
    """Where a chaos test may end the process."""

    @classmethod
    def of(cls, platform: Platform, point: Callable[[str], None] = lambda _: None) -> Eraser:
        """Return the eraser of a worker."""
        database = platform.worker_database
        return cls(platform=platform, store=ErasureStore(database), rows=PersonalRows(database), point=point)

    def run(self, erasure_id: UUID) -> Mapping[str, Any]:
        """Erase what is due; return what became of the request.

        UpstreamUnavailable where a store does not answer, or something still writes: the next attempt goes on.
        """
        if not self.store.begin(erasure_id):
            return {"outcome": "nothing to do"}
        self.point("begun")
        erasure = self._get(erasure_id)
        if erasure.user_id is None:
            return {"outcome": "nothing to do"}
        subject = self.subject(erasure.user_id)
        shut_out(self.platform, subject.user_id, subject.keys)
        self.point("shut_out")
        for each in known_places():
            if each.place.store == "provider":
                self._erased(erasure, each, subject)
        self._until_nothing_is_left(erasure, subject)
        self.point("first_write")
        receipt = receipt_of(self._get(erasure_id))
        keep_receipt(self.platform, receipt)
        self.point("receipt")
        became = self.store.finish(erasure, kept_tables())
        count("ErasuresDone")
        logger.info("an account is erased", erasure=str(erasure_id), account=became)
        self.point("before_commit")
        return {"outcome": "erased", "account": became, "places": len(receipt.places)}

    def tell(self, erasure_id: UUID) -> None:
        """Tell the end by e-mail, and forget the address."""
        done = self.store.get(erasure_id)
        if done is None or done.finished_at is None or done.email is None:
            return
        send_mail(
            self.platform,
            message_id=done.id,
            to=done.email,
            title="Your account is erased",
            text=f"Your data are gone, but for what the law keeps. The receipt's number is {done.id}.",
        )
        self.point("told")
        self.store.told(done.id)

    def subject(self, user_id: UUID) -> Subject:
        """Return what finds a user's data, as far as it is still there."""
        with self.rows.snapshot(user_id) as connection:

            def column(table: str, name: str) -> tuple[Any, ...]:
                rows = map(json.loads, self.rows.read(connection, table, "user_id"))
                return tuple(row[name] for row in rows if row[name])

            addresses = {*column("notification_destinations", "destination")}
            account: dict[str, Any] = next(map(json.loads, self.rows.read(connection, "premium_users", "id")), {})
            return Subject(
                user_id=user_id,
                wallets=column("user_wallets", "address"),
                keys=column("api_keys", "id"),
                rules=column("alert_rules", "id"),
                addresses=tuple(sorted(addresses | {each for each in (account.get("email"),) if each})),
            )

    def found(self, each: Known, subject: Subject) -> int:
        """Count what lies at a place; what is counted by nobody is 0."""
        place = each.place
        if place.store == "premium":
            return self.rows.count(subject.user_id, place.name, place.user) if place.user else 0
        if place.store == "s3":
            return sum(1 for _ in plain.objects(self.platform, place.name, subject))
        if place.store == "redis":
            return len(plain.keys(self.platform, place.name, subject)) if "*" not in place.name else 0
        return sum(1 for _ in each.call(place.reads, self.platform, subject)) if place.reads else 0

    def _until_nothing_is_left(self, erasure: Erasure, subject: Subject) -> None:
        for _ in range(_LOOKS):
            # What a provider has ended it tells by a webhook, which need not be here yet: it was asked once, above.
            own = [each for each in known_places() if each.place.store != "provider"]
            left = {each.name: n for each in own if (n := self._erased(erasure, each, subject))}
            if not left:
                return
            logger.info("places were cleared", erasure=str(erasure.id), places=left)
        raise UpstreamUnavailable(f"something still writes to {', '.join(sorted(left))}")

    def _erased(self, erasure: Erasure, each: Known, subject: Subject) -> int:
        """Do to one place what its service says; return how much was taken away."""
        place = each.place
        if place.erasure in ("keep", "anonymise") and place.erases is None:
            self.store.found(erasure.id, each.name, self.found(each, subject))
            return 0
        if place.erasure == "expire":
            return 0
        if place.store == "premium" and place.erases is None:
            gone = self._rows(erasure, place.name, place.user)
        else:
            found = self.found(each, subject)
            self.store.found(erasure.id, each.name, found)
            gone = self._by_name(each, subject)
            if gone > found:
                self.store.found(erasure.id, each.name, gone)
        self.point(f"cleared {each.name}")
        return gone

    def _rows(self, erasure: Erasure, table: str, holder: str) -> int:
        total = 0
        while gone := self.store.erase(erasure, table, holder, _AT_ONCE):
            total += gone
        return total

    def _by_name(self, each: Known, subject: Subject) -> int:
        place = each.place
        if place.erases is not None:
            return int(each.call(place.erases, self.platform, subject))
        if place.store == "s3":
            return plain.erase_objects(self.platform, place.name, subject)
        return plain.erase_keys(self.platform, place.name, subject)

    def _get(self, erasure_id: UUID) -> Erasure:
        found = self.store.get(erasure_id)
        if found is None:
            raise UpstreamUnavailable("the request of erasure cannot be read")
        return found
