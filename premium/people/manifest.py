"""Declare the people service."""

from __future__ import annotations

from premium.manifest import Place, Service

SERVICE = Service(
    name="people",
    title="Second factors, preferences and consents of users; administration",
    routes=(
        "POST /v1/auth/totp",
        "POST /v1/auth/totp/confirm",
        "POST /v1/auth/totp/verify",
        "DELETE /v1/auth/totp",
        "GET /v1/users/preferences",
        "PUT /v1/users/preferences",
        "GET /v1/users/consents",
        "PUT /v1/users/consents",
        "GET /v1/admin/users",
        "GET /v1/admin/users/{id}",
        "POST /v1/admin/users/{id}/restrict",
        "POST /v1/admin/users/{id}/unrestrict",
        "POST /v1/admin/users/{id}/logout",
        "POST /v1/admin/users/{id}/roles",
        "POST /v1/admin/users/{id}/grants",
        "GET /v1/admin/webhooks",
        "POST /v1/admin/webhooks/{id}/replay",
    ),
    needs=("database", "redis", "jobs", "sessions", "credentials", "idempotency", "audit", "connections", "websocket"),
    scopes=("people:read", "people:write"),
    tables=("user_preferences", "consents", "user_roles"),
    places=(
        Place(store="premium", name="user_preferences"),
        Place(store="premium", name="consents"),
        Place(store="premium", name="user_roles"),
    ),
)
