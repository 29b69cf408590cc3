"""A history over the request limit: form upload, import job, report, and its documents by presigned links."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from local.journey import tax, upload
from local.journey.client import Client, Refused

pytestmark = pytest.mark.e2e
Clients = Callable[..., Client]
PAIRS = 1000
REPORT = {"year": 2024, "jurisdiction": "US", "method": "fifo"}


def history() -> bytes:
    """2,000 transactions within 2024: one ETH bought at 1,000, sold at 1,010 an hour later, a fee of 1 each time."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = []
    for number in range(PAIRS):
        for kind, price, hours in (("buy", "1000", 0), ("sell", "1010", 1)):
            when = start + timedelta(hours=8 * number + hours)
            row = {"id": f"{kind}{number}", "timestamp": when.isoformat(), "type": kind, "asset": "ETH"}
            rows.append(row | {"amount": "1", "price": price, "fee": "1", "wallet": "Kraken"})
    return json.dumps({"transactions": rows}).encode()


def test_an_upload_becomes_transactions_and_a_report(client: Clients) -> None:
    """Each of the 1,000 sales gains 1010 - 1 - 1000 - 1; the same upload imported again adds nothing."""
    api = client(f"user_{uuid4().hex[:12]}")
    sent = upload.send(api, history())
    done = upload.import_upload(api, sent)
    assert (done["added"], done["known"], done["skipped"], done["warnings"]) == (2 * PAIRS, 0, 0, [])
    assert (done["lines"], done["leftOut"], done["replaced"]) == (2 * PAIRS, [], False)
    asked = upload.report(api, REPORT, key="report")
    assert Decimal(asked.totals["total"]) == Decimal(asked.totals["shortTerm"]) == 8 * PAIRS
    assert asked.documents["form_8949_pdf"].startswith(b"%PDF-")
    tax.check_form(asked.documents["form_8949_csv"], asked.totals)
    assert len(asked.documents["form_8949_csv"].splitlines()) > PAIRS
    assert upload.import_upload(api, upload.send(api, history()))["known"] == 2 * PAIRS


def test_the_arrival_of_an_upload_starts_its_import(client: Clients) -> None:
    """Nobody asks for it; who asks then is told of that job, which is done, and not given a second one."""
    api = client(f"user_{uuid4().hex[:12]}")
    sent = upload.send(api, history())
    deadline = time.monotonic() + 120  # a busy machine is slow, and not wrong
    while not api.get("/v1/tax/transactions?limit=1"):
        assert time.monotonic() < deadline, "the upload started nothing"
        time.sleep(0.2)
    ended = api.wait_for(upload.start_import(api, sent))
    assert ended["result"]["added"] == 2 * PAIRS
    assert upload.start_import(api, sent)["id"] == ended["id"]


def test_an_upload_is_its_users_alone(client: Clients) -> None:
    sent = upload.send(client(f"user_{uuid4().hex[:12]}"), history())
    with pytest.raises(Refused) as refused:
        upload.start_import(client(f"user_{uuid4().hex[:12]}"), sent)
    assert (refused.value.status, refused.value.code) == (404, "NOT_FOUND")
