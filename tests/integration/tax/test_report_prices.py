"""Prices that a history lacks, filled in a report job: stored ones, the provider's, and at the rate of the day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from premium.bootstrap import Platform
from premium.jobs.model import JobRecord, JobStatus
from premium.prices.model import KnownPrice
from premium.prices.store import StoredPrices
from tests.integration.portfolio.servers import Server, serving
from tests.integration.tax.conftest import Ask

pytestmark = pytest.mark.integration
NATIVE = f"ethereum:0x{'0' * 40}"
HISTORY = [
    {"id": "i1", "timestamp": "2024-03-05T12:00:00Z", "type": "income", "asset": "ETH", "amount": "2"},
    {"id": "s1", "timestamp": "2024-04-05T12:00:00Z", "type": "sell", "asset": "ETH", "amount": "2", "value": "9000"},
]
Work = Callable[[str], JobRecord]


def known(asset: str, when: str, usd: str, source: str) -> KnownPrice:
    return KnownPrice(asset, datetime.fromisoformat(when).replace(tzinfo=UTC), Decimal(usd), source)


@pytest.fixture
def history(platform: Platform) -> StoredPrices:
    return StoredPrices(platform.timeseries)


def report(ask: Ask, work: Work, **wanted: str) -> dict[str, object]:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    job = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "US", **wanted})[1]["data"]["id"]
    done = work(job)
    assert done.status is JobStatus.DONE
    assert done.result is not None
    assert done.result["links"] == {"report": f"/v1/tax/reports/{job}"}
    assert "tax/" not in json.dumps(done.result["formats"]), "no key of the storage leaves the platform"
    made: dict[str, object] = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]
    return made


def warnings(made: dict[str, object]) -> list[str]:
    links = made["links"]
    assert isinstance(links, dict)
    return [warning["message"] for warning in told_of(links["result_json"])]


def told_of(link: str) -> list[dict[str, Any]]:
    """The warnings of a result, without what every report without a taxpayer's time zone says."""
    told: list[dict[str, Any]] = httpx.get(link).json()["warnings"]
    return [warning for warning in told if warning["code"] != "tax_zone_assumed"]


def test_a_stored_price_fills_the_income_by_another_name_of_the_asset(
    ask: Ask, work: Work, history: StoredPrices
) -> None:
    rows = [known(NATIVE, "2024-03-05T11:00", "3500", "pools"), known(NATIVE, "2024-03-05T12:01", "9", "pools")]
    assert (history.add(rows), history.add(rows)) == (2, 0)
    made = report(ask, work)
    assert made["totals"]["totals"]["income"] == "7000"  # type: ignore[index] # JSON
    assert warnings(made) == ["valued at 3500, the price of pools at 2024-03-05T11:00:00Z"]
    links = made["links"]
    assert isinstance(links, dict)
    assert "missing" not in httpx.get(links["audit_csv"]).text


def test_a_report_in_another_currency_takes_the_rate_of_the_day_and_names_its_lack(
    ask: Ask, work: Work, history: StoredPrices
) -> None:
    history.add([known(NATIVE, "2024-03-05T11:00", "3500", "pools")])
    without = report(ask, work, currency="KWD")
    assert any("no rate of KWD" in message for message in warnings(without))
    history.add([known("EUR", "2024-03-04T15:00", "1.25", "stated-by-hand")])
    made = report(ask, work, currency="EUR")
    assert made["totals"]["totals"]["income"] == "5600"  # type: ignore[index] # JSON
    foreign, filled = warnings(made)
    assert "this report is in EUR, a return of United States is in USD" in foreign
    assert "pools, EUR of stated-by-hand 2024-03-04, at" in filled


