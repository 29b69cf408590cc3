"""A finished report's gains, lot by lot and page by page, as its own document has them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from premium.jobs.model import JobRecord
from tests.fixtures.platform import AddUser
from tests.integration.tax.conftest import Ask

pytestmark = pytest.mark.integration


def lot(n: int) -> dict[str, str]:
    return {"id": f"b{n}", "timestamp": f"2023-01-0{n}T10:00:00Z", "type": "buy", "asset": "ETH", "amount": "1",
            "price": f"{1000 + n}"}  # fmt: skip


SALE = {
    "id": "s1",
    "timestamp": "2024-03-05T10:00:00Z",
    "type": "sell",
    "asset": "ETH",
    "amount": "2.5",
    "price": "3600",
}


def test_a_gain_opens_to_its_lots_which_add_up_to_it(
    ask: Ask, work: Callable[[str], JobRecord], add_user: AddUser
) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": [lot(1), lot(2), lot(3), SALE]})
    job = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "US", "method": "fifo"})[1]["data"]["id"]
    path = f"/v1/tax/reports/{job}/gains"
    assert ask("GET", path)[0] == 409, "not made yet"
    work(job)
    whole = ask("GET", path)[1]
    rows = whole["data"]
    assert [(row["transactions"], row["lot"], row["amount"]) for row in rows] == [
        (["s1"], "b1", "1"), (["s1"], "b2", "1"), (["s1"], "b3", "0.5"),
    ]  # fmt: skip
    total = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]["totals"]["totals"]["total"]
    assert sum(Decimal(row["gain"]) for row in rows) == Decimal(total)
    assert whole["meta"]["pagination"]["nextCursor"] is None
    paged: list[Any] = []
    cursor = None
    for _ in range(3):
        answer = ask("GET", path, limit="1", **({} if cursor is None else {"cursor": cursor}))[1]
        paged, cursor = paged + answer["data"], answer["meta"]["pagination"]["nextCursor"]
    assert (paged, cursor) == (rows, None)
    assert ask("GET", path, as_user=add_user())[0] == 404
    assert ask("GET", f"/v1/tax/reports/{uuid4()}/gains")[0] == 404


def test_a_day_of_very_many_sales_fits_a_page(
    ask: Ask, work: Callable[[str], JobRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sales of a day are one disposal in the United Kingdom, however many; each of its lots names them all."""
    sales = [SALE | {"id": f"{'s' * 180}{n}", "amount": "0.001"} for n in range(400)]
    ask("POST", "/v1/tax/transactions/import", {"transactions": [lot(1), *sales]})
    job = ask("POST", "/v1/tax/reports", {"year": 2023, "jurisdiction": "GB"})[1]["data"]["id"]
    work(job)
    rows = ask("GET", f"/v1/tax/reports/{job}/gains")[1]["data"]
    assert [(len(row["transactions"]), row["transactionCount"]) for row in rows] == [(100, 400)]
    monkeypatch.setattr("premium.tax.store.gains.MAX_LINE", 1000)
    assert ask("GET", f"/v1/tax/reports/{job}/gains")[0] == 422
