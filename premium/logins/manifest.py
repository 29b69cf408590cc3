"""Declare the logins service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import NoticeKind, Place, Service, ServiceSettings


class LoginSettings(ServiceSettings):
    """Which logins a stage has beside wallets and the free platform's tokens."""

    password_logins: bool = Field(default=False, description="Whether users may register and log in by a password")
    google_client_id: str | None = Field(
        default=None,
        max_length=200,
        description="The client id of this stage at Google, whose secret is the field `google_client_secret` of"
        " CREDENTIAL_SECRET_ARN; without it nobody signs in by Google",
    )
    google_issuer: str = Field(
        default="https://accounts.google.com",
        pattern=r"^https?://[^\s?#]+$",
        max_length=200,
        description="Whose identities are taken: Google's, or a local provider's",
    )
    google_callback_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+$",
        max_length=300,
        description="Where Google sends browsers back, as it is registered there; without it the path"
        " /v1/auth/google/callback of the first of CORS_ORIGINS",
    )
    login_page: str = Field(
        default="/app/login",
        pattern=r"^/[A-Za-z0-9/_-]{0,100}$",
        description="The page of ours, under the first of CORS_ORIGINS, that mails and Google lead to",
    )


SERVICE = Service(
    name="logins",
    title="Logins by password and by Google",
    routes=(
        "GET /v1/auth/ways",
        "POST /v1/auth/register",
        "POST /v1/auth/register/confirm",
        "POST /v1/auth/login",
        "PUT /v1/auth/password",
        "POST /v1/auth/password/forgot",
        "POST /v1/auth/password/reset",
        "GET /v1/auth/google/start",
        "GET /v1/auth/google/callback",
        "POST /v1/users/profile/email",
        "GET /v1/users/google",
        "POST /v1/users/google",
        "DELETE /v1/users/google",
    ),
    needs=("database", "redis", "jobs", "sessions", "credentials", "idempotency", "audit", "connections", "websocket"),
    kinds=("logins.mail",),
    worker_needs=("mail",),
    settings=LoginSettings,
    notices=(NoticeKind(name="logins.changed"),),
    tables=("oauth_accounts",),
    places=(
        Place(store="premium", name="oauth_accounts"),
        Place(store="redis", name="2:login-letter:*", erasure="expire", reason="half an hour after it was asked for"),
        Place(store="redis", name="2:login-link:*", erasure="expire", reason="half an hour after it was sent"),
        Place(store="redis", name="2:login-mails:*", erasure="expire", reason="a day after the first mail"),
        Place(store="redis", name="2:google-login:*", erasure="expire", reason="ten minutes after it was begun"),
    ),
)
