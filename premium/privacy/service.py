"""The door of privacy: archives and erasures of users' data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from premium.accounts.service import every_user
from premium.clock import Clock, rfc3339
from premium.errors import Conflict, NotFound
from premium.jobs.model import SYSTEM, JobRecord, JobStatus
from premium.jobs.service import JobService
from premium.notifications.model import Notice, PostedNotice
from premium.notifications.service import enqueue_deliveries
from premium.privacy.jobs import ERASE, EXPORT, ErasurePayload, ExportPayload
from premium.privacy.manifest import EXPORTS, PrivacySettings
from premium.privacy.model import By, Erasure, Exported
from premium.privacy.store import ErasureStore, subject_hash

if TYPE_CHECKING:
    from pathlib import Path

    from premium.bootstrap import Platform

KEPT = timedelta(hours=24)
"""How long an archive can be fetched."""


@dataclass(frozen=True, kw_only=True)
class Exports:
    """Archives of users' data."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> Exports:
        """Return the use cases of a process."""
        return cls(platform=platform)

    def start(self, user_id: UUID, *, request_id: str) -> JobRecord:
        """Start an archive; within an hour it is the same one."""
        hour = self.platform.clock.now().strftime("%Y-%m-%dT%H")
        return self.platform.jobs.start(
            EXPORT, ExportPayload(), user_id=user_id, request_id=request_id, idempotency_key=hour
        )

    def link(self, user_id: UUID, job_id: UUID, asked_at: datetime) -> dict[str, str]:
        """Return where an archive is fetched, and until when.

        A link lives no longer than the credentials of the process that signs it: who has an old one asks for another.
        """
        ends = asked_at + KEPT
        seconds = max(1, int((ends - self.platform.clock.now()).total_seconds()))
        key = f"{EXPORTS}{user_id}/{job_id}.zip"
        url = self.platform.bucket("exports").presigned_get(key, seconds, filename="my-data.zip")
        return {"url": url, "expires_at": rfc3339(ends)}

    def again(self, user_id: UUID, job_id: UUID) -> dict[str, Any]:
        """Return a finished archive with a new link; NotFound for none, and after a day."""
        record = self.platform.jobs.get(user_id, job_id)
        if record.kind != EXPORT.name or record.status is not JobStatus.DONE:
            raise NotFound("There is no such archive, or it is not made yet")
        if record.created_at + KEPT <= self.platform.clock.now():
            raise NotFound("This archive was kept for a day; ask for another")
        return {**(record.result or {}), **self.link(user_id, job_id, record.created_at)}

    def write(self, user_id: UUID, path: Path) -> Exported:
        """Write an archive to a file; for operators."""
        from premium.privacy.work.archive import Archive  # noqa: PLC0415 - the work, which handlers need not

        return Archive.of(self.platform).write(user_id, path, as_of=self.platform.clock.now())


@dataclass(frozen=True, kw_only=True)
class Erasures:
    """Requests of erasure."""

    store: ErasureStore
    clock: Clock
    jobs: Callable[[], JobService]
    tell: Callable[[list[PostedNotice]], object]
    """Hands notices to whoever delivers them, after the commit."""
    window: timedelta

    @classmethod
    def of(cls, platform: Platform) -> Erasures:
        """Return the use cases over a request's database."""
        return cls._over(platform, ErasureStore(platform.database))

    @classmethod
    def of_operator(cls, platform: Platform) -> Erasures:
        """Return the use cases with the worker's rights."""
        return cls._over(platform, ErasureStore(platform.worker_database))

    @classmethod
    def _over(cls, platform: Platform, store: ErasureStore) -> Erasures:
        return cls(
            store=store,
            clock=platform.clock,
            jobs=lambda: platform.jobs,
            tell=lambda told: enqueue_deliveries(platform.redis(1), told),
            window=timedelta(hours=platform.settings.of(PrivacySettings).erasure_hours),
        )

    def ask(self, user_id: UUID, *, by: By, at_once: bool, request_id: str) -> Erasure:
        """Ask for the erasure of an account, after the window or at once.

        One that is open stays as it is, but for a wish to have it at once: then Conflict says to restore it first.
        """
        open_ = self.store.open(user_id)
        if open_ is None:
            due = self.clock.now() + (timedelta(0) if at_once else self.window)
            open_, told = self.store.ask(uuid4(), user_id, by=by, due_at=due, notice=_notice(user_id, due, by))
            self.tell(told)
        elif at_once and open_.due_at > self.clock.now():
            raise Conflict("The account is to be erased already; take that back first to have it erased at once")
        if open_.due_at <= self.clock.now():
            self.start(open_.id, request_id=request_id)
        return open_

    def restore(self, user_id: UUID) -> Erasure:
        """Take the erasure of an account back.

        NotFound for none, Conflict for one that has begun.
        """
        taken_back = self.store.cancel(user_id)
        if taken_back is not None:
            return taken_back
        if self.store.open(user_id) is not None:
            raise Conflict("The erasure has begun; it cannot be taken back")
        raise NotFound("This account is not to be erased")

    def start(self, erasure_id: UUID, *, request_id: str) -> JobRecord:
        """Start the job of a request that is due; once an hour."""
        key = f"{erasure_id} {self.clock.now():%Y-%m-%dT%H}"
        payload = ErasurePayload(erasure=erasure_id)
        return self.jobs().start(ERASE, payload, user_id=SYSTEM, request_id=request_id, idempotency_key=key)


def planned(platform: Platform, user_id: UUID) -> list[Mapping[str, Any]]:
    """Return what an erasure would do, place by place; nothing is changed."""
    from premium.privacy.places import known_places  # noqa: PLC0415 - operators alone ask
    from premium.privacy.work.eraser import Eraser  # noqa: PLC0415 - the work, which handlers need not

    eraser = Eraser.of(platform)
    subject = eraser.subject(user_id)
    return [
        {
            "service": each.service,
            "place": each.name,
            "action": each.place.erasure,
            "found": eraser.found(each, subject),
            "why": each.place.reason,
        }
        for each in known_places()
    ]


def erased_before(platform: Platform) -> Iterator[UUID]:
    """Yield users of the database who have a receipt: a restored backup brought them back."""
    from premium.privacy.receipts import receipts  # noqa: PLC0415 - operators alone ask

    known = {each.subject for each in receipts(platform)}
    return (user_id for user_id in every_user(platform) if subject_hash(user_id).hex() in known)


def erase_now(platform: Platform, user_id: UUID, *, by: By) -> Mapping[str, Any]:
    """Erase a user in this process, without a window; for operators."""
    from premium.privacy.work.eraser import Eraser  # noqa: PLC0415 - the work, which handlers need not

    store = ErasureStore(platform.worker_database)
    open_ = store.open(user_id)
    if open_ is not None and open_.started_at is None and open_.due_at > platform.clock.now():
        raise Conflict("The user asked for it himself and may still take it back; it is done when it is due")
    if open_ is None:
        open_, _ = store.ask(uuid4(), user_id, by=by, due_at=platform.clock.now())
    eraser = Eraser.of(platform)
    result = eraser.run(open_.id)
    eraser.tell(open_.id)
    return {"erasure": str(open_.id), **result}


def _notice(user_id: UUID, due: datetime, by: By) -> Notice | None:
    if by != "user":
        return None
    text = f"Your account and its data will be erased from {rfc3339(due)} on. Until then you can take it back."
    return Notice(
        user=user_id,
        kind="privacy.erasure",
        key=rfc3339(due),
        title="Your account will be erased",
        text=text,
        data={"dueAt": rfc3339(due)},
    )
