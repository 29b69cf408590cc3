"""Declare the accounts service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Command, Metric, NoticeKind, Place, Quota, Schedule, Service, ServiceSettings

PROOF_SECONDS = 900


class AccountSettings(ServiceSettings):
    """What accounts alone read of the environment."""

    access_token_seconds: int = Field(
        default=900, ge=60, le=3600, description="Seconds for which an access token of a session holds"
    )
    proof_seconds: int = Field(
        default=PROOF_SECONDS,
        ge=60,
        le=86_400,
        description="Seconds for which a login, or a code of a second factor, is proof enough for new keys and wallets,"
        " and for what staff does",
    )


SERVICE = Service(
    name="accounts",
    title="Users, their profiles and API keys",
    routes=(
        "GET /v1/users/profile",
        "PUT /v1/users/profile",
        "POST /v1/users/profile",
        "GET /v1/users/wallets",
        "POST /v1/users/wallets",
        "DELETE /v1/users/wallets/{id}",
        "GET /v1/users/api-keys",
        "POST /v1/users/api-keys",
        "PUT /v1/users/api-keys/{id}",
        "DELETE /v1/users/api-keys/{id}",
        "GET /v1/compliance/audit-log",
        "POST /v1/auth/nonce",
        "POST /v1/auth/verify-wallet",
        "POST /v1/auth/refresh",
        "POST /v1/auth/logout",
        "GET /v1/auth/session",
        "GET /v1/auth/sessions",
        "DELETE /v1/auth/sessions/{id}",
        "POST /v1/auth/stream-token",
    ),
    settings=AccountSettings,
    needs=("database", "redis", "sessions", "market", "idempotency", "audit", "audit_read", "connections", "websocket"),
    scopes=("profile:read", "profile:write", "audit:read", "streams:open"),
    kinds=("accounts.activity", "accounts.purge"),
    schedules=(
        Schedule(name="accounts.activity", every=1440, job="accounts.activity"),
        Schedule(name="accounts.purge", every=1440, job="accounts.purge"),
    ),
    quotas=(Quota(name="api_keys", owned="premium.accounts.service.own_keys"),),
    notices=(NoticeKind(name="accounts.email"),),
    tables=("premium_users", "api_keys", "user_wallets", "sessions", "session_tokens", "user_credentials"),
    metrics=(
        Metric(name="ActiveUsersDay", title="Users active in 24 hours", statistic="Maximum", minutes=1440),
        Metric(name="ActiveUsersWeek", title="Users active in 7 days", statistic="Maximum", minutes=1440),
        Metric(name="ActiveUsersMonth", title="Users active in 30 days", statistic="Maximum", minutes=1440),
        Metric(name="RetentionDay1", title="New users back after 1 day, %", statistic="Average", minutes=1440),
        Metric(name="RetentionDay7", title="New users back after 7 days, %", statistic="Average", minutes=1440),
        Metric(name="RetentionDay30", title="New users back after 30 days, %", statistic="Average", minutes=1440),
    ),
    commands=(Command(name="accounts", text="Logins, sessions, export, erasure, audit trail."),),
    places=(
        Place(
            store="premium",
            name="premium_users",
            user="id",
            erasure="anonymise",
        ),
        Place(store="premium", name="session_tokens"),
        Place(store="premium", name="sessions"),
        Place(store="premium", name="user_credentials"),
        Place(store="premium", name="user_wallets"),
        Place(store="premium", name="api_keys"),
        Place(store="redis", name="2:window:user:{user}", exported=False),
        Place(store="redis", name="2:window:login-code:{user}", exported=False),
        Place(store="redis", name="2:window:login-address:{wallet}", exported=False),
        Place(store="redis", name="2:standing:{user}", erasure="expire", reason="two minutes after the last change"),
        Place(store="redis", name="2:login-nonce:*", erasure="expire", reason="five minutes after it was given"),
        Place(store="redis", name="2:stream-token:*", erasure="expire", reason="one minute after it was given"),
    ),
)
