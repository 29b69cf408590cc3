"""Describe the stages local, dev, staging and prod.

Every number that differs between them is here.
"""

from __future__ import annotations

from cdk_app.stage_config import StageConfig
from stacks.terms.market_model import ExchangeRates
from stacks.terms.model import Alerting, Alerts, Fleet, Functions, Postgres, Redis, Throttle, Timescale

# One machine asks nobody on the internet by itself.
LOCAL = StageConfig(
    name="local",
    removal="destroy",
    alerts=Alerts(sources=("local",)),
    exchange_rates=ExchangeRates(url=None),
)

DEV = StageConfig(
    name="dev",
    zones=("us-east-1a", "us-east-1b"),
    nat_gateways=1,
    removal="destroy",
    log_days=7,
    service_dashboards=False,
    postgres=Postgres(instance="t4g.medium", storage=20, max_connections=300),
    timescale=Timescale(instance="t4g.medium", storage=20),
    redis=Redis(node="t4g.small"),
    fleet=Fleet(cpu=512, memory=1024, minimum=0, maximum=2, total=12),
    shell_access=True,
    functions=Functions(canary_minutes=5, concurrency=100),
    alerting=Alerting(monthly_budget=200, outside=False),
)

STAGING = StageConfig(
    name="staging",
    zones=("us-east-1a", "us-east-1b"),
    nat_gateways=1,
    removal="snapshot",
    log_days=30,
    origins=("https://staging.premium.example",),
    service_dashboards=False,  # $2.31 each; the platform's three stay, and a stage's values may turn these on
    postgres=Postgres(instance="t4g.medium", proxy=True, max_connections=400, deletion_protection=True),
    timescale=Timescale(instance="t4g.medium", storage=50, snapshots=True),
    redis=Redis(node="t4g.small"),
    fleet=Fleet(cpu=1024, memory=2048, minimum=0, maximum=4, total=24),
    alerts=Alerts(shards=2, sources=("ethereum",)),
    functions=Functions(canary_minutes=5),
    alerting=Alerting(monthly_budget=400),
)

PROD = StageConfig(
    name="prod",
    zones=("us-east-1a", "us-east-1b", "us-east-1c"),
    nat_gateways=3,
    endpoint_zones=2,
    removal="retain",
    log_days=365,
    rotation_days=90,
    origins=("https://premium.example",),
    postgres=Postgres(
        instance="r6g.large",  # docs/cost.md says why it is enough
        multi_az=True,
        proxy=True,
        storage=200,  # grows by itself
        max_storage=4000,
        max_connections=1000,
        deletion_protection=True,
    ),
    timescale=Timescale(instance="r6g.large", storage=400, snapshots=True),
    redis=Redis(node="t4g.medium", replica=True),
    fleet=Fleet(cpu=1024, memory=2048, large=("alerts", "tax"), minimum=1, maximum=10, total=60),
    alerts=Alerts(shards=2, spares=1, sources=("ethereum", "base", "optimism", "polygon")),
    functions=Functions(provisioned=2, canary_minutes=60, caps={"schedules": 10, "alert_events": 50}),
    throttle=Throttle(rate=5000, burst=5000),
    alerting=Alerting(monthly_budget=2500),
)

STAGES = {stage.name: stage for stage in (LOCAL, DEV, STAGING, PROD)}