@pytest.fixture
def provider(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Says 3,400 for whatever it is asked, surely, and another asset's price besides."""

    def respond(path: str, _: bytes) -> tuple[int, bytes]:
        asked = json.loads(parse_qs(urlsplit(path).query)["coins"][0])
        told = {
            name: {"symbol": "X", "prices": [{"timestamp": t, "price": 3400.5, "confidence": 0.99} for t in moments]}
            for name, moments in asked.items()
        }
        return 200, json.dumps(
            {"coins": told | {"coingecko:other": {"prices": [{"timestamp": 1, "price": 1}]}}}
        ).encode()

    with serving(respond) as server:
        settings = platform.settings.model_copy(update={"price_api_url": server.url})
        monkeypatch.setattr(platform, "settings", settings)
        yield server


def test_the_provider_is_asked_once_and_what_it_said_is_kept(
    ask: Ask, work: Work, provider: Server, history: StoredPrices
) -> None:
    made = report(ask, work)
    assert made["totals"]["totals"]["income"] == "6801"  # type: ignore[index] # JSON
    assert len(provider.asked) == 1
    assert warnings(report(ask, work)) == warnings(made)
    assert len(provider.asked) == 1, "the second report finds what the first has stored"


def test_a_provider_that_is_down_leaves_the_lack_named(
    ask: Ask, work: Work, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = platform.settings.model_copy(update={"price_api_url": "http://127.0.0.1:1"})
    monkeypatch.setattr(platform, "settings", settings)
    told = warnings(report(ask, work))
    assert "the price provider did not answer: some prices are missing" in told
    assert "no price is known for ETH on that day: the value counts as zero" in told


COINBASE_LIKE = {
    "csv": "Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n"
    "2024-02-05T12:20:00Z,Buy,ETH,2,USD,2000,4000,4010,10,bought\n"
    "2024-06-05T12:40:00Z,Sell,ETH,2,USD,3000,6000,5990,10,sold\n"
}


def test_what_was_imported_in_dollars_is_not_taken_for_euros(ask: Ask, work: Work, history: StoredPrices) -> None:
    assert ask("POST", "/v1/tax/transactions/import", COINBASE_LIKE)[1]["data"]["added"] == 2
    wanted = {"year": 2024, "jurisdiction": "US", "currency": "EUR"}
    failed = work(ask("POST", "/v1/tax/reports", wanted | {"currency": "KWD"})[1]["data"]["id"])
    assert failed.status is JobStatus.FAILED
    assert "no exchange rate of USD in KWD" in str(failed.error)
    history.add([known("EUR", "2024-02-05T00:00", "1.25", "ecb"), known("EUR", "2024-06-05T00:00", "1.5", "ecb")])
    euros = ask("GET", f"/v1/tax/reports/{work(ask('POST', '/v1/tax/reports', wanted)[1]['data']['id']).id}")[1]["data"]
    totals = euros["totals"]["totals"]
    assert [round(Decimal(totals[name]), 8) for name in ("costBasis", "total")] == [
        Decimal(3208),
        Decimal("785.33333333"),
    ]
    (told,) = [message for message in warnings(euros) if "imported in USD" in message]
    assert told.startswith("4 values of 2 transactions, imported in USD, converted into EUR by the rates of ecb")


def test_a_dollar_costs_a_dollar_and_no_line_of_a_file_is_claimed(ask: Ask, work: Work, history: StoredPrices) -> None:
    paid = {"id": "u1", "timestamp": "2024-03-05T12:00:00Z", "type": "income", "asset": "USD", "amount": "100"}
    ask("POST", "/v1/tax/transactions/import", {"transactions": [paid]})
    history.add([known("EUR", "2024-03-05T10:00", "1.25", "ecb")])
    job = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "US", "currency": "EUR"})[1]["data"]["id"]
    work(job)
    made = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]
    assert made["totals"]["totals"]["income"] == "80"
    told = told_of(made["links"]["result_json"])
    assert [(one["code"], one.get("line")) for one in told] == [("other_currency", None), ("price_filled", None)]


