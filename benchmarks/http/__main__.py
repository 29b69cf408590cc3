"""The authorizer (verify, meter, limit) and a read through the runtime, beside a bare Powertools handler; p50 and p95.

Real PostgreSQL and Redis in a temporary folder; handlers are called in this process, so nothing of a gateway is in it.
"""

from __future__ import annotations

import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from local import ports
from local.postgres import DATABASES, Postgres
from local.redis import Redis
from migrations.roles import OWNER
from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.credentials.tokens import TokenVerifier
from premium.accounts.gatekeeper import Gatekeeper
from premium.accounts.model import Attempt
from premium.accounts.store import AccountStore, KeyStore
from premium.bootstrap import Platform
from premium.config import Settings
from premium.limits import Limiter

TIMES = 2_000
KEY = "benchmark-key-of-more-than-32-bytes"
SINK = open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as the process


class Vault:
    def read(self, _: str) -> dict[str, str]:
        return {"algorithm": "HS256", "key": KEY}

    renew = read


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as services:
        at = _platform(Path(folder), services)
        gatekeeper = Gatekeeper(
            verifier=TokenVerifier(Vault(), "arn"),
            owners=CredentialOwners(AccountStore(at.database), KeyStore(at.database), at.clock),
            limiter=Limiter(at.redis(2), patience=1),
            clock=at.clock,
        )
        ruling = gatekeeper.rule(_attempt())
        assert ruling.verdict == "allow", ruling  # noqa: S101 - a refusal would be quicker and prove nothing
        _show("authorizer: verify, meter, limit", lambda: gatekeeper.rule(_attempt()), target=5)
        _show("GET /v1/users/profile by our handler", _profile(ruling.context()), target=15)
        _show("a bare Powertools handler", _bare(), target=None)
        at.close()


def _platform(folder: Path, services: ExitStack) -> Platform:
    postgres, redis = Postgres(folder / "postgres", ports.free()), Redis(folder / "redis", ports.free())
    for service in (postgres, redis):
        service.start()
        services.callback(service.stop)
    for database in DATABASES:
        postgres.create_database(database)
    environment = {"PREMIUM_STAGE": "local", "REDIS_URL": redis.url}
    names = {"MIGRATION_DATABASE_URL": "premium", "MIGRATION_TIMESERIES_URL": "timeseries"}
    owner = {name: postgres.url(database, OWNER) for name, database in names.items()}
    command = [sys.executable, "-m", "migrations", "up"]
    subprocess.run(command, check=True, env=os.environ | environment | owner, stdout=subprocess.DEVNULL)
    os.environ |= environment | {"DATABASE_URL": postgres.url("premium", "premium_app")}
    return Platform(Settings.from_environment(os.environ))


def _attempt() -> Attempt:
    now = int(time.time())
    token = jwt.encode({"sub": "user_1", "tier": "enterprise", "iat": now, "exp": now + 600}, KEY)
    return Attempt(
        authorization=f"Bearer {token}", api_key=None, address="203.0.113.7", source="203.0.113.7", route="GET /v1/x"
    )


def _event(path: str, context: dict[str, str]) -> dict[str, Any]:
    http = {"method": "GET", "path": path}
    about = {"http": http, "stage": "$default", "requestId": uuid4().hex, "authorizer": {"lambda": context}}
    return {"version": "2.0", "rawPath": path, "rawQueryString": "", "headers": {}, "requestContext": about}


def _profile(context: dict[str, str]) -> Callable[[], object]:
    from handlers import accounts  # noqa: PLC0415 - after the environment is set

    event = _event("/v1/users/profile", context)
    assert accounts.handler(event, None)["statusCode"] == 200  # noqa: S101 - as above
    return lambda: accounts.handler(event, None)


def _bare() -> Callable[[], object]:
    app = APIGatewayHttpResolver()

    @app.get("/x")
    def _() -> dict[str, str]:
        return {"status": "ok"}

    event = _event("/x", {})
    return lambda: app.resolve(event, None)  # type: ignore[arg-type] # it asks nothing of a context


def _show(name: str, call: Callable[[], object], *, target: float | None) -> None:
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
    print(f"{name:<40} p50 {p50:6.2f} ms   p95 {p95:6.2f} ms" + (f"   target {target} ms" if target else ""))


if __name__ == "__main__":
    logging.getLogger("premium").handlers[0].stream = SINK  # type: ignore[attr-defined] # a stream handler
    main()
