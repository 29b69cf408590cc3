"""Judge files of billing offline, and look after stored webhooks: `premium billing`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from uuid import UUID

import click

from premium.billing.cases import limits, meters, subscriptions, webhooks
from premium.bootstrap import platform
from premium.cases import Kind, answer_alike
from premium.cli.cases import read_text
from premium.cli.income import revenue
from premium.cli.output import errors_as_sentences, opened
from premium.cli.tables import show
from premium.cli.webhooks import webhooks as stored
from premium.clock import SystemClock
from premium.metering.summaries import MonthSummary
from premium.usage.service import months_of

_INPUT = click.option("--input", "source", required=True, help="A JSON file of cases; - is standard input.")
_OUTPUT = click.option("--output", default="-", help="Where the answers go; by default standard output.")


@click.group()
def billing() -> None:
    """Judge webhooks, subscriptions, limits and quotas offline; list and replay stored webhooks.

    A file is one case, a list of cases, or {"cases": [...]}; the answers have its form. A case that cannot be answered
    has an error, and the others go on; exit code 1 only where the file cannot be read.
    """


billing.add_command(stored)
billing.add_command(revenue)


@billing.command("verify-webhook")
@_INPUT
@_OUTPUT
def verify_webhook(source: str, output: str) -> None:
    """Judge signatures of Stripe and Paddle as their own libraries do.

    A case is {"id", "provider", "body", "headers", "secrets", "now"?, "tolerance_s"?}. Without "now" the clock is
    asked; null judges no time. A verdict is {"id", "valid", "error", "event_id", "type"}.
    """
    now = Fraction(str(SystemClock().now().timestamp()))
    _answer(source, output, lambda text: answer_alike(text, webhooks.kind(now)))


@billing.command()
@_INPUT
@_OUTPUT
def fold(source: str, output: str) -> None:
    """Fold events of a provider, in whatever order, into the subscription.

    A case is {"id", "events", "provider"?, "prices"?, "customers"?, "now"?}; a file may be a list of events, too. The
    answer has "subscription", "tier" and "ledger": what each event did, in the order of the file.
    """
    _answer(source, output, lambda text: answer_alike(text, subscriptions.KIND, whole=subscriptions.whole))


@billing.command()
@_INPUT
@_OUTPUT
def limit(source: str, output: str) -> None:
    """Tell which arrivals a moving window lets pass.

    A case is {"id", "limit", "window_s", "arrivals_ms"}; in "allowed" of the answer 1 passes and 0 is refused.
    """
    _answer(source, output, _of(limits.KIND))


@billing.command()
@_INPUT
@_OUTPUT
def meter(source: str, output: str) -> None:
    """Tell when usage reaches 80, 95 and 100 percent of a quota.

    A case is {"id", "quota", "usage_events": [units or {"id", "units"}]}; an alert's index counts from 0.
    """
    _answer(source, output, _of(meters.KIND))


@billing.command()
@click.option("--month", required=True, type=click.DateTime(["%Y-%m"]), help="As 2026-11.")
@click.option("--user", type=click.UUID, help="Of this user alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def usage(month: datetime, user: UUID | None, *, as_json: bool) -> None:
    """List a month's use by key, the most used first.

    As it was summed up last, at 01:00 UTC; "through" is the last day in it.
    """
    found = [each for each in months_of(platform(), month.date()) if user in (None, each.customer)]
    show([_used(each) for each in found], as_json)


def _used(summary: MonthSummary) -> dict[str, object]:
    return {
        "user": summary.customer,
        "key": None if summary.subject == summary.customer else summary.subject,
        "tier": summary.tier,
        "requests": summary.requests,
        "limited": summary.limited,
        "peak day": summary.peak and summary.peak[0].isoformat(),
        "through": summary.through.isoformat(),
    }


def _of(kind: Kind) -> Callable[[str], str]:
    return lambda text: answer_alike(text, kind)


def _answer(source: str, output: str, answers: Callable[[str], str]) -> None:
    with errors_as_sentences():
        answered = answers(read_text(source))
        with opened(output) as file:
            file.write(answered)
