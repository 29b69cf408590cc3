"""Routes of alert rules, their history, and the destinations of notifications."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query

from handlers.models.alerts import KeptRuleView, NewRule, RuleChange, RulePosition, RuleView, rule_view, saved_view
from handlers.models.alerts_catalogue import CatalogueView
from handlers.models.alerts_destinations import DestinationsBody, DestinationsView, KeptDestinationsView
from handlers.models.alerts_earlier import EarlierBody, EarlierView, earlier_view
from handlers.models.alerts_history import AlertPosition, AlertView, alert_view
from handlers.models.alerts_trials import TrialBody, TrialView, trial_view
from handlers.runtime import Caller, Cursor, Limit, Listing, Moment, entry, listing, needs, position, router
from premium.alerts.language.earlier import earlier_field_names
from premium.alerts.model import DeliveryStatus, Draft, HistoryFilter, RuleRow, RuleType
from premium.alerts.service import Rules
from premium.alerts.trials import Trials
from premium.bootstrap import platform

app = router("Alerts")


@app.get("/v1/alerts/catalogue")
@needs(service="alerts", scope="alerts:read")
def get_alerts_catalogue() -> CatalogueView:
    """Show what rules can watch: each type's fields, with the comparisons that fit."""
    return CatalogueView.whole()


@app.post("/v1/alerts/rules", status_code=201)
@needs(service="alerts", scope="alerts:write")
def add_rule(caller: Caller, rule: NewRule) -> KeptRuleView:
    """Create a rule; it is matched within a second.

    An asset is a symbol or chain:address; `assets` says what it means. UNPROCESSABLE when the tier has no room.
    """
    draft = Draft.model_validate(rule.model_dump(exclude={"fire_if_true"}))
    return saved_view(_rules().add(caller.user_id, caller.tier, draft, fire_if_true=rule.fire_if_true))


