"""The door of alerts: use cases of rules, for their owners."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from redis import Redis

from premium.alerts.coverage import Coverage, watched_chains
from premium.alerts.language.assets import NamedAsset, kept_assets, with_key, with_keys
from premium.alerts.language.catalogue import SERIES
from premium.alerts.language.drafts import invalid, rule_of
from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.rule import Rule, names_series
from premium.alerts.language.templates import template_problem
from premium.alerts.language.trial import Verdict, fits, sample, trial_time, verdicts
from premium.alerts.model import (
    RULES_A_TIER,
    Alert,
    Draft,
    Firing,
    HistoryFilter,
    HistoryRow,
    NewestBlock,
    RuleRow,
)
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store import history
from premium.alerts.store.blocks import NewestBlocks
from premium.alerts.store.recent import RecentEvents
from premium.alerts.store.rules import RuleStore
from premium.bootstrap import Platform
from premium.clock import Clock
from premium.errors import Conflict, InvalidInput, RateLimited, Unprocessable
from premium.limits import Limiter
from premium.notifications.destinations import problem
from premium.notifications.service import new_secret
from premium.storage.postgres import Database
from premium.tiers import Tier

Origin = Literal["given", "recent", "example"]
"""Where the event of a trial is from: the request, this stage's chains and markets, or made to fit the rule."""
TRIALS_A_MINUTE = 30
"""Delivered trials: they go to addresses that nobody has confirmed to be the user's."""
_GIVEN: Origin = "given"
_TRIES = 20
"""Attempts at a change that others overtake: each time at least one of them has succeeded."""


@dataclass(frozen=True, kw_only=True)
class WatchedChains:
    """The chains whose blocks become events, and how far each was read."""

    names: frozenset[str]
    store: NewestBlocks

    @classmethod
    def of(cls, platform: Platform) -> WatchedChains:
        """Return the chains of the platform's settings."""
        names = frozenset(watched_chains(platform))
        return cls(names=names, store=NewestBlocks(platform.database))

    def newest(self) -> Mapping[str, NewestBlock]:
        """Return the newest block read of each chain, by its name."""
        return {block.chain: block for block in self.store.all() if block.chain in self.names}


