"""The local stage's cashier: what is paid at its page is told by webhooks that the stage takes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from handlers.billing import handler
from local.payments import cashier as cashiers
from local.payments.cashier import Cashier
from local.payments.prices import PLANS
from premium.bootstrap import Platform
from tests.factories.http import ANONYMOUS, answer, event
from tests.fixtures.platform import AddUser
from tests.integration.billing.desks import settle
from tests.integration.billing.reading import Rows

pytestmark = pytest.mark.integration
SECRET = "whsec_local"


@pytest.fixture
def variables(variables: dict[str, str], provisions: dict[str, str], tmp_path: Path) -> dict[str, str]:
    made = boto3.client("secretsmanager").create_secret(Name=tmp_path.name, SecretString=json.dumps({"value": SECRET}))
    arns = {f"{name}_WEBHOOK_SECRET_ARN": made["ARN"] for name in ("STRIPE", "PADDLE")}
    return variables | arns | {"BILLING_PRICES": PLANS}


@pytest.fixture
def api(platform: Platform) -> Iterator[str]:
    """The webhooks' routes over HTTP."""

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = answer(handler(event("POST", self.path, by=ANONYMOUS, raw=body, headers=headers), None))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("provider", ["stripe", "paddle"])
def test_what_is_paid_renewed_failed_and_ended_is_told_and_taken(  # noqa: PLR0917 - fixtures
    platform: Platform, add_user: AddUser, rows: Rows, api: str, provider: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(cashiers.Cashier, "_tell", lambda self, bought, kind: self._send(
        list(cashiers.webhooks.events(self.desk, bought, kind))))  # fmt: skip
    user, stage = add_user(tier="free"), tmp_path / "stage.json"
    stage.write_text(json.dumps({"api": api, "secrets": {"stripe": SECRET, "paddle": SECRET}}))
    desk = Cashier(tmp_path / "payments.json", stage, "http://127.0.0.1:1")
    is_stripe = provider == "stripe"
    name, price = ("cs_test_1", "price_pro_month") if is_stripe else ("txn_1", "pri_pro_month")
    kept = {"price": price, "user": str(user), "customer": "cus_1", "status": "open"}
    desk.desk.checkouts[name] = kept
    assert "<button>Pay" in (desk.page(f"/pay/{name}") or "")
    assert (desk.act(f"/pay/{name}") or "").endswith("active")
    assert desk.act(f"/pay/{name}") is None, "once"
    settle(platform)
    assert rows("SELECT tier FROM premium_users") == [{"tier": "pro"}]
    assert rows("SELECT amount, currency FROM payments") == [{"amount": 5000, "currency": "usd"}]
    again = Cashier(tmp_path / "payments.json", stage, "http://127.0.0.1:1")
    (bought,) = again.desk.subscriptions
    for act, status in (("fail", "past_due"), ("renew", "active"), ("end", "canceled")):
        desk.desk.clock = again.desk.clock = lambda at=again.desk.now: at + 1  # type: ignore[misc] # a later second
        assert again.act(f"/payments/{bought}/{act}") == f"{bought} {status}"
        settle(platform)
        assert rows("SELECT status FROM subscriptions") == [{"status": status}], act
    assert rows("SELECT tier FROM premium_users") == [{"tier": "free"}]
    assert again.act("/payments/nobody/end") is None
