"""Declare the portfolio service."""

from __future__ import annotations

from decimal import Decimal

from premium.manifest import Command, Place, Queue, Quota, Schedule, Service

SERVICE = Service(
    name="portfolio",
    title="Balances of wallets on every chain",
    routes=(
        "GET /v1/portfolio",
        "GET /v1/portfolio/assets",
        "GET /v1/portfolio/chains",
        "GET /v1/portfolio/positions",
        "GET /v1/portfolio/positions/{id}",
        "GET /v1/portfolio/explain",
        "GET /v1/portfolio/flows",
        "PUT /v1/portfolio/flows/{id}",
        "GET /v1/portfolio/performance",
        "GET /v1/portfolio/history",
        "GET /v1/portfolio/wallets",
        "POST /v1/portfolio/wallets",
        "DELETE /v1/portfolio/wallets/{id}",
        "POST /v1/portfolio/refresh",
    ),
    needs=("database", "redis", "idempotency", "audit", "timeseries", "jobs", "credentials"),
    hot=True,
    scopes=("portfolio:read", "portfolio:write"),
    channels=("portfolio",),
    kinds=("portfolio.refresh", "portfolio.snapshots", "portfolio.timeseries"),
    queue="aggregation",
    worker_needs=("exports", "market", "credentials"),
    queues=(Queue(name="aggregation", urgency=30, share=Decimal("0.2")),),
    schedules=(
        Schedule(name="portfolio.snapshots", every=60, job="portfolio.snapshots"),
        Schedule(name="portfolio.timeseries", every=1440, job="portfolio.timeseries"),
    ),
    commands=(Command(name="portfolio", text="Performance, flows and positions of portfolios, by files."),),
    quotas=(Quota(name="wallets", owned="premium.portfolio.service.own_wallets"),),
    tables=(
        "portfolio_wallets",
        "portfolio_assets",
        "portfolio_statements",
        "portfolio_searches",
        "portfolio_positions",
        "portfolio_flows",
        "portfolio_openings",
        "portfolio_snapshots",
        "portfolio_snapshots_daily",
        "portfolio_snapshots_weekly",
        "my_portfolio_snapshots",
        "my_portfolio_daily",
        "my_portfolio_weekly",
    ),
    places=(
        Place(store="premium", name="portfolio_flows"),
        Place(store="premium", name="portfolio_openings"),
        Place(store="premium", name="portfolio_searches"),
        Place(store="premium", name="portfolio_statements"),
        Place(store="premium", name="portfolio_wallets"),
        Place(store="premium", name="portfolio_assets"),
        Place(store="premium", name="portfolio_positions"),
        Place(
            store="timeseries",
            name="portfolio_snapshots",
            reads="premium.portfolio.store.personal.snapshots",
            erases="premium.portfolio.store.personal.erase_snapshots",
        ),
        Place(
            store="timeseries",
            name="portfolio_snapshots_daily_rollup",
            reads="premium.portfolio.store.personal.days",
            erases="premium.portfolio.store.personal.erase_days",
        ),
        Place(
            store="timeseries",
            name="portfolio_snapshots_weekly_rollup",
            reads="premium.portfolio.store.personal.weeks",
            erases="premium.portfolio.store.personal.erase_weeks",
        ),
        Place(store="redis", name="3:portfolio:{user}", exported=False),
    ),
)