@dataclass(frozen=True, kw_only=True)
class ExplainedRule:
    """A rule with the meaning of its assets, and why it cannot fire here."""

    rule: RuleRow
    assets: tuple[NamedAsset, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SavedRule(ExplainedRule):
    """A rule that was kept; a new secret of its webhooks is shown this once."""

    signing_secret: str | None = None
    holds_now: bool | None = None
    """Of an edge rule: whether its conditions hold already, so that it fires only when they have ceased to."""
    fired: bool = False
    """Whether it has fired for that, as was asked."""


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

    @property
    def matches(self) -> bool:
        """Return whether every condition holds."""
        return all(verdict.holds for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules of users: kept, changed, tried, and looked back on."""

    store: RuleStore
    database: Database
    redis: Redis
    limiter: Callable[[], Limiter]
    """Makes a limiter for a trial alone: it has connections of its own."""
    clock: Clock
    loopback: bool
    coverage: Callable[[], Coverage]
    """Reads the chains' registry, which not every request needs."""

    @classmethod
    def of(cls, platform: Platform) -> Rules:
        """Return the use cases over the platform's stores."""
        return cls(
            store=RuleStore(platform.database),
            database=platform.database,
            redis=platform.redis(1),
            limiter=lambda: Limiter(platform.redis(2)),
            clock=platform.clock,
            # Locally the delivery decides, by its own configuration.
            loopback=platform.settings.premium_stage == "local",
            coverage=lambda: Coverage.of(platform),
        )

    def add(self, user_id: UUID, tier: Tier, draft: Draft, *, fire_if_true: bool = False) -> SavedRule:
        """Keep a rule; InvalidInput names a wrong field, Unprocessable means no room or no destination.

        `fire_if_true`: a rule whose conditions hold already fires once, at once.
        """
        self._check_draft(user_id, draft)
        coverage = self.coverage()
        named, assets = _named(draft, coverage)
        rule = rule_of(named)
        if fire_if_true and not (rule.edge and draft.enabled and names_series(rule)):
            raise invalid("fire_if_true", f"is of an edge rule that is on and names its {SERIES[rule.kind][-1]}")
        secret = new_secret() if _signs(named) else None
        made = self.store.add(
            user_id, named, secret, most=RULES_A_TIER[tier], edge=rule if rule.edge else None, fire=fire_if_true
        )
        enqueue_alerts(self.redis, made.alerts)
        return SavedRule(
            rule=made.rule, assets=assets, gaps=(*coverage.gaps(named), *self._unconfirmed(user_id, named)),
            signing_secret=secret,
            holds_now=made.holds_now, fired=bool(made.alerts),
        )  # fmt: skip

    def explained(self, rules: Sequence[RuleRow]) -> list[ExplainedRule]:
        """Return rules with their assets' meaning and what is not read here."""
        coverage = self.coverage()
        return [
            ExplainedRule(rule=rule, assets=kept_assets(rule, coverage.names), gaps=coverage.gaps(rule))
            for rule in rules
        ]

    def get(self, user_id: UUID, rule_id: UUID) -> RuleRow:
        """Return a rule; NotFound for an unknown one and for another user's alike."""
        return self.store.get(user_id, rule_id)

    def holds_now(self, user_id: UUID, row: RuleRow) -> bool | None:
        """Return whether an edge rule holds at present; None where that is not known."""
        rule = rule_of(row.draft())
        return self.store.holds_now(user_id, rule) if rule.edge else None

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[RuleRow]:
        """Return up to `limit` rules after the position, newest first."""
        return self.store.page(user_id, limit, after)

    def remove(self, user_id: UUID, rule_id: UUID) -> None:
        """Remove a rule; its alerts stay in the history."""
        self.store.remove(user_id, rule_id)

    def change(
        self,
        user_id: UUID,
        rule_id: UUID,
        changes: Mapping[str, Any],
        *,
        version: int | None = None,
        new_signing_secret: bool = False,
    ) -> SavedRule:
        """Replace the given fields of a rule; Conflict where it is not `version` any more.

        Without a version the rule is changed as it is by then: others' changes meanwhile are kept, not refused.
        """
        for _ in range(_TRIES if version is None else 0):
            with suppress(Conflict):
                return self._change(user_id, rule_id, changes, version=None, new_signing_secret=new_signing_secret)
        return self._change(user_id, rule_id, changes, version=version, new_signing_secret=new_signing_secret)

    def _change(
        self, user_id: UUID, rule_id: UUID, changes: Mapping[str, Any], *, version: int | None, new_signing_secret: bool
    ) -> SavedRule:
        now = self.store.get(user_id, rule_id)
        before = now.draft()
        draft = Draft.model_validate(before.model_dump() | dict(changes))
        self._check_draft(user_id, draft)
        coverage = self.coverage()
        # What stays as it is was accepted before, whatever this release would say of it.
        anew = draft.conditions != before.conditions or draft.type != before.type
        draft, assets = _named(draft, coverage) if anew else (draft, kept_assets(draft, coverage.names))
        needs_secret = new_signing_secret or (_signs(draft) and not _signs(before))
        secret = new_secret() if needs_secret else None
        changed = self.store.replace(
            user_id, rule_id, draft, secret, version=now.version if version is None else version
        )
        return SavedRule(
            rule=changed, assets=assets, gaps=(*coverage.gaps(draft), *self._unconfirmed(user_id, draft)),
            signing_secret=secret,
            holds_now=self.holds_now(user_id, changed),
        )  # fmt: skip

    def try_out(self, user_id: UUID, rule_id: UUID, event: Mapping[str, Any] | None, *, tell: bool) -> Trial:
        """Judge an event, by default the stage's newest one of the rule's subject.

        Where it has none yet, one that fits is made. Where it matches and `tell` is set, it is delivered as a test.
        """
        row = self.store.get(user_id, rule_id)
        rule = self._checked(row.draft())
        now = self.clock.now()
        identity = f"test:{uuid4()}"
        names = self.coverage().names
        assets = kept_assets(row, names)
        example = sample(rule, identity, now, assets[0].asset if assets else None)
        found, origin = (event, _GIVEN) if event is not None else self._recent(rule)
        tried = example if found is None else with_key({"kind": rule.kind, **found, "event_id": identity}, names)
        judged = verdicts(rule, tried)
        matches = all(verdict.holds for verdict in judged)
        trial = Trial(event=tried, origin=origin, example=None if matches else example, verdicts=judged, alert=None)
        if not tell or not matches:
            return trial
        self._check_trials(user_id)
        alerts = self.store.try_out(user_id, Firing(rule_id, identity, trial_time(tried, now), tried))
        enqueue_alerts(self.redis, alerts)
        return replace(trial, alert=alerts[0] if alerts else None)

    def _recent(self, rule: Rule) -> tuple[Mapping[str, Any] | None, Origin]:
        equal = {one.field: one.value for one in rule.conditions if isinstance(one.value, str)}
        found = RecentEvents(self.database).newest(rule.kind, equal, lambda event: fits(rule, event))
        return (None, "example") if found is None else (in_present_form(found), "recent")

    def history(
        self, user_id: UUID, wanted: HistoryFilter, limit: int, after: tuple[datetime, UUID] | None
    ) -> list[HistoryRow]:
        """Return up to `limit` alerts after the position, the newest event first."""
        if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
            raise InvalidInput("The range is empty", details={"from": "must lie before `to`"})
        return history.page(self.database, user_id, wanted, limit, after)

    def destinations(self, user_id: UUID) -> Mapping[str, str]:
        """Return where notifications go when a rule names no destination, by channel."""
        return self.store.destinations(user_id)

    def important_channels(self, user_id: UUID) -> Sequence[str]:
        """Return the channels whose destinations the user marked as important."""
        return self.store.important_channels(user_id)

    def set_destinations(
        self, user_id: UUID, given: Mapping[str, str], important: Collection[str] = ()
    ) -> tuple[Mapping[str, str], str | None]:
        """Replace the user's destinations; the profile's email holds unless another is given.

        Return them as they are, and the secret that signs other notices to a webhook where it was made just now.
        """
        for channel, destination in given.items():
            if wrong := problem(channel, destination, loopback=self.loopback):
                raise InvalidInput(f"{channel}: {wrong}", details={channel: wrong})
        secret = self.store.set_destinations(user_id, given, important)
        return self.store.destinations(user_id), secret

    def _unconfirmed(self, user_id: UUID, draft: Draft) -> tuple[str, ...]:
        """Return a sentence for each address that gets nothing before its owner has confirmed it."""
        return tuple(
            f"{address} gets nothing before the code that was sent there is given to POST /v1/notices/addresses/confirm"
            for address in self.store.require_confirmed(user_id, draft)
        )

    def _checked(self, draft: Draft) -> Rule:
        """Return the rule of a draft whose actions are sound too.

        InvalidInput names the first wrong field.
        """
        rule = rule_of(draft)
        for place, action in enumerate(draft.actions):
            where = action.destination
            if where is not None and (wrong := problem(action.type, where, loopback=self.loopback)):
                raise invalid(f"actions.{place}.destination", wrong)
            if action.template is not None and (wrong := template_problem(action.template, draft.type)):
                raise invalid(f"actions.{place}.template", wrong)
        return rule

    def _check_trials(self, user_id: UUID) -> None:
        state = self.limiter().check(f"trials:{user_id}", TRIALS_A_MINUTE)
        if not state.allowed:
            raise RateLimited("Too many trials in a minute", retry_after=state.retry_after)

    def _check_draft(self, user_id: UUID, draft: Draft) -> None:
        self._checked(draft)
        open_ones = {action.type for action in draft.actions if action.destination is None}
        missing = sorted(open_ones - self.store.destinations(user_id).keys()) if open_ones else []
        if missing:
            where = {f"actions.{place}.destination": f"the profile has none for {action.type}: give one"
                     for place, action in enumerate(draft.actions)
                     if action.destination is None and action.type in missing}  # fmt: skip
            raise Unprocessable(f"There is no destination for {missing[0]}", details=where)


def _named(draft: Draft, coverage: Coverage) -> tuple[Draft, tuple[NamedAsset, ...]]:
    coverage.check(draft)
    return with_keys(draft, coverage.names)


def _signs(draft: Draft) -> bool:
    return any(action.type == "webhook" for action in draft.actions)
