"""What webhooks cost: the intake beside a bare handler, a stream of 200 events a second, and how soon a tier holds.

Real stores, and a worker of the fleet. Targets: intake under 15 ms p95 over the bare
handler; 200 events a second sustained, 99 of 100 applied within 5 s; a tier seen by ten processes within 1 s.
Run: python -m benchmarks.access.webhooks
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
import redis
import stripe
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from benchmarks.access.stage import stage
from local.places import ROOT
from local.postgres import SUPERUSER, Postgres
from premium.bootstrap import Platform
from premium.limits import Limiter
from premium.storage.marks import mark_name

SECRET, TIMES, A_SECOND, SECONDS, DOORS = "whsec_of_the_benchmark", 300, 200, 10, 10
OUT = sys.stdout
_OF_ONE = 5
"""Events of one customer: a checkout, its subscription, its first bill, and two changes."""


def event(user: UUID, number: int) -> dict[str, Any]:
    """A subscription's event as Stripe sends it, about 2 KiB."""
    price = {"id": "price_pro", "currency": "usd", "unit_amount": 5000, "recurring": {"interval": "month"}}
    now, name = int(time.time()), f"sub_{user.hex}"
    item = {"price": price, "quantity": 1, "current_period_start": now, "current_period_end": now + 2_592_000}
    thing = {
        "id": name, "object": "subscription", "customer": f"cus_{user.hex}", "status": "active",
        "metadata": {"user_id": str(user)}, "cancel_at_period_end": False, "items": {"data": [item]},
        "description": "x" * 1_200,
    }  # fmt: skip
    return {
        "id": f"evt_{user.hex}{'_of_the_stream' if number else ''}_{number}", "object": "event", "created": now,
        "type": f"customer.subscription.{'created' if number == 0 else 'updated'}", "data": {"object": thing},
    }  # fmt: skip


def asked(payload: Mapping[str, Any], path: str = "/webhooks/stripe") -> dict[str, Any]:
    """A gateway's event with a webhook, signed now."""
    body = json.dumps(payload)
    signed = stripe.WebhookSignature.generate_signature_header(body, SECRET, int(time.time()))
    by = {"verdict": "allow", "limit": "100", "remaining": "99", "reset": "0", "retryAfter": "0", "message": ""}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "queryStringParameters": {},
        "headers": {"stripe-signature": signed, "content-type": "application/json"}, "body": body,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": uuid4().hex, "stage": "$default", "routeKey": "$default", "authorizer": {"lambda": by},
            "http": {"method": "POST", "path": path, "sourceIp": "203.0.113.7"},
        },
    }  # fmt: skip


def users(postgres: Postgres, number: int) -> list[UUID]:
    made = [uuid4() for _ in range(number)]
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.cursor().executemany(
            "INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", [(each, str(each)) for each in made]
        )
    return made


def intake(handler: Callable[..., Any], everybody: list[UUID]) -> None:
    """Take single webhooks in, beside a handler that does nothing."""
    bare = APIGatewayHttpResolver()
    bare.post("/webhooks/stripe")(lambda: {"ok": True})
    worst = {}
    for name, run in (("webhook, ours", handler), ("webhook, bare", bare.resolve)):
        times = []
        for user in everybody:
            sent = asked(event(user, 0))
            before = time.perf_counter()
            answer = run(sent, None)
            times.append((time.perf_counter() - before) * 1000)
            assert answer["statusCode"] == 200, answer  # noqa: S101 - a refusal would be quicker and prove nothing
        worst[name] = _p(times, 95)
        say(f"{name:24}{statistics.median(times):9.2f} ms median{worst[name]:9.2f} p95")
    over = worst["webhook, ours"] - worst["webhook, bare"]
    say(f"{'over a bare handler':24}{over:9.2f} ms p95 (target < 15)")


