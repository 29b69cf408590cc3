"""The door of the audit trail: write entries around changes, and read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID, uuid4

from premium.audit.changes import small
from premium.audit.model import ANONYMOUS, SYSTEM_ACTOR, Action, Actor, Entry, Outcome
from premium.audit.store import AuditStore, Bounds
from premium.config import ConfigurationError
from premium.errors import AppError, UpstreamUnavailable
from premium.observability import logger
from premium.principal import Principal

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.clock import Clock

__all__ = [
    "ANONYMOUS", "SYSTEM_ACTOR", "Action", "Actor", "AuditLog", "AuditTrail", "Bounds", "Entry", "Noted", "Record",
]  # fmt: skip
_AT_ONCE = 50
"""Entries of one request; DynamoDB takes 100, and 4 MB."""


@dataclass
class Record:
    """What is learnt of a change while it is made."""

    targets: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)

    def add(self, *targets: object, **changes: object) -> None:
        """Name what is changed, and how; secrets are left out, long texts cut."""
        self.targets += [str(target) for target in targets if str(target) not in self.targets]
        self.changes |= changes


class Noted(NamedTuple):
    """A change that was made, before its entry is written."""

    action: Action
    changes: Mapping[str, Any]
    outcome: Outcome = "done"
    code: str | None = None


@dataclass(frozen=True)
class AuditTrail:
    """Write an entry before every change and one after it.

    Without a store (one machine, no table) nothing is written.
    """

    store: AuditStore | None
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> AuditTrail:
        """Return the trail of a platform; only the stage `local` may be without."""
        settings = platform.settings
        if settings.audit_table is None and settings.premium_stage == "local":
            return cls(None, platform.clock)
        if settings.audit_table is None:
            raise ConfigurationError("AUDIT_TABLE is not set: no change is made that leaves no entry")
        return cls(AuditStore(platform.tables("audit")), platform.clock)

    @contextmanager
    def recorded(self, actor: Actor, name: str, *, targets: Sequence[object] = (), **about: Any) -> Iterator[Record]:
        """Surround a change with its two entries.

        `about`: request_id, address, user_agent, security. UpstreamUnavailable, before anything is changed, where the
        beginning cannot be written. An end that cannot be written is logged: its entry reads `unknown`.
        """
        record = Record()
        record.add(*targets)
        action = Action(
            id=uuid4(), time=self.clock.now(), actor=actor, name=name, targets=tuple(record.targets), **about
        )
        self._begin(action)
        try:
            yield record
        except BaseException as error:
            self._end(action, record, *_outcome(error))
            raise
        self._end(action, record, "done", None)

    def noted(
        self, actor: Actor, name: str, *, at: tuple[datetime, UUID], targets: Sequence[object],
        changes: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Append the entry of a change that was made, once for its time and id.

        For whoever tells of committed changes and may be killed between two of them: he calls it again. Two at once
        must not tell of the same.
        """
        if self.store is None:
            return
        record, (time, own) = Record(), at
        record.add(*targets, **changes)
        made = Action(id=own, time=time, actor=actor, name=name, targets=tuple(record.targets))
        self.store.end(_ended(made, self.clock.now(), "done", None, record.changes))

    def noted_all(self, made: Sequence[Noted]) -> None:
        """Append the entries of changes that were made, in few requests.

        Each once for its time and id, as `noted` does of one.
        """
        if self.store is None:
            return
        end = self.clock.now()
        for start in range(0, len(made), _AT_ONCE):
            together = made[start : start + _AT_ONCE]
            ended = [_ended(each.action, end, each.outcome, each.code, each.changes) for each in together]
            self.store.end_all(ended, end)

    def _begin(self, action: Action) -> None:
        if self.store is None:
            logger.debug("no audit table: a change leaves no entry", action=action.name)
            return
        try:
            self.store.begin(action)
        except UpstreamUnavailable as error:
            raise UpstreamUnavailable("Changes cannot be recorded just now; try again in a moment") from error

    def _end(self, action: Action, record: Record, outcome: Outcome, code: str | None) -> None:
        if self.store is None:
            return
        try:
            told = action.model_copy(update={"targets": tuple(record.targets)})
            self.store.end(_ended(told, self.clock.now(), outcome, code, record.changes))
        except Exception:
            logger.exception("the end of a change is not recorded", action=action.name, audit_id=str(action.id))


@dataclass(frozen=True)
class AuditLog:
    """Read entries, newest first."""

    store: AuditStore

    @classmethod
    def of(cls, platform: Platform) -> AuditLog:
        """Return the log of a platform."""
        platform.settings.require("audit_table")
        return cls(AuditStore(platform.tables("audit")))

    def of_user(self, user_id: UUID, bounds: Bounds) -> list[Entry]:
        """Return what one user changed, by token or key."""
        return self.store.of_actor(str(user_id), bounds)

    def of_day(self, day: date, bounds: Bounds) -> list[Entry]:
        """Return what anybody changed on one day (UTC), operators and the clock included."""
        return self.store.of_day(day, bounds)


def _ended(action: Action, at: datetime, outcome: Outcome, code: str | None, changes: Mapping[str, Any]) -> Entry:
    end = {"ended_at": at, "outcome": outcome, "code": code, "changes": small(changes)}
    return Entry.model_validate(action.model_dump() | end)


def _outcome(error: BaseException) -> tuple[Outcome, str | None]:
    code = error.code if isinstance(error, SystemExit) else getattr(error, "exit_code", None)  # click's errors have one
    if isinstance(error, SystemExit) or code is not None:
        return ("refused", "EXIT") if code else ("done", None)
    if isinstance(error, AppError):
        return ("failed" if error.retryable else "refused", error.code)
    return "failed", "INTERNAL"


def actor_of(caller: Principal | None) -> Actor:
    """Return the actor of a request."""
    if caller is None:
        return ANONYMOUS
    kind: Literal["user", "key"] = "key" if caller.key_id else "user"
    return Actor(kind=kind, id=str(caller.user_id), key_id=caller.key_id, roles=tuple(sorted(caller.roles)))


def operator(name: str, *, claimed: str = "") -> Actor:
    """Return the actor of an operator's command.

    `name` is the system's user; `claimed` who started the process elsewhere says to be.
    """
    return Actor(kind="operator", id=f"operator:{name}", claimed=claimed)
