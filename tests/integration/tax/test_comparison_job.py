"""A year under every method as a job: one row, the same when it is run again, nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from premium.bootstrap import Platform
from premium.jobs.model import JobRecord, JobStatus
from premium.prices.model import KnownPrice
from premium.prices.store import StoredPrices
from premium.tax.work import compare
from tests.fixtures.platform import AddUser
from tests.integration.tax.conftest import Ask
from tests.integration.tax.test_report_job import HISTORY

pytestmark = pytest.mark.integration
Work = Callable[[str], JobRecord]
NATIVE = f"ethereum:0x{'0' * 40}"
LATER = {**HISTORY[0], "id": "b2", "timestamp": "2023-06-05T10:00:00Z", "amount": "1", "price": "3000", "fee": "0"}


@pytest.fixture
def work(platform: Platform) -> Work:
    def run(job_id: str) -> JobRecord:
        compare(job_id)
        return platform.jobs.store.get(UUID(job_id))

    return run


def test_a_year_is_shown_under_each_method_with_the_losses_of_now(ask: Ask, work: Work, platform: Platform) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    StoredPrices(platform.timeseries).add([KnownPrice(NATIVE, hour_ago, Decimal(2500), "pools")])
    ask("POST", "/v1/tax/transactions/import", {"transactions": [*HISTORY, LATER]})
    assert ask("GET", "/v1/tax/compare/2024")[0] == 404
    status, started = ask("POST", "/v1/tax/compare", {"year": 2024})
    assert (status, started["data"]["taxYear"]) == (202, "2024")
    job = started["data"]["id"]
    assert (work(job).status, work(job).status) == (JobStatus.DONE, JobStatus.DONE)
    status, answer = ask("GET", "/v1/tax/compare/2024")
    made = answer["data"]
    assert (status, made["id"], made["currency"], made["period"]["lastDay"]) == (200, job, "USD", "2024-12-31")
    methods = {each["method"]: each for each in made["methods"]}
    assert list(methods) == ["fifo", "lifo", "hifo", "specific_id"]
    assert {name: methods[name]["totals"]["total"] for name in ("fifo", "lifo")} == {"fifo": "1198", "lifo": "299"}
    # Half of b2 went by s1 of 2024, half by s2 of 2025 under lifo: b1 alone is left, and is worth more than it cost.
    assert methods["lifo"]["harvestable"] == []
    (row,) = methods["fifo"]["harvestable"]
    assert (row["asset"], row["loss"], row["term"], row["counts"]) == ("ETH", "500", "long", True)
    assert (methods["fifo"]["unrealisedLoss"], methods["fifo"]["unpriced"]) == ("500", [])
    assert "§ 1091" in made["boughtAgain"]


def test_a_countrys_own_figures_stand_beside_the_totals(ask: Ask, work: Work) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY, "currency": "EUR"})
    work(ask("POST", "/v1/tax/compare", {"year": 2024, "jurisdiction": "DE"})[1]["data"]["id"])
    made = ask("GET", "/v1/tax/compare/2024", jurisdiction="de")[1]["data"]
    (method,) = made["methods"]
    assert method["country"]["byTaxYear"]["2024"]["exempt"] == "1198"
    assert method["unpriced"] == ["ETH"]
    assert ask("GET", "/v1/tax/compare/2024", jurisdiction="US")[0] == 404


def test_nobody_sees_anothers_and_a_failure_is_said(ask: Ask, work: Work, add_user: AddUser) -> None:
    job = ask("POST", "/v1/tax/compare", {"year": 2024})[1]["data"]["id"]
    done = work(job)
    assert done.status is JobStatus.FAILED
    assert done.error is not None
    assert "no transactions" in done.error.message
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    work(ask("POST", "/v1/tax/compare", {"year": 2024})[1]["data"]["id"])
    assert ask("GET", "/v1/tax/compare/2024")[0] == 200
    assert ask("GET", "/v1/tax/compare/2024", as_user=add_user())[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"year": 2099}, "year"),
        ({"year": 2024, "jurisdiction": "XX"}, "jurisdiction"),
        ({"year": 2024, "method": "fifo"}, "method"),
        ({"year": 2024, "currency": "XYZ"}, "currency"),
    ],
)
def test_what_can_be_judged_is_refused_at_once(ask: Ask, body: dict[str, object], field: str) -> None:
    status, answer = ask("POST", "/v1/tax/compare", body)
    assert (status, list(answer["error"]["details"])) == (400, [field])