def sustained(handler: Callable[..., Any], platform: Platform, everybody: list[UUID]) -> None:
    """Send events at a steady pace while a worker applies them; each is looked for five times a second."""
    found: dict[str, float] = {}
    done = threading.Event()
    watching = threading.Thread(target=_watch, args=(platform, found, done))
    watching.start()
    begun, late, number = time.perf_counter(), 0.0, A_SECOND * SECONDS
    for each in range(number):
        due = begun + each / A_SECOND
        late = max(late, time.perf_counter() - due)
        time.sleep(max(0.0, due - time.perf_counter()))
        handler(asked(event(everybody[each // _OF_ONE], 1 + each % _OF_ONE)), None)
    took = time.perf_counter() - begun
    ends = time.monotonic() + 120
    while len(found) < number and time.monotonic() < ends:
        time.sleep(0.2)
    done.set()
    watching.join()
    if len(found) < number:
        raise SystemExit(f"{number - len(found)} events were left over")
    times = list(found.values())
    say(f"{'events taken in':24}{number / took:9.0f} a second (target 200), at most {late:.2f} s late")
    say(f"{'applied within':24}{statistics.median(times):9.2f} s median{_p(times, 99):9.2f} p99 (target < 5)")


def _watch(platform: Platform, found: dict[str, float], done: threading.Event) -> None:
    statement = """SELECT event_id, extract(epoch FROM clock_timestamp() - received_at) AS age FROM webhook_events
                   WHERE state <> 'received' AND event_id LIKE '%_of_the_stream_%'"""
    while not done.wait(0.2):
        with platform.worker_database.transaction() as connection:
            for row in connection.execute(statement):
                found.setdefault(row["event_id"], float(row["age"]))


def door(url: str, user: UUID, limits: Any, ready: Any) -> None:
    """A process that asks on behalf of a user, and tells when the mark of his standing is another."""
    limiter = Limiter(redis.Redis.from_url(url, db=2), patience=5)
    before = limiter.check(f"user:{user}", 1_000_000, marked=user).mark
    ready.put(os.getpid())
    while limiter.check(f"user:{user}", 1_000_000, marked=user).mark == before:
        time.sleep(0.005)
    limits.put(time.time())


def seen(handler: Callable[..., Any], platform: Platform, first: UUID, user: UUID) -> None:
    """Time until ten processes see a tier that an event brought.

    By a worker that has begun: it applied `first`'s.
    """
    handler(asked(event(first, 0)), None)
    ends = time.monotonic() + 60
    while not platform.redis(2).exists(mark_name(first)):
        if time.monotonic() > ends:
            raise SystemExit("no worker applied the first event")
        time.sleep(0.05)
    spawn = multiprocessing.get_context("spawn")
    ready, limits = spawn.Queue(), spawn.Queue()
    url = str(platform.settings.redis_url)
    doors = [spawn.Process(target=door, args=(url, user, limits, ready), daemon=True) for _ in range(DOORS)]
    for each in doors:
        each.start()
    for _ in doors:
        ready.get(timeout=60)
    sent = time.time()
    handler(asked(event(user, 0)), None)
    last = max(limits.get(timeout=60) for _ in doors)
    say(f"{'a tier, seen by ten':24}{last - sent:9.2f} s after its webhook was sent (target < 1)")
    assert platform.redis(2).get(mark_name(user))  # noqa: S101 - that is what they saw


@contextmanager
def fleet() -> Iterator[None]:
    """A worker of the class that applies events, as in a stage."""
    command = [sys.executable, "-m", "workers.fleet", "--queues", "default", "--processes", "1"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=60)


def main() -> None:
    with ExitStack() as stack:
        platform, postgres = stage(stack)
        made = boto3.client("secretsmanager").create_secret(Name="hooks", SecretString=json.dumps({"value": SECRET}))
        os.environ |= {"STRIPE_WEBHOOK_SECRET_ARN": made["ARN"], "BILLING_PRICES": "price_pro=pro:month:usd"}
        stack.enter_context(redirect_stdout(stack.enter_context(open(os.devnull, "w"))))  # noqa: PTH123 - the handlers' own lines
        from handlers.billing import handler  # noqa: PLC0415 - it reads what the stage has set

        everybody = users(postgres, TIMES + A_SECOND * SECONDS // _OF_ONE + 2)
        with fleet():
            seen(handler, platform, *everybody[-2:])
            sustained(handler, platform, everybody[TIMES:-2])
        intake(handler, everybody[:TIMES])


def say(line: str) -> None:
    print(line, file=OUT, flush=True)


def _p(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)]


if __name__ == "__main__":
    main()
