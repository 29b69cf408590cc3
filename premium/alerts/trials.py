"""Use cases of trials: judge a rule by an event, and carry it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID, uuid4

from redis import Redis

from premium.alerts.checks import checked_rule, loopback_allowed, warnings_of
from premium.alerts.coverage import Coverage
from premium.alerts.language.assets import kept_assets, with_key
from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.rule import Rule
from premium.alerts.language.trial import Verdict, fits, sample, trial_time, verdicts
from premium.alerts.model import Alert, Firing
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store.recent import RecentEvents
from premium.alerts.store.rules import RuleStore
from premium.bootstrap import Platform
from premium.clock import Clock
from premium.errors import RateLimited
from premium.limits import Limiter

Origin = Literal["given", "recent", "example"]
"""Where the event of a trial is from: the request, this stage's chains and markets, or made to fit the rule."""
TRIALS_A_MINUTE = 30
"""Delivered trials: they go to addresses that nobody has confirmed to be the user's."""
_GIVEN: Origin = "given"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The outcome of a rule tried on an event.

    `alert` is set where it fired and was delivered; `example` is an event that would fire it, where this one does not.
    """

    event: Mapping[str, Any]
    origin: Origin
    example: Mapping[str, Any] | None
    verdicts: tuple[Verdict, ...]
    alert: Alert | None
    warnings: tuple[str, ...] = ()
    """Those of the rule: why it may not fire here, or tells nobody."""

    @property
    def matches(self) -> bool:
        """Return whether every condition holds."""
        return all(verdict.holds for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class Trials:
    """Trials of users' rules."""

    store: RuleStore
    recent: RecentEvents
    redis: Redis
    limiter: Callable[[], Limiter]
    """Made for a trial that is delivered: it has connections of its own."""
    clock: Clock
    loopback: bool
    coverage: Callable[[], Coverage]
    """Reads the chains' registry."""

    @classmethod
    def of(cls, platform: Platform) -> Trials:
        """Return the use cases over the platform's stores."""
        return cls(
            store=RuleStore(platform.database),
            recent=RecentEvents(platform.database),
            redis=platform.redis(1),
            limiter=lambda: Limiter(platform.redis(2)),
            clock=platform.clock,
            loopback=loopback_allowed(platform),
            coverage=lambda: Coverage.of(platform),
        )

    def run(self, user_id: UUID, rule_id: UUID, event: Mapping[str, Any] | None, *, tell: bool) -> Trial:
        """Judge an event, by default the stage's newest one of the rule's subject.

        Where it has none yet, one that fits is made. Where it matches and `tell` is set, it is delivered as a test.
        """
        row = self.store.get(user_id, rule_id)
        rule = checked_rule(row.draft(), loopback=self.loopback)
        now = self.clock.now()
        identity = f"test:{uuid4()}"
        coverage = self.coverage()
        names = coverage.names
        assets = kept_assets(row, names)
        example = sample(rule, identity, now, assets[0].asset if assets else None)
        found, origin = (event, _GIVEN) if event is not None else self._recent(rule)
        tried = example if found is None else with_key({"kind": rule.kind, **found, "event_id": identity}, names)
        judged = verdicts(rule, tried)
        matches = all(verdict.holds for verdict in judged)
        trial = Trial(
            event=tried, origin=origin, example=None if matches else example, verdicts=judged, alert=None,
            warnings=warnings_of(row, coverage),
        )  # fmt: skip
        if not tell or not matches:
            return trial
        self._check_number(user_id)
        alerts = self.store.try_out(user_id, Firing(rule_id, identity, trial_time(tried, now), tried))
        enqueue_alerts(self.redis, alerts)
        return replace(trial, alert=alerts[0] if alerts else None)

    def _recent(self, rule: Rule) -> tuple[Mapping[str, Any] | None, Origin]:
        equal = {one.field: one.value for one in rule.conditions if isinstance(one.value, str)}
        found = self.recent.newest(rule.kind, equal, lambda event: fits(rule, event))
        return (None, "example") if found is None else (in_present_form(found), "recent")

    def _check_number(self, user_id: UUID) -> None:
        state = self.limiter().check(f"trials:{user_id}", TRIALS_A_MINUTE)
        if not state.allowed:
            raise RateLimited("Too many trials in a minute", retry_after=state.retry_after)
