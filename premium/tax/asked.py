"""Judge and settle what a report is asked for, before a job is accepted."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from premium.accounts.service import Accounts
from premium.clock import Clock
from premium.errors import InvalidInput, Unprocessable
from premium.tax.days import day_of, instant_of
from premium.tax.jobs import ReportPayload
from premium.tax.setup import UNIVERSAL_TOO_LATE, Setup, setup_of

Asked = TypeVar("Asked", bound=ReportPayload)


def settled(payload: Asked, user_id: UUID, accounts: Accounts, clock: Clock) -> Asked:
    """Return the payload with country, method and zone settled.

    So that a repeat of the job says the same whatever the profile says then. InvalidInput for a year that has not
    begun, Unprocessable for a method or scope that the jurisdiction does not allow.
    """
    chosen = setup_of(
        payload.jurisdiction,
        method=payload.method,
        scope=payload.lot_scope,
        currency=payload.currency,
        time_zone=payload.time_zone,
        foreign_money=payload.foreign_money,
        strict=True,
        until_tax_year=payload.year,
    )
    _check_begun(chosen, payload.year, clock)
    if chosen.universal_too_late:
        raise Unprocessable.about("lotScope", UNIVERSAL_TOO_LATE)
    zone = payload.time_zone if chosen.own_days else accounts.profile(user_id).time_zone
    settled_now = {"jurisdiction": chosen.rules.code, "method": chosen.method, "time_zone": zone}
    return payload.model_copy(update=settled_now)


def _check_begun(chosen: Setup, year: int, clock: Clock) -> None:
    first, last = chosen.rules.period(year)
    if chosen.calendar.day(instant_of(clock.now())) < day_of(first):
        name = f"the tax year {chosen.rules.year_name(year)} of {chosen.rules.name}"
        raise InvalidInput.about("year", f"{name} has not begun: it is {first} to {last}")
