"""The job that fetches rates, against a server in the bank's place and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from premium.bootstrap import Platform
from premium.cli.main import main
from premium.execution.schedule import run
from premium.jobs.model import JobRecord, JobStatus
from premium.rates.model import Rate
from premium.rates.published.history import newest_day, shipped
from premium.rates.service import ExchangeRates
from premium.rates.store import RateStore
from premium.rates.work import fetch
from tests.integration.portfolio.servers import serving
from tests.unit.rates.documents import document

pytestmark = pytest.mark.integration
PERIODS = count(1)
LAST = newest_day()
DOLLARS = shipped(frozenset({"USD"}), LAST, LAST)[0].value


class Later:
    """A clock some days after the last that is shipped."""

    asked: list[str]

    def __init__(self, days: int) -> None:
        self.days = days

    def now(self) -> datetime:
        return datetime.combine(LAST + timedelta(days=self.days), datetime.min.time(), UTC).replace(hour=18)


def after(days: int) -> str:
    return (LAST + timedelta(days=days)).isoformat()


@pytest.fixture
def bank(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes | int]]:
    """Answers that the bank gives, the last of them again and again; what was asked stands in `asked`."""
    answers: list[bytes | int] = []

    def respond(path: str, _: bytes) -> tuple[int, bytes]:
        asked.append(path)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return (answer, b"") if isinstance(answer, int) else (200, answer)

    asked: list[str] = []
    with serving(respond) as server:
        settings = platform.settings.model_copy(update={"exchange_rate_url": f"{server.url}/stats"})
        monkeypatch.setattr(platform, "settings", settings)
        monkeypatch.setattr(platform, "clock", Later(3))
        clock(platform).asked = asked
        yield answers


def fetched(platform: Platform) -> JobRecord:
    """The job of a period of its own, carried out: job records outlive a test."""
    return fetched_at(platform, platform.clock.now() + timedelta(hours=6 * next(PERIODS)))


def fetched_at(platform: Platform, moment: datetime) -> JobRecord:
    job = run("rates.fetch", platform, moment)["job"]
    fetch(job)
    return platform.jobs.store.get(job)


def clock(platform: Platform) -> Later:
    assert isinstance(platform.clock, Later)
    return platform.clock


def asked(platform: Platform) -> list[str]:
    return list(clock(platform).asked)


def value(platform: Platform, currency: str, days: int) -> Decimal | None:
    moment = datetime.combine(LAST + timedelta(days=days), datetime.min.time(), UTC)
    quote = ExchangeRates.of(platform).book({("EUR", moment), (currency, moment)}).quote("EUR", currency, moment)
    return quote.of(Decimal(1)) if quote else None


def test_a_day_s_rates_are_stored_once_and_count_from_then_on(platform: Platform, bank: list[bytes | int]) -> None:
    bank.append(document({after(3): {"USD": "1.1201", "GBP": "0.83"}, after(1): {"USD": "1.1190"}}))
    done = fetched(platform)
    assert done.status is JobStatus.DONE
    assert done.result is not None
    assert (done.result["added"], done.result["newest"], done.result["refused"]) == (3, after(3), [])
    assert asked(platform) == ["/stats/eurofxref-hist-90d.xml"]
    again = fetched(platform)
    assert again.result is not None
    assert again.result["added"] == 0
    assert asked(platform)[-1] == "/stats/eurofxref-daily.xml", "nothing lacks but a day"
    assert [value(platform, "USD", days) for days in (0, 1, 2, 3, 5)] == [
        DOLLARS,
        Decimal("1.1190"),
        Decimal("1.1190"),
        Decimal("1.1201"),
        Decimal("1.1201"),
    ]


def test_a_long_gap_asks_for_the_whole_history(platform: Platform, bank: list[bytes | int]) -> None:
    clock(platform).days = 120
    bank.append(document({after(119): {"USD": "1.9"}}))
    done = fetched(platform)
    assert asked(platform) == ["/stats/eurofxref-hist.xml"]
    assert done.result is not None
    assert done.result["added"] == 1, "after four months there is nothing to compare it to"


def test_a_nonsense_jump_is_refused_alone_and_told_of(platform: Platform, bank: list[bytes | int]) -> None:
    bank.append(document({after(3): {"USD": "111.7", "GBP": "0.83"}}))
    done = fetched(platform)
    assert done.result is not None
    assert done.result["added"] == 1
    assert done.result["refused"] == [f"USD at 111.7 on {after(3)} after {DOLLARS} on {LAST}"]
    assert value(platform, "USD", 3) == DOLLARS


@pytest.mark.parametrize("answer", [b"<html>maintenance</html>", b"", document({"2999-01-01": {"USD": "1"}})])
def test_a_document_that_cannot_be_used_stores_nothing_and_the_job_is_tried_again(
    platform: Platform, bank: list[bytes | int], answer: bytes
) -> None:
    bank.append(answer)
    with pytest.raises(Exception, match="cannot be used"):
        fetched(platform)
    assert RateStore(platform.worker_database).newest("ecb") == {}


def test_a_bank_that_is_busy_is_asked_again(platform: Platform, bank: list[bytes | int]) -> None:
    bank += [503, document({after(3): {"USD": "1.12"}})]
    done = fetched(platform)
    assert done.result is not None
    assert done.result["added"] == 1
    assert len(asked(platform)) == 2


def test_what_was_stored_stays_when_the_bank_says_otherwise(
    platform: Platform, bank: list[bytes | int], caplog: pytest.LogCaptureFixture
) -> None:
    bank += [document({after(3): {"USD": "1.12"}}), document({after(3): {"USD": "1.13"}})]
    fetched(platform)
    fetched(platform)
    assert value(platform, "USD", 3) == Decimal("1.12")
    assert "the bank now says another rate" in caplog.text


def test_without_an_address_nobody_is_asked(platform: Platform) -> None:
    done = fetched_at(platform, platform.clock.now())
    assert done.result == {"newest": LAST.isoformat(), "added": 0, "refused": [], "source": None}


@pytest.fixture
def premium(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr("premium.cli.rates.platform", lambda: platform)
    monkeypatch.setattr("premium.cli.operators.platform", lambda: platform)
    return CliRunner()


def load(runner: CliRunner, folder: Path, text: str, *options: str) -> tuple[int, str]:
    file = folder / "hmrc.csv"
    file.write_text(text)
    done = runner.invoke(main, ["rates", "load", str(file), *(options or ("--source", "hmrc", "--base", "GBP"))])
    return done.exit_code, done.output


def test_an_authority_s_monthly_rates_take_precedence_by_the_setting(
    platform: Platform, premium: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = "currency,day,rate,until\nUSD,2024-01-01,1.2714,2024-01-31\nEUR,2024-01-01,1.1621,2024-01-31\n"
    assert load(premium, tmp_path, month) == (0, "2 of 2 rates were new\n")
    assert load(premium, tmp_path, month) == (0, "0 of 2 rates were new\n")
    show = ["rates", "show", "usd", "gbp", "2024-01-31"]
    assert "ecb via EUR of 2024-01-31" in premium.invoke(main, show).output
    settings = platform.settings.model_copy(update={"exchange_rate_sources": "hmrc,ecb"})
    monkeypatch.setattr(platform, "settings", settings)
    assert premium.invoke(main, show).output.startswith("1 USD = 0.78653452886581720937")
    assert premium.invoke(main, show).output.endswith(" GBP, hmrc of 2024-01-01\n")
    assert "ecb via EUR of 2024-02-01" in premium.invoke(main, [*show[:-1], "2024-02-01"]).output


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("currency,day\nUSD,2024-01-01\n", "the column rate is missing"),
        ("currency,day,rate\nUSD,2024-01-01,1.2\nusd,2024-01-02,1.2\n", "line 3: currency: 'usd' is no code"),
        ("currency,day,rate\nGBP,2024-01-01,1\n", "the base itself"),
        ("currency,day,rate\nUSD,01/02/2024,1.2\n", "line 2: day: '01/02/2024' is no day"),
        ("currency,day,rate\nUSD,2024-01-01,0\n", "line 2: rate: '0' is no number above zero"),
        ("currency,day,rate\nUSD,2024-01-01,1e400\n", "line 2: rate"),
        ("currency,day,rate,until\nUSD,2024-01-02,1.2,2024-01-01\n", "line 2: until: lies before its day"),
        ("currency,day,rate\nUSD,2024-01-01,1.2\nUSD,2024-01-01,1.3\n", "stands in line 2 too"),
    ],
)
def test_a_wrong_file_is_taken_not_at_all(
    platform: Platform, premium: CliRunner, tmp_path: Path, text: str, sentence: str
) -> None:
    code, said = load(premium, tmp_path, text)
    assert code == 1
    assert sentence in said
    assert RateStore(platform.worker_database).newest("hmrc") == {}


def test_a_source_keeps_its_word_and_its_base(premium: CliRunner, tmp_path: Path) -> None:
    load(premium, tmp_path, "currency,day,rate\nUSD,2024-01-01,1.2\n")
    assert (
        "differ from what hmrc has said before"
        in load(premium, tmp_path, "currency,day,rate\nUSD,2024-01-01,1.3\nUSD,2024-01-02,1.3\n")[1]
    )
    assert (
        "one source, one base"
        in load(premium, tmp_path, "currency,day,rate\nUSD,2024-01-03,1.2\n", "--source", "hmrc", "--base", "EUR")[1]
    )
    assert "no name for a source" in load(premium, tmp_path, "", "--source", "ecb", "--base", "EUR")[1]


def test_a_rate_is_stored_by_its_digits(platform: Platform) -> None:
    rates = [Rate("hmrc", "GBP", "USD", date(2024, 1, 1), Decimal("1.27140000000000000001"), None)]
    store = RateStore(platform.worker_database)
    assert (store.add(rates), store.add(rates)) == (1, 0)
    assert store.newest("hmrc")["USD"] == rates[0]
