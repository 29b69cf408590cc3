"""Check drafts of rules whole: their conditions, their actions, and what their owners must know."""

from __future__ import annotations

from premium.alerts.coverage import Coverage
from premium.alerts.language.drafts import rule_of
from premium.alerts.language.rule import Rule
from premium.alerts.language.templates import template_problem
from premium.alerts.model import Draft
from premium.bootstrap import Platform
from premium.errors import InvalidInput
from premium.notifications.destinations import problem

TELLS_NOBODY = "The rule has no actions: it tells nobody; what it fires stands in the history and on the stream alone"


def warnings_of(draft: Draft, coverage: Coverage) -> tuple[str, ...]:
    """Return a sentence for each reason why the rule may tell its owner nothing."""
    return (*coverage.gaps(draft), *(() if draft.actions else (TELLS_NOBODY,)))


def loopback_allowed(platform: Platform) -> bool:
    """Return whether destinations on this machine are taken: locally the delivery decides."""
    return platform.settings.premium_stage == "local"


def checked_rule(draft: Draft, *, loopback: bool) -> Rule:
    """Return the rule of a draft whose actions are sound too.

    InvalidInput names the first wrong field.
    """
    rule = rule_of(draft)
    for place, action in enumerate(draft.actions):
        where = action.destination
        if where is not None and (wrong := problem(action.type, where, loopback=loopback)):
            raise InvalidInput.about(f"actions.{place}.destination", wrong)
        if action.template is not None and (wrong := template_problem(action.template, draft.type)):
            raise InvalidInput.about(f"actions.{place}.template", wrong)
    return rule
