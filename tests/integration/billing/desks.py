"""A desk for both providers, and what is heard of it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from handlers.billing import handler
from local.payments import paddle, stripe
from local.payments.desk import Desk
from premium.billing.service import Webhooks
from premium.billing.told import event_of
from premium.billing.work.events import apply_event
from premium.bootstrap import Platform
from premium.execution.runtime import carry_out
from premium.jobs.model import Moment
from tests.factories.http import Answer, answer, event, verdict

PRICES = (
    "price_starter=starter:month:usd,price_pro=pro:month:usd,price_year=pro:year:usd"
    ",pri_pro=pro:month:usd,pri_starter=starter:month:usd,price_agreed=enterprise:month:usd:250000000"
)
AMOUNTS = {
    "price_starter": 2500, "price_pro": 5000, "price_year": 50_000, "price_agreed": 200_000, "pri_pro": 5000,
    "pri_starter": 2500,
}  # fmt: skip
PATH = "/v1/subscriptions"


def ask(user: UUID, method: str, path: str = PATH, body: Any = None, *, tier: str = "free", **query: str) -> Answer:
    headers = {"content-type": "application/json"}
    raw = None if body is None else json.dumps(body)
    asked = event(method, path, by=verdict(user, tier=tier), raw=raw, headers=headers, query=query)
    return answer(handler(asked, None))


def hear(platform: Platform, desk: Desk, name: str = "sub_1", provider: str = "stripe") -> None:
    """Hear of a subscription as the provider has it now, and apply what was heard."""
    said = (stripe if provider == "stripe" else paddle).subscription(desk, desk.subscriptions[name])
    told = event_of(provider, said, platform.clock.now())  # type: ignore[arg-type] # one of the two
    Webhooks.of_operator(platform).store.add(told)
    settle(platform)


def settle(platform: Platform) -> None:
    """Apply what was received, as the jobs do."""
    for each in Webhooks.of_operator(platform).page(state="received", limit=1000):
        apply_event(platform, each.provider, each.event_id)


def bought(platform: Platform, desk: Desk, user: UUID, price: str = "price_pro", **more: Any) -> None:
    """Have a user buy the subscription `sub_1`, and hear of it."""
    desk.add("sub_1", price, str(user), **more)
    hear(platform, desk, provider="paddle" if price.startswith("pri_") else "stripe")


def work(platform: Platform, kind: Any, body: Any) -> Any:
    """Carry a job of the clock out, now; its result."""
    moment = Moment(at=platform.clock.now())
    record = platform.jobs.start(
        kind, moment, user_id=UUID(int=0), request_id="r", idempotency_key=uuid4().hex
    )  # fmt: skip
    carry_out(kind, body.__wrapped__, record.id, platform)
    found = platform.jobs.store.get(record.id)
    assert found is not None
    assert found.error is None, found.error
    return found.result
