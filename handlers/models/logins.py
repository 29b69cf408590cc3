"""Requests and views of logins by password and by Google."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from handlers.models.sessions import UserView
from handlers.runtime import Body, View, Visible
from premium.refusals import NOT_REPEATED

_MOST = 128


def _unsaid(least: int, most: int) -> AfterValidator:
    """Bound a text whose refusal does not repeat it."""

    def check(text: str) -> str:
        if not least <= len(text) <= most:
            raise PydanticCustomError(NOT_REPEATED, f"must have {least} to {most} characters")
        return text

    return AfterValidator(check)


Address = Annotated[
    str,
    Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"]),
    AfterValidator(str.lower),
    Visible,
]
_Secret = Annotated[
    str,
    _unsaid(1, _MOST),
    Field(json_schema_extra={"minLength": 1, "maxLength": _MOST}, examples=["four words that only you join"]),
]
_New = Annotated[
    str,
    _unsaid(12, _MOST),
    Field(json_schema_extra={"minLength": 12, "maxLength": _MOST}, examples=["four words that only you join"]),
]
_Token = Annotated[
    str,
    _unsaid(1, 100),
    Field(json_schema_extra={"minLength": 1, "maxLength": 100}, examples=["plk_q3Jk0aY2n8VQe1Zx…"]),
]
State = Annotated[
    str,
    Query(min_length=1, max_length=200, description="What the login began with", examples=["q3Jk0aY2n8VQe1Zx…"]),
]
Said = Annotated[
    str | None,
    Query(max_length=2000, description="The code that Google's page gives", examples=["4/0AX4XfWh…"]),
]
Added = Annotated[
    str | None, Query(max_length=2000, description="What Google adds, which is not read", examples=["openid email"])
]
Failed = Annotated[str | None, Query(max_length=200, description="Why there is no code", examples=["access_denied"])]


class Registration(Body):
    """Who wants an account, and by which password he will log in."""

    email: Address = Field(description="Where the link goes that makes the account")
    password: _New = Field(description="12 to 128 characters; what is tried first is refused")


class Link(Body):
    """What a mail's link holds."""

    token: _Token = Field(description="Behind `#token=` in the link; it works once, for half an hour")
    cookie: bool = False
    """Keep the refresh token in a cookie; for our own pages alone."""


class PasswordLogin(Body):
    """An e-mail address and its password."""

    email: Address = Field(description="The address of the account")
    password: _Secret = Field(description="Its password")
    cookie: bool = False
    """Keep the refresh token in a cookie; for our own pages alone."""


class PasswordChange(Body):
    """Another password, or the first one."""

    password: _New = Field(description="12 to 128 characters; what is tried first is refused")
    current: _Secret | None = Field(default=None, description="The password of before, where there is one")


class Forgotten(Body):
    """Whose password is forgotten."""

    email: Address = Field(description="Where the link goes, if the address logs in by a password")


class PasswordReset(Body):
    """Another password, by a mail's link."""

    token: _Token = Field(description="Behind `#token=` in the link; it works once, for half an hour")
    password: _New = Field(description="12 to 128 characters; what is tried first is refused")


class WaysView(View):
    """Which logins a stage has, beside wallets."""

    wallet: bool = Field(description="Always true: EIP-4361, `POST /v1/auth/nonce`", examples=[True])
    password: bool = Field(description="`POST /v1/auth/login` and its kin", examples=[True])
    google: bool = Field(description="`GET /v1/auth/google/start`", examples=[False])


class AskedView(View):
    """What is answered to all alike, whether the address is known or not."""

    sent: bool = Field(description="Always true: a mail goes out if there is one to send", examples=[True])


class PasswordView(View):
    """What became of a password."""

    changed: bool = Field(description="Whether it is another now", examples=[True])


class GoogleStartView(View):
    """Where a browser goes to log in by Google."""

    url: str = Field(
        description="Google's page; it sends the browser back to `/v1/auth/google/callback`",
        examples=["https://accounts.google.com/o/oauth2/v2/auth?client_id=…"],
    )


class GoogleLoginView(View):
    """A session by Google, or the account that is joined to it now."""

    access_token: str | None = Field(
        description="A JWT for `Authorization: Bearer`; null where an account was joined, or a browser is led on",
        examples=["eyJhbGciOiJFUzI1NiJ9…"],
    )
    expires_in: int | None = Field(description="Seconds until the access token ends", examples=[900])
    refresh_token: str | None = Field(
        description="Gives the next tokens, once; null where it is kept in the cookie",
        examples=["prt_q3Jk0aY2n8VQe1Zx…"],
    )
    created: bool
    """Whether the user came the first time."""
    joined: bool = Field(description="Whether a user who was logged in joined Google to his account", examples=[False])
    user: UserView = Field(description="Who logged in")


class JoinedView(View):
    """Whether an account is joined to Google."""

    id: UUID
    """The user's id."""
    joined: bool = Field(description="Whether Google logs him in", examples=[False])
