"""Run the desk for the stage `local`.

It is kept in a file, shows a page to pay at, and tells the stage by webhooks.
"""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from local.payments import webhooks
from local.payments.desk import Bought, Desk
from local.payments.door import answered
from local.payments.prices import PRICES

_ACTS = {"renew": "paid", "fail": "failed", "end": "ended"}
_PAGE = """<!doctype html><meta charset="utf-8"><title>Local checkout</title>
<style>body{{font:16px/1.5 system-ui;max-width:40em;margin:3em auto}}form{{display:inline}}</style>
<h1>Local checkout</h1>{body}<p>No money moves: this page stands for Stripe's and Paddle's.</p>"""
_BUTTON = '<form method="post" action="{path}"><button>{text}</button></form> '


class Cashier:
    """The desk of one stage.

    `stage` is a file with the API's address and the secrets of webhooks, which is there once the stage is up.
    """

    def __init__(self, file: Path, stage: Path, address: str) -> None:
        self._file, self._stage, self._address, self._lock = file, stage, address, threading.Lock()
        self.desk = Desk(PRICES)
        if file.exists():
            kept = json.loads(file.read_text())
            self.desk.checkouts = kept["checkouts"]
            self.desk.subscriptions = {name: Bought(**each) for name, each in kept["subscriptions"].items()}

    def ask(self, method: str, target: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a request of either provider's API, and tell the stage what it changed."""
        with self._lock:
            before = {name: asdict(each) for name, each in self.desk.subscriptions.items()}
            status, found = answered(self.desk, method, target, body, headers)
            changed = [each for name, each in self.desk.subscriptions.items() if before.get(name) != asdict(each)]
            self._keep()
        for each in changed:
            self._tell(each, "ended" if each.status == "canceled" else "changed")
        text = json.dumps(found).replace("http://pay.example/", f"{self._address}/pay/")
        return status, json.loads(text)

    def page(self, path: str) -> str | None:
        """Return the page of a checkout, or of all subscriptions; None for none."""
        _, place, *rest = urlsplit(path).path.split("/")
        if place == "payments":
            return _PAGE.format(body="".join(map(self._row, self.desk.subscriptions.values())) or "<p>Nothing yet.</p>")
        kept = self.desk.checkouts.get(rest[0]) if rest else None
        if kept is None:
            return None
        price, is_open = kept["price"], kept["status"] in ("open", "ready")
        what = f"<p>{html.escape(price)}: {self.desk.prices[price] / 100:.2f} USD</p>"
        action = (
            _BUTTON.format(path=html.escape(path), text="Pay") if is_open else f"<p>{html.escape(kept['status'])}</p>"
        )
        return _PAGE.format(body=what + action)

    def act(self, path: str) -> str | None:
        """Pay a checkout; renew, fail or end a subscription; or begin one by hand: `/payments/agree/PRICE/USER`.

        Returns what then is; None where there is nothing of that kind.
        """
        _, place, *rest = urlsplit(path).path.split("/")
        with self._lock:
            if place == "pay" and rest and self.desk.checkouts.get(rest[0], {}).get("status") in ("open", "ready"):
                bought, kind = self.desk.pay(rest[0]), "began"
            elif place == "payments" and len(rest) == 3 and rest[0] == "agree" and rest[1] in self.desk.prices:
                bought, kind = self._agree(rest[1], rest[2]), "began"
            elif place == "payments" and len(rest) == 2 and rest[0] in self.desk.subscriptions and rest[1] in _ACTS:
                bought, kind = self._change(rest[0], rest[1]), _ACTS[rest[1]]
            else:
                return None
            self._keep()
        self._tell(bought, kind)
        return f"{bought.id} {bought.status}"

    def _agree(self, price: str, user: str) -> Bought:
        """Begin a subscription as sales do, by agreement: no page was paid at."""
        name = f"sub_{'01' if price.startswith('pri_') else ''}{uuid4().hex[:20]}"
        return self.desk.add(name, price, user, customer=f"cus_{uuid4().hex[:14]}")

    def _change(self, name: str, act: str) -> Bought:
        found, desk = self.desk.subscriptions[name], self.desk
        if act == "end":
            return desk.change(name, status="canceled")
        if act == "fail":
            return desk.change(name, status="past_due", debt=f"{self._address}/payments")
        return desk.change(name, status="active", debt=None, start=found.end)

    def _row(self, each: Bought) -> str:
        acts = "".join(_BUTTON.format(path=f"/payments/{each.id}/{act}", text=act) for act in _ACTS)
        return f"<p>{html.escape(each.id)} {html.escape(each.price)} {each.status} {acts}</p>"

    def _keep(self) -> None:
        kept = {"checkouts": self.desk.checkouts,
                "subscriptions": {name: asdict(each) for name, each in self.desk.subscriptions.items()}}  # fmt: skip
        self._file.write_text(json.dumps(kept))

    def _tell(self, bought: Bought, kind: str) -> None:
        """Send the webhooks in the background, as a provider does; what fails is said in the log."""
        threading.Thread(target=self._send, args=(list(webhooks.events(self.desk, bought, kind)),)).start()

    def _send(self, events: list[Mapping[str, Any]]) -> None:
        try:
            stage = json.loads(self._stage.read_text())
            for event in events:
                webhooks.send(stage["api"], stage["secrets"], event)
        except (OSError, ValueError, KeyError) as error:
            print(f"the stage was not told of a payment: {error!r}", flush=True)