@pytest.mark.parametrize(("country", "income"), [("UK", Decimal("85.048")), ("US", Decimal(100) * Decimal("1.0872"))])
def test_money_of_another_country_costs_the_rate_of_its_day(
    ask: Ask, work: Work, country: str, income: Decimal
) -> None:
    """Whatever currency the import is in: by the bank 2024-06-05 USD 1.0872, GBP 0.85048."""
    paid = {"id": "u1", "timestamp": "2024-06-05T12:00:00Z", "type": "income", "asset": "EUR", "amount": "100"}
    ask("POST", "/v1/tax/transactions/import", {"transactions": [paid]})
    job = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": country})[1]["data"]["id"]
    work(job)
    made = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]
    assert round(Decimal(made["totals"]["totals"]["income"]), 8) == round(income, 8)
    assert not [message for message in warnings(made) if "counts as zero" in message]


def test_a_british_report_in_pounds_needs_no_rate_made_by_hand(ask: Ask, work: Work) -> None:
    """A fresh stage: by the shipped rates of the central bank, of the Friday for what was bought on a Saturday."""
    saturday = COINBASE_LIKE["csv"].replace("2024-02-05T12:20", "2024-02-03T12:20")
    ask("POST", "/v1/tax/transactions/import", {"csv": saturday})
    job = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "UK"})[1]["data"]["id"]
    done = work(job)
    assert done.status is JobStatus.DONE, done.error
    made = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]
    # By the bank: 2024-02-02 USD 1.0883, GBP 0.85263; 2024-06-05 USD 1.0872, GBP 0.85048.
    cost = Decimal(4010) * Decimal("0.85263") / Decimal("1.0883")
    proceeds = Decimal(5990) * Decimal("0.85048") / Decimal("1.0872")
    assert round(Decimal(made["totals"]["totals"]["total"]), 8) == round(proceeds - cost, 8)
    (told,) = [message for message in warnings(made) if "imported in USD" in message]
    assert told == (
        "4 values of 2 transactions, imported in USD, converted into GBP by the rates of ecb via EUR, each at the rate"
        " of its day: one USD at 0.783451 on 2024-02-03, 0.782266 on 2024-06-05; of days without a rate the last"
        " published before counts: for 2024-02-03 that of 2024-02-02"
    )
    assert '"annualExemptAmount": "3000"' in json.dumps(made["totals"])


KRAKEN = (
    "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
    "L1,T1,2024-06-05 09:00:00,trade,,currency,ZGBP,-500,10,0\n"
    "L2,T1,2024-06-05 09:00:00,trade,,currency,XXBT,0.01,0,0\n"
    "L3,T2,2024-06-05 10:00:00,trade,,currency,ZEUR,-600,12,0\n"
    "L4,T2,2024-06-05 10:00:00,trade,,currency,XETH,0.2,0,0\n"
    "L5,S1,2024-06-05 11:00:00,staking,,currency,XETH,0.01,0,0\n"
    "L6,T3,2024-06-05 12:00:00,trade,,currency,ZUSD,-100,2,0\n"
    "L7,T3,2024-06-05 12:00:00,trade,,currency,DOT,20,0,0\n"
)


def test_fees_and_rewards_count_in_whatever_money_they_are(ask: Ask, work: Work) -> None:
    """A file imported in dollars, a report in pounds: by the bank 2024-06-05 USD 1.0872, GBP 0.85048."""
    assert ask("POST", "/v1/tax/transactions/import", {"csv": KRAKEN})[1]["data"]["added"] == 4
    job = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "UK"})[1]["data"]["id"]
    done = work(job)
    assert done.status is JobStatus.DONE, done.error
    made = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]
    result = httpx.get(made["links"]["result_json"]).json()
    euro, dollar = Decimal("0.85048"), Decimal("0.85048") / Decimal("1.0872")
    costs = {row["asset"]: Decimal(row["cost_basis"]) for row in result["remaining"]}
    reward = Decimal("0.01") * 3000 * euro
    assert round(Decimal(result["totals"]["income"]), 8) == round(reward, 8)
    assert costs["BTC"] == Decimal(510)
    assert round(costs["ETH"], 8) == round(612 * euro + reward, 8)
    assert round(costs["DOT"], 8) == round(102 * dollar, 8)
    (told,) = [one["message"] for one in result["warnings"] if one["code"] == "currency_converted"]
    assert told.startswith("2 values of 1 transaction, imported in USD, converted into GBP by the rates of ecb via EUR")
