"""Plain trades by columns, beside the way of single rows: the same to the last digit."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.tax.calculation import calculate
from premium.tax.document.files import read_documents
from premium.tax.ledger.ledger import LotLedger
from premium.tax.neutral.reader import read_rows
from premium.tax.outcome import _TOGETHER, Disposal, Disposals
from premium.tax.reports.documents import DOCUMENTS, documents_of
from premium.tax.reports.result import document
from premium.tax.results.report import Report
from premium.tax.trades.block import Trades
from tests.unit.tax.histories import START, Row
from tests.unit.tax.test_large_files import UTC_ZONE

pytestmark = pytest.mark.unit
NOW = 1_800_000_000_000_000
ODD: tuple[dict[str, Any], ...] = (
    {},
    {"type": "income", "kind": "staking"},
    {"note": "x"},
    {"fee": ""},
    {"amount": "0"},
    {"amount": "-1"},
    {"amount": "1e3"},
    {"price": "1e400"},
    {"price": "0"},
    {"price": "99999999999999"},
    {"value": "12.5"},
    {"wallet": None},
    {"wallet": "=cmd"},
    {"asset": "EUR"},
    {"asset": 5},
    {"timestamp": "2022-02-30T00:00:00Z"},
    {"timestamp": "2022-03-30T00:00:00+02:00"},
    {"timestamp": "2022-03-30"},
    {"timestamp": "2008-03-30T00:00:00Z"},
    {"timestamp": "2022-03-30T00:00:00.123Z"},
    {"id": "t0"},
    {"id": "  "},
    {"id": 7},
    {"id": "a\nb"},
    {"form_1099": {"form": "1099-B", "basis_reported": True}},
    {"fee_asset": "AAA", "fee_amount": "0.1"},
)


def history(random: Random, count: int, *, plain: bool = False) -> list[Row]:
    """Trades as a file has them: mostly plain, some in one second, some beyond what is held, a few odd."""
    rows, second, prices = list[Row](), 0, random.random() < 0.8
    odd = 0 if plain else random.choice((0, 0, 0.01))
    for number in range(count):
        second += random.choice((int(plain), 1, 3600, 86_400))
        when = START.timestamp() + second
        row: dict[str, Any] = {
            "id": f"t{number}",
            "timestamp": START.fromtimestamp(when, START.tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": random.choice(("buy", "buy", "sell")),
            "asset": random.choice(("AAA", "BBB")),
            "amount": str(random.choice((1, random.randint(1, 10**7) / 10**6, random.randint(1, 10**18)))),
            "price" if prices else "value": str(random.randint(1, 10**6) / 100),
            "fee": random.choice(("0", "1.25", "0.00", str(random.randint(1, 300) / 100))),
            "wallet": random.choice(("hot", "cold")),
        }
        rows.append(row | random.choice(ODD) if random.random() < odd else row)
    return rows


def ways(rows: list[Row], folder: Path, **options: Any) -> tuple[Report, Report]:
    """The report of a file, and that of the same rows one by one."""
    path = folder / "history.json"
    path.write_text(json.dumps({"transactions": rows}))
    read = read_documents([str(path)])
    together = calculate(read, now=NOW, **options)
    # Rows that stand in no piece are read by themselves; their numbers are texts, as a file's are.
    singly = calculate(json.loads(path.read_text(), parse_int=str), now=NOW, **options)
    return together, singly


def single_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the ledger's own methods alone."""
    monkeypatch.setattr(LotLedger, "is_quick", property(lambda _: False))


@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo"])
@pytest.mark.parametrize("scope", ["universal", "per_wallet"])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_every_lot_method_is_the_same(
    method: str, scope: str, tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    rows = history(Random(seed), count)
    options: dict[str, Any] = {"jurisdiction": "generic", "method": method, "lot_scope": scope}
    together, singly = ways(rows, tmp_path_factory.mktemp("file"), **options)
    with pytest.MonkeyPatch.context() as monkeypatch:
        single_steps(monkeypatch)
        stepped, _ = ways(rows, tmp_path_factory.mktemp("file"), **options)
    assert told(together) == told(singly)
    assert told(singly)["disposals"] == told(stepped)["disposals"]


@pytest.mark.parametrize("country", ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP"])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 60), year=st.sampled_from((None, 2022, 2025)))
@settings(max_examples=15, deadline=None)
def test_every_country_is_the_same(
    country: str, tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, year: int | None
) -> None:
    together, singly = ways(
        history(Random(seed), count), tmp_path_factory.mktemp("file"), jurisdiction=country, year=year
    )
    assert told(together) == told(singly)


def told(report: Report) -> dict[str, Any]:
    return {name: value for name, value in document(report).items() if name != "sources"}


def test_long_histories_give_the_same_files(tmp_path: Path) -> None:
    """Blocks that are folded, years that part them, and every document."""
    rows = [row for row in history(Random(4), 6_000) if row["amount"] != "0"]
    for year in (None, 2023):
        together, singly = ways(rows, tmp_path, jurisdiction="US", method="hifo", year=year)
        assert isinstance(together.disposals, Disposals)
        assert len(together.disposals) > _TOGETHER or year
        for each in documents_of(together.setup, [name for name in DOCUMENTS if not name.startswith("summary_csv")]):
            each.write(together, tmp_path / "a")
            each.write(singly, tmp_path / "b")
            assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes(), each.format


def test_plain_trades_alone_stand_in_columns(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    plain = history(Random(1), 500, plain=True)
    assert isinstance(read(path, plain), Trades)
    assert not isinstance(read(path, [*plain, plain[0]]), Trades), "an id twice"
    assert not isinstance(read(path, [*plain, plain[0] | {"id": "u"}]), Trades), "not in order"
    assert not isinstance(read(path, [*plain, plain[-1] | {"id": "u", "type": "income"}]), Trades)


def read(path: Path, rows: list[Row]) -> Any:
    path.write_text(json.dumps(rows))
    pieces = read_documents([str(path)])["transactions"].with_sources()
    return read_rows(pieces, zone=UTC_ZONE, by_time=True).transactions


def test_disposals_come_back_as_they_were() -> None:
    report = calculate({"transactions": history(Random(9), 400)}, jurisdiction="generic", now=NOW)
    rows = list(report.disposals) * 8
    strange = rows[0]._replace(transaction="a\nb", lot=None, acquired=None, merged=("x",), ring_fenced=True)
    for kept in (rows, [strange] * _TOGETHER, [*rows, strange]):
        folded = Disposals(kept)
        assert list(folded) == kept
        assert len(folded) == len(kept)
        for name in Disposal._fields:
            assert list(folded.column(name)) == [getattr(row, name) for row in kept]
        middle = sorted(row.day for row in kept)[len(kept) // 2]
        assert list(folded.between(0, middle)) == [row for row in kept if row.day <= middle]


def test_a_gift_below_its_donors_basis_is_no_plain_lot() -> None:
    """Once there is one, its sale may count by another basis: the ledger's own methods go on."""
    rows = [
        {"id": "g", "timestamp": "2022-01-01T00:00:00Z", "type": "gift_received", "asset": "A", "amount": "2"}
        | {"value": "10", "donor_basis": "100"},
        {"id": "s", "timestamp": "2022-06-01T00:00:00Z", "type": "sell", "asset": "A", "amount": "1", "value": "40"},
    ]
    made = document(calculate({"transactions": rows}, jurisdiction="US", now=NOW))
    assert made["disposals"][0]["gain"] == "0"
