"""Declare the accounts service."""

from __future__ import annotations

from premium.manifest import Service

SERVICE = Service(
    name="accounts",
    title="Users, their profiles and API keys",
    routes=(
        "GET /v1/users/profile",
        "PUT /v1/users/profile",
        "GET /v1/users/api-keys",
        "POST /v1/users/api-keys",
        "DELETE /v1/users/api-keys/{id}",
    ),
    needs=("database", "redis", "idempotency", "audit"),
    scopes=("profile:read", "profile:write"),
    tables=("premium_users", "api_keys"),
)
