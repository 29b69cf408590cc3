"""Use cases of rules for their owner: keep, change, try out, look back. What matches them runs elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from redis import Redis

from premium.alerts import history
from premium.alerts.checking import checked
from premium.alerts.firing import Alert, Firing, enqueue_alerts
from premium.alerts.intake import AHEAD, OLDEST
from premium.alerts.model import RULES_A_TIER, Draft, HistoryFilter, HistoryRow, RuleRow
from premium.alerts.store import RuleStore
from premium.alerts.trial import Verdict, sample, verdicts
from premium.bootstrap import Platform
from premium.clock import Clock
from premium.errors import Conflict, InvalidInput, RateLimited, Unprocessable
from premium.limits import Limiter
from premium.notifications.destinations import problem
from premium.notifications.service import new_secret
from premium.storage.postgres import Database
from premium.tiers import Tier

TRIALS_A_MINUTE = 30
"""That are delivered: they go to addresses which nobody has confirmed to be the user's."""
_TRIES = 20
"""Of a change that others overtake: each time at least one of them has succeeded."""
_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A rule, and the secret that signs its webhooks where it has just been made: it is shown this once."""

    rule: RuleRow
    signing_secret: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a rule makes of an event; `alert` where it fired and was told."""

    event: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    alert: Alert | None

    @property
    def matches(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class Rules:
    store: RuleStore
    database: Database
    redis: Redis
    limiter: Callable[[], Limiter]
    """Made for a trial alone: it has connections of its own."""
    clock: Clock
    loopback: bool

    @classmethod
    def of(cls, platform: Platform) -> Rules:
        return cls(
            store=RuleStore(platform.database),
            database=platform.database,
            redis=platform.redis(1),
            limiter=lambda: Limiter(platform.redis(2)),
            clock=platform.clock,
            # There the delivery decides, by its own configuration.
            loopback=platform.settings.premium_stage == "local",
        )

    def add(self, user_id: UUID, tier: Tier, draft: Draft) -> Kept:
        """InvalidInput names the field; Unprocessable: no room in the tier, or no destination in the profile."""
        self._check(user_id, draft)
        secret = new_secret() if _signs(draft) else None
        made = self.store.add(user_id, draft, secret, most=RULES_A_TIER[tier])
        return Kept(rule=made, signing_secret=secret)

    def change(
        self,
        user_id: UUID,
        rule_id: UUID,
        changes: Mapping[str, Any],
        *,
        version: int | None = None,
        new_signing_secret: bool = False,
    ) -> Kept:
        """Fields of `Draft` that were given replace the rule's; Conflict where it is not `version` any more.

        Who names no version changes the rule as it is by then: others' changes meanwhile are kept, not refused.
        """
        for _ in range(_TRIES if version is None else 0):
            with suppress(Conflict):
                return self._change(user_id, rule_id, changes, version=None, new_signing_secret=new_signing_secret)
        return self._change(user_id, rule_id, changes, version=version, new_signing_secret=new_signing_secret)

    def _change(
        self, user_id: UUID, rule_id: UUID, changes: Mapping[str, Any], *, version: int | None, new_signing_secret: bool
    ) -> Kept:
        now = self.store.get(user_id, rule_id)
        before = now.draft()
        draft = Draft.model_validate(before.model_dump() | dict(changes))
        self._check(user_id, draft)
        needs_secret = new_signing_secret or (_signs(draft) and not _signs(before))
        secret = new_secret() if needs_secret else None
        changed = self.store.replace(
            user_id, rule_id, draft, secret, version=now.version if version is None else version
        )
        return Kept(rule=changed, signing_secret=secret)

    def try_out(self, user_id: UUID, rule_id: UUID, event: Mapping[str, Any] | None, *, tell: bool) -> Trial:
        """Judge an event, by default one that fits; where it matches, its actions are carried out as a test."""
        row = self.store.get(user_id, rule_id)
        rule = checked(row.draft(), loopback=self.loopback)
        now = self.clock.now()
        identity = f"test:{uuid4()}"
        tried = sample(rule, identity, now) if event is None else {"kind": rule.kind, **event, "event_id": identity}
        judged = verdicts(rule, tried)
        if not tell or not all(verdict.holds for verdict in judged):
            return Trial(event=tried, verdicts=judged, alert=None)
        self._check_trials(user_id)
        alerts = self.store.try_out(user_id, Firing(rule_id, identity, _time(tried, now), tried))
        enqueue_alerts(self.redis, alerts)
        return Trial(event=tried, verdicts=judged, alert=alerts[0] if alerts else None)

    def history(
        self, user_id: UUID, wanted: HistoryFilter, limit: int, after: tuple[datetime, UUID] | None
    ) -> list[HistoryRow]:
        if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
            raise InvalidInput("The range is empty", details={"from": "must lie before `to`"})
        return history.page(self.database, user_id, wanted, limit, after)

    def set_destinations(self, user_id: UUID, given: Mapping[str, str]) -> Mapping[str, str]:
        """All of the profile's destinations but its email, which holds unless another is given."""
        for channel, destination in given.items():
            if wrong := problem(channel, destination, loopback=self.loopback):
                raise InvalidInput(f"{channel}: {wrong}", details={channel: wrong})
        self.store.set_destinations(user_id, given)
        return self.store.destinations(user_id)

    def _check_trials(self, user_id: UUID) -> None:
        state = self.limiter().check(f"trials:{user_id}", TRIALS_A_MINUTE)
        if not state.allowed:
            raise RateLimited("Too many trials in a minute", retry_after=state.retry_after)

    def _check(self, user_id: UUID, draft: Draft) -> None:
        checked(draft, loopback=self.loopback)
        open_ones = {action.type for action in draft.actions if action.destination is None}
        missing = sorted(open_ones - self.store.destinations(user_id).keys()) if open_ones else []
        if missing:
            where = {f"actions.{place}.destination": f"the profile has none for {action.type}: give one"
                     for place, action in enumerate(draft.actions)
                     if action.destination is None and action.type in missing}  # fmt: skip
            raise Unprocessable(f"There is no destination for {missing[0]}", details=where)


def _signs(draft: Draft) -> bool:
    return any(action.type == "webhook" for action in draft.actions)


def _time(event: Mapping[str, Any], now: datetime) -> datetime:
    """The event's own, within what an event that comes from elsewhere may have."""
    try:
        time = _TIME.validate_python(event.get("timestamp", now))
    except ValidationError:
        raise InvalidInput("timestamp: must be a time with a zone", details={"event.timestamp": "not a time"}) from None
    if not OLDEST <= time <= now + AHEAD:
        reason = f"must lie between {OLDEST.date()} and five minutes from now"
        raise InvalidInput(f"timestamp: {reason}", details={"event.timestamp": reason})
    return time
