"""Check drafts of rules whole: their conditions, and where their actions go."""

from __future__ import annotations

from premium.alerts.language.drafts import invalid, rule_of
from premium.alerts.language.rule import Rule
from premium.alerts.language.templates import template_problem
from premium.alerts.model import Draft
from premium.bootstrap import Platform
from premium.notifications.destinations import problem


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
            raise invalid(f"actions.{place}.destination", wrong)
        if action.template is not None and (wrong := template_problem(action.template, draft.type)):
            raise invalid(f"actions.{place}.template", wrong)
    return rule
