"""Imports listed, undone, and made again with other options, on the real database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from premium.bootstrap import Platform
from premium.tax.model import BlockRange, NewTransactions, Origin
from premium.tax.store.wallets import WalletStore
from tests.fixtures.platform import AddUser
from tests.integration.tax.conftest import Ask
from tests.unit.tax.exports import COINBASE, KRAKEN
from tests.unit.tax.histories import tx

pytestmark = pytest.mark.integration

IMPORT = "/v1/tax/transactions/import"
EURO = KRAKEN.replace("ZUSD", "ZEUR")
LABELS = """Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label,Description,TxHash
2025-02-01 10:00 UTC,,,100.5,USDT,,,100,USD,realized gain,,
2025-02-03 11:00 UTC,,,500,USDC,,,500,USD,loan,,
2025-02-05 11:00 UTC,500,USDC,,,,,500,USD,loan repayment,,
2025-02-06 11:00 UTC,5,SOL,,,,,500,USD,liquidity in,,
"""  # noqa: E501 - an export's line is as long as it is


def data(answer: tuple[int, dict[str, Any]]) -> Any:
    status, body = answer
    assert status in (200, 202), body
    return body["data"]


def ids(ask: Ask) -> set[str]:
    return {row["sourceId"] for row in data(ask("GET", "/v1/tax/transactions"))}


def test_an_import_accounts_for_every_line_and_is_listed(ask: Ask) -> None:
    done = data(ask("POST", IMPORT, {"csv": KRAKEN, "file_name": "ledgers.csv"}))
    assert (done["lines"], done["added"], done["skipped"]) == (5, 3, 0)
    (left,) = done["leftOut"]
    assert left == {"reason": "only USD moved, the report's own money", "lines": 1, "first": 2}
    (listed,) = data(ask("GET", "/v1/tax/imports"))
    assert (listed["id"], listed["name"], listed["currency"]) == (done["importId"], "ledgers.csv", "USD")
    assert (listed["lines"], listed["added"], listed["leftOut"]) == (5, 3, [left])


def test_what_two_imports_state_goes_with_the_last_of_them(ask: Ask) -> None:
    first = data(ask("POST", IMPORT, {"csv": KRAKEN}))
    longer = KRAKEN + KRAKEN.splitlines()[4].replace("L3", "L9").replace("2024-02-02", "2024-02-09") + "\n"
    second = data(ask("POST", IMPORT, {"csv": longer}))
    assert (second["added"], second["known"]) == (1, 3)
    assert data(ask("DELETE", f"/v1/tax/imports/{first['importId']}")) == {"removed": 0, "kept": 3}
    assert len(ids(ask)) == 4
    assert data(ask("DELETE", f"/v1/tax/imports/{second['importId']}")) == {"removed": 4, "kept": 0}
    assert ids(ask) == set()
    assert data(ask("GET", "/v1/tax/imports")) == []
    assert data(ask("POST", IMPORT, {"csv": KRAKEN}))["added"] == 3, "what was undone may come again"


def test_the_same_file_in_another_currency_takes_the_place_of_the_first(ask: Ask) -> None:
    wrong = data(ask("POST", IMPORT, {"csv": EURO}))
    assert any(row["type"] == "swap" for row in data(ask("GET", "/v1/tax/transactions"))), "euros were property"
    right = data(ask("POST", IMPORT, {"csv": EURO, "currency": "EUR"}))
    assert (right["importId"], right["replaced"], right["added"]) == (wrong["importId"], True, 3)
    stored = data(ask("GET", "/v1/tax/transactions"))
    assert {row["type"] for row in stored} == {"buy", "income", "transfer_out"}
    assert {row["details"]["currency"] for row in stored} == {"EUR"}
    again = data(ask("POST", IMPORT, {"csv": EURO, "currency": "EUR"}))
    assert (again["added"], again["known"], again["replaced"]) == (0, 3, False), "twice adds nothing"
    assert len(data(ask("GET", "/v1/tax/imports"))) == 1


def test_another_users_import_is_not_there(ask: Ask, add_user: AddUser) -> None:
    done = data(ask("POST", IMPORT, {"csv": COINBASE}))
    other = add_user()
    assert data(ask("GET", "/v1/tax/imports", as_user=other)) == []
    status, _ = ask("DELETE", f"/v1/tax/imports/{done['importId']}", as_user=other)
    assert status == 404
    assert len(data(ask("GET", "/v1/tax/imports"))) == 1
    assert ask("DELETE", f"/v1/tax/imports/{uuid4()}")[0] == 404


def test_futures_and_loans_are_stored_as_the_kinds_that_they_are(ask: Ask) -> None:
    done = data(ask("POST", IMPORT, {"csv": LABELS}))
    assert (done["lines"], done["added"]) == (4, 4)
    kinds = {row["type"] for row in data(ask("GET", "/v1/tax/transactions"))}
    assert kinds == {"derivative_pnl", "loan", "repayment", "collateral"}


def test_a_wallets_history_can_be_undone_and_read_anew(ask: Ask, platform: Platform, user: UUID) -> None:
    store, address = WalletStore(platform.worker_database), "0x" + "a" * 40
    for number in (1, 2):
        row = tx(f"base:{number}", "2024-01-02", "transfer_in", "1", asset="ETH", wallet=address)
        origin = Origin("wallet", f"base {address}", f"base:{address}")
        new = NewTransactions([row], [datetime(2024, 1, number, tzinfo=UTC)], origin=origin)
        store.add(user, address, "base", new, blocks=BlockRange(number * 10, number * 10 + 10), point=lambda _: None)
    (listed,) = data(ask("GET", "/v1/tax/imports"))
    assert (listed["kind"], listed["name"], listed["added"]) == ("wallet", f"base {address}", 2)
    assert data(ask("DELETE", f"/v1/tax/imports/{listed['id']}")) == {"removed": 2, "kept": 0}
    assert store.blocks_read(user, address, "base") is None, "the next reading starts at the first block"


DATED = (
    "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag\n"
    "01/02/2024 10:00:00,1,BTC,40000,USD,,,\n03/02/2025 10:00:00,90000,USD,1,BTC,,,\n"
)


def test_dates_of_two_readings_are_refused_and_read_as_the_request_says(ask: Ask) -> None:
    status, answer = ask("POST", IMPORT, {"csv": DATED})
    assert status == 400
    assert "2024-02-01 (day first) or 2024-01-02 (month first)" in answer["error"]["message"]
    assert ask("POST", IMPORT, {"csv": DATED, "dateOrder": "backwards"})[0] == 400
    first = data(ask("POST", IMPORT, {"csv": DATED, "dateOrder": "day_first"}))
    again = data(ask("POST", IMPORT, {"csv": DATED, "dateOrder": "month_first"}))
    assert (first["added"], again["added"], again["replaced"]) == (2, 2, True)
    assert {row["timestamp"][:10] for row in data(ask("GET", "/v1/tax/transactions"))} == {"2024-01-02", "2025-03-02"}
    (listed,) = data(ask("GET", "/v1/tax/imports"))
    assert listed["options"] == {"currency": "USD", "date_order": "month_first"}


def test_a_files_name_of_another_clock_than_its_columns_is_refused(ask: Ask) -> None:
    csv = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark\n1,2024-01-02 10:00:00,Spot,Deposit,BTC,1,\n"
    status, answer = ask("POST", IMPORT, {"csv": csv, "file_name": "history(UTC+8).csv"})
    assert (status, "take the clock out of the name" in answer["error"]["message"]) == (400, True)
    assert data(ask("POST", IMPORT, {"csv": csv, "file_name": "history(UTC).csv"}))["added"] == 1


MAPPED = (
    "When,What,Units,Coin,Paid\n2025-02-01 10:00,In,2,SOL,\n2025-02-02 10:00,Got,0.1,SOL,\n2025-02-03 10:00,Eh,1,SOL,\n"
)
MAP: dict[str, Any] = {
    "name": "broker",
    "time": "When",
    "kind": "What",
    "received": "Units : Coin",
    "kinds": {"deposit": ["In"], "income reward": ["Got"]},
}


def test_a_mapped_file_is_shown_then_stored_and_another_mapping_takes_its_place(ask: Ask) -> None:
    asked = {"csv": MAPPED, "map": MAP, "file_name": "broker.csv"}
    shown = data(ask("POST", IMPORT, {**asked, "preview": True}))
    assert (shown["added"], shown["skipped"], shown["lines"], shown["importId"]) == (0, 1, 3, None)
    assert [(row["type"], row["amount"]) for row in shown["preview"]] == [("transfer_in", "2"), ("income", "0.1")]
    assert [(w["line"], w["field"]) for w in shown["warnings"] if w["code"] == "unreadable"] == [(4, "What")]
    assert ids(ask) == set(), "a preview stores nothing"
    assert data(ask("GET", "/v1/tax/imports")) == []
    assert ask("POST", IMPORT, asked)[0] == 400, "a word that nobody said is refused"
    first = data(ask("POST", IMPORT, {**asked, "lenient": True}))
    assert (first["added"], first["preview"]) == (2, None)
    other = {**MAP, "kinds": {**MAP["kinds"], "left a note": ["Eh"]}, "wallet": "Broker"}
    second = data(ask("POST", IMPORT, {**asked, "map": other}))
    assert (second["replaced"], second["added"], second["importId"]) == (True, 2, first["importId"])


def test_a_mapping_that_is_wrong_is_refused_by_its_member(ask: Ask) -> None:
    for body, word in (
        ({"csv": MAPPED, "map": {**MAP, "kind": ""}}, "kind: missing"),
        ({"csv": MAPPED, "map": MAP, "source": "kraken"}, "without a source"),
        ({"transactions": [], "map": MAP}, "of a csv"),
        ({"csv": MAPPED}, "--map"),
    ):
        status, answer = ask("POST", IMPORT, body)
        assert status == 400
        assert word in json.dumps(answer)