@app.get("/v1/alerts/rules")
@needs(service="alerts", scope="alerts:read", kept="rules")
def list_rules(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[RuleView]:
    """List the caller's rules, newest first."""
    rows = [rule_view(row) for row in _rules().explained(_page(caller.user_id, limit, cursor))]
    return listing(rows, limit, RulePosition, created_at="created_at", id="id")


@app.get("/v1/alerts/rules/<rule_id>")
@needs(service="alerts", scope="alerts:read", kept="rules")
def get_rule(caller: Caller, rule_id: UUID) -> RuleView:
    """Show one rule."""
    rules = _rules()
    row = rules.get(caller.user_id, rule_id)
    return rule_view(rules.explained([row])[0], holds_now=rules.holds_now(caller.user_id, row))


@app.put("/v1/alerts/rules/<rule_id>")
@needs(service="alerts", scope="alerts:write")
def change_rule(caller: Caller, rule_id: UUID, rule: RuleChange) -> KeptRuleView:
    """Change a rule, or switch it on or off.

    Fields that are left out stay as they are. UNPROCESSABLE for a rule beyond the tier's quota, which is read-only.
    """
    changed = _rules().change(
        caller.user_id, caller.tier, rule_id, rule.changes(), version=rule.version,
        new_signing_secret=rule.new_signing_secret,
    )  # fmt: skip
    return saved_view(changed)


@app.delete("/v1/alerts/rules/<rule_id>")
@needs(service="alerts", scope="alerts:write", kept="rules")
def remove_rule(caller: Caller, rule_id: UUID) -> None:
    """Delete a rule; its alerts stay in the history."""
    _rules().remove(caller.user_id, rule_id)


@app.post("/v1/alerts/rules/<rule_id>/test")
@needs(service="alerts", scope="alerts:write")
def try_rule(caller: Caller, rule_id: UUID, trial: TrialBody | None = None) -> TrialView:
    """Test a rule with the stage's newest event, or yours, and notify where it matches.

    The alert is marked as a test in the history.
    """
    asked = trial or TrialBody()
    return trial_view(Trials.of(platform()).run(caller.user_id, rule_id, asked.event, tell=asked.deliver))


@app.get("/v1/alerts/history")
@needs(service="alerts", scope="alerts:read")
def list_alerts(
    caller: Caller,
    *,
    rule: Annotated[UUID | None, Query(description="Alerts of this rule")] = None,
    rule_type: Annotated[RuleType | None, Query(alias="type", description="Alerts of rules of this type")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="The earliest time of the event")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="The event is before this time")] = None,
    status: Annotated[DeliveryStatus | None, Query(description="Alerts with a delivery in this status")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[AlertView]:
    """List alerts, newest event first, with the status of each delivery."""
    wanted = HistoryFilter(rule_id=rule, type=rule_type, since=since, until=until, status=status)
    place = position(cursor, AlertPosition)
    after = (place.event_time, place.id) if place else None
    rows = [alert_view(row) for row in _rules().history(caller.user_id, wanted, limit + 1, after)]
    return listing(rows, limit, AlertPosition, event_time="event_time", id="id")


@app.get("/v1/alerts/destinations")
@needs(service="alerts", scope="alerts:read")
def get_destinations(caller: Caller) -> DestinationsView:
    """Show the default destinations of notifications.

    They serve the rules that name no destination.
    """
    rules = _rules()
    important = rules.important_channels(caller.user_id)
    return DestinationsView.model_validate({**rules.destinations(caller.user_id), "important": important})


@app.put("/v1/alerts/destinations")
@needs(service="alerts", scope="alerts:write")
def set_destinations(caller: Caller, body: DestinationsBody) -> KeptDestinationsView:
    """Replace all destinations.

    One that is left out is removed, and the email is the profile's again.
    """
    given = body.model_dump(exclude_none=True, exclude={"important"})
    kept, secret = _rules().set_destinations(caller.user_id, given, body.important)
    return KeptDestinationsView.model_validate({**kept, "important": body.important, "signing_secret": secret})


@app.post("/v2/premium/alerts", status_code=201)
@needs(service="alerts", scope="alerts:write")
def add_earlier(caller: Caller, alert: EarlierBody) -> EarlierView:
    """Create a rule, written in the earlier form.

    Its channels go to the profile's destinations.
    """
    with earlier_field_names(alert.condition):
        return earlier_view(_rules().add(caller.user_id, caller.tier, alert.draft()))


@app.get("/v2/premium/alerts")
@needs(service="alerts", scope="alerts:read", kept="rules")
def list_earlier(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[EarlierView]:
    """List the caller's rules in the earlier form, newest first."""
    rows = [earlier_view(row) for row in _rules().explained(_page(caller.user_id, limit, cursor))]
    return listing(rows, limit, RulePosition, created_at="created_at", id="id")


@app.put("/v2/premium/alerts/<rule_id>")
@needs(service="alerts", scope="alerts:write")
def change_earlier(caller: Caller, rule_id: UUID, alert: EarlierBody) -> EarlierView:
    """Replace a rule's name, condition and channels, written in the earlier form."""
    changes = alert.draft().model_dump(include={"name", "type", "conditions", "actions", "enabled"})
    with earlier_field_names(alert.condition):
        return earlier_view(_rules().change(caller.user_id, caller.tier, rule_id, changes))


@app.delete("/v2/premium/alerts/<rule_id>")
@needs(service="alerts", scope="alerts:write", kept="rules")
def remove_earlier(caller: Caller, rule_id: UUID) -> None:
    """Delete a rule, as `DELETE /v1/alerts/rules/{id}` does."""
    remove_rule(caller, rule_id)


def _page(user_id: UUID, limit: int, cursor: str | None) -> list[RuleRow]:
    place = position(cursor, RulePosition)
    return _rules().page(user_id, limit + 1, (place.created_at, place.id) if place else None)


def _rules() -> Rules:
    return Rules.of(platform())


handler = entry(app)
