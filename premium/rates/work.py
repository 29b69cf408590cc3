"""The body of the job that fetches exchange rates."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.neighbours import Neighbour, open_client
from premium.observability import count, logger, observe
from premium.rates.jobs import FETCH
from premium.rates.manifest import RateSettings
from premium.rates.model import ECB, Rate
from premium.rates.published.checks import Refusal, sensible
from premium.rates.published.ecb import document_for, read_rates
from premium.rates.service import ExchangeRates
from premium.rates.store import RateStore

_SECONDS = 30.0


@job(FETCH)
def fetch(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Store the days that are not known yet: `{newest, added, refused}`.

    Run twice, it adds nothing more. A document that cannot be used fails the attempt, which is repeated.
    """
    platform = context.platform
    url = platform.settings.of(RateSettings).exchange_rate_url
    last = ExchangeRates.of(platform).newest()
    newest = max(rate.day for rate in last.values())
    if url is None:
        return {"newest": newest.isoformat(), "added": 0, "refused": [], "source": None}
    today = platform.clock.now().date()
    read = asyncio.run(_read(url.rstrip("/"), newest, today))
    store = RateStore(platform.worker_database)
    _tell_of_changes(store.different(read))
    taken, refused = sensible((rate for rate in read if _is_new(rate, last)), last)
    context.point("first_write")
    added = store.add(taken)
    newest = max([newest, *(rate.day for rate in taken)])
    _measure(today, newest, refused)
    return {"newest": newest.isoformat(), "added": added, "refused": [each.text for each in refused], "source": ECB}


async def _read(url: str, newest: date, today: date) -> list[Rate]:
    """Ask for the smallest document that holds what is lacking."""
    name = document_for((today - newest).days)
    async with open_client() as client:
        bank = Neighbour("exchange rates", client=client, timeout=_SECONDS, safe=True)
        answer = await bank.request("GET", f"{url}/{name}")
    return read_rates(answer.content, today)


def _is_new(rate: Rate, last: Mapping[str, Rate]) -> bool:
    known = last.get(rate.currency)
    return known is None or rate.day > known.day


def _tell_of_changes(different: list[Rate]) -> None:
    """What was stored stays, so that a report made again says the same; who corrected it should be looked at."""
    for rate in different:
        logger.warning(
            "the bank now says another rate", currency=rate.currency, day=str(rate.day), kept=str(rate.value)
        )


def _measure(today: date, newest: date, refused: list[Refusal]) -> None:
    observe("RateAge", (today - newest).days, "Count")
    for refusal in refused:
        count("RatesRefused", currency=refusal.rate.currency)
        logger.error("an exchange rate was refused", rate=refusal.text)
