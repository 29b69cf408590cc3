"""The door of alerts: use cases of rules, for their owners."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from redis import Redis

from premium.alerts.checks import checked_rule, loopback_allowed, warnings_of
from premium.alerts.coverage import Coverage, watched_chains
from premium.alerts.coverage import watched_chains as followed_chains
from premium.alerts.followed import FollowedBlock, FollowedBlocks
from premium.alerts.language.assets import NamedAsset, kept_assets, with_keys
from premium.alerts.language.catalogue import SERIES
from premium.alerts.language.drafts import invalid, rule_of
from premium.alerts.language.rule import names_series
from premium.alerts.model import (
    Draft,
    HistoryFilter,
    HistoryRow,
    NewestBlock,
    RuleRow,
)
from premium.alerts.notices import enqueue_alerts
from premium.alerts.store import history
from premium.alerts.store.blocks import NewestBlocks
from premium.alerts.store.rules import RuleStore
from premium.bootstrap import Platform
from premium.clock import rfc3339
from premium.entitlements import quota_of
from premium.errors import Conflict, InvalidInput, Unprocessable
from premium.notifications.destinations import problem
from premium.notifications.service import new_secret
from premium.storage.postgres import Database
from premium.tiers import Tier

__all__ = ["FollowedBlock", "FollowedBlocks", "followed_chains"]  # for those who enter by this door
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
    """A rule with the meaning of its assets and its warnings."""

    rule: RuleRow
    assets: tuple[NamedAsset, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SavedRule(ExplainedRule):
    """A rule that was kept; a new secret of its webhooks is shown this once."""

    signing_secret: str | None = None
    holds_now: bool | None = None
    """Of an edge rule: whether its conditions hold already, so that it fires only when they have ceased to."""
    fired: bool = False
    """Whether it has fired for that, as was asked."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules of users: kept, changed, tried, and looked back on."""

    store: RuleStore
    database: Database
    redis: Redis
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
            loopback=loopback_allowed(platform),
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
            user_id, named, secret, quota=quota_of(tier, "rules"), edge=rule if rule.edge else None, fire=fire_if_true
        )
        enqueue_alerts(self.redis, made.alerts)
        return SavedRule(
            rule=made.rule, assets=assets, warnings=(*warnings_of(named, coverage), *self._unconfirmed(user_id, named)),
            signing_secret=secret,
            holds_now=made.holds_now, fired=bool(made.alerts),
        )  # fmt: skip

    def explained(self, rules: Sequence[RuleRow]) -> list[ExplainedRule]:
        """Return rules with their assets' meaning and their warnings."""
        coverage = self.coverage()
        return [
            ExplainedRule(rule=rule, assets=kept_assets(rule, coverage.names), warnings=warnings_of(rule, coverage))
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
        tier: Tier,
        rule_id: UUID,
        changes: Mapping[str, Any],
        *,
        version: int | None = None,
        new_signing_secret: bool = False,
    ) -> SavedRule:
        """Replace the given fields of a rule; Conflict where it is not `version` any more.

        Without a version the rule is changed as it is by then: others' changes meanwhile are kept, not refused.
        Unprocessable for one beyond the tier's quota, which is read-only.
        """
        one = partial(self._change, user_id, tier, rule_id, changes, new_signing_secret=new_signing_secret)
        for _ in range(_TRIES if version is None else 0):
            with suppress(Conflict):
                return one(version=None)
        return one(version=version)

    def _change(
        self,
        user_id: UUID,
        tier: Tier,
        rule_id: UUID,
        changes: Mapping[str, Any],
        *,
        version: int | None,
        new_signing_secret: bool,
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
        expected = now.version if version is None else version
        quota = quota_of(tier, "rules")
        changed = self.store.replace(user_id, rule_id, draft, secret, version=expected, quota=quota)
        return SavedRule(
            rule=changed, assets=assets, warnings=(*warnings_of(draft, coverage), *self._unconfirmed(user_id, draft)),
            signing_secret=secret,
            holds_now=self.holds_now(user_id, changed),
        )  # fmt: skip

    def history(
        self, user_id: UUID, wanted: HistoryFilter, limit: int, after: tuple[datetime, UUID] | None
    ) -> list[HistoryRow]:
        """Return up to `limit` alerts after the position, the newest event first."""
        if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
            raise InvalidInput.about("from", f"must lie before `to`, which is {rfc3339(wanted.until)}")
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

    def _check_draft(self, user_id: UUID, draft: Draft) -> None:
        checked_rule(draft, loopback=self.loopback)
        open_ones = {action.type for action in draft.actions if action.destination is None}
        missing = sorted(open_ones - self.store.destinations(user_id).keys()) if open_ones else []
        if missing:
            where = {f"actions.{place}.destination": f"the profile has none for {action.type}: give one"
                     for place, action in enumerate(draft.actions)
                     if action.destination is None and action.type in missing}  # fmt: skip
            first, reason = next(iter(where.items()))
            raise Unprocessable(f"{first}: {reason}", details=where)


def _named(draft: Draft, coverage: Coverage) -> tuple[Draft, tuple[NamedAsset, ...]]:
    coverage.check(draft)
    return with_keys(draft, coverage.names)


def _signs(draft: Draft) -> bool:
    return any(action.type == "webhook" for action in draft.actions)


def own_rules(platform: Platform, user_id: UUID) -> Sequence[UUID]:
    """Return the ids of a user's rules, the oldest first."""
    return RuleStore(platform.database).ids(user_id)
