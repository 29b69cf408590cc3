"""Requests and views of logins and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Tier, View
from premium.accounts.model import Session, Wallet

_ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
_MESSAGE = (
    f"app.example wants you to sign in with your Ethereum account:\n{_ADDRESS}\n\n\nURI: https://app.example/login\n"
    "Version: 1\nChain ID: 1\nNonce: q3Jk0aY2n8VQe1ZxT5bLcd\nIssued At: 2025-10-17T10:00:00Z"
)
_RefreshToken = Annotated[str, Field(max_length=100, examples=["prt_q3Jk0aY2n8VQe1Zx…"])]


class NonceRequest(Body):
    """A request for what a wallet signs."""

    address: str | None = Field(
        default=None, max_length=42, examples=[_ADDRESS], description="The only wallet that may use it; without: any"
    )


class NonceView(View):
    """What a message of EIP-4361 must hold."""

    nonce: str = Field(description="Works once, until it expires", examples=["q3Jk0aY2n8VQe1ZxT5bLcd"])
    domain: str = Field(description="The domain of the message", examples=["app.example"])
    statement: str = Field(description="What the user reads before he signs", examples=["Sign in to Premium DeFi."])
    issued_at: datetime
    """The server's time, for `Issued At`."""
    expires_at: datetime
    """When the nonce is worth nothing any more."""
    address: str | None = Field(
        description="The wallet that asked, with the checksum that its message must show (EIP-55)",
        examples=["0x52908400098527886E0F7030069857D2E4169EE7"],
    )


class WalletProof(Body):
    """A message that a wallet signed."""

    message: str = Field(
        max_length=8192, examples=[_MESSAGE], description="The text of EIP-4361 as it was signed, at most 4 KiB"
    )
    signature: str = Field(
        max_length=16_400,
        examples=["0x" + "4f" * 64 + "1b"],
        description="Hexadecimal: 65 bytes of a key, or what the wallet's contract takes (ERC-1271, ERC-6492)",
    )


class WalletLogin(WalletProof):
    """A signed message that opens a session."""

    cookie: bool = False
    """Keep the refresh token in a cookie; for our own pages alone."""


class UserView(View):
    """The user who logged in."""

    id: UUID
    """The user's id here."""
    external_id: str = Field(description="The user's id on the free platform, or ours", examples=["own_5f0c…"])
    tier: Tier
    """What the user pays for."""


class TokensView(View):
    """The tokens of a session."""

    access_token: str = Field(description="A JWT for `Authorization: Bearer`", examples=["eyJhbGciOiJFUzI1NiJ9…"])
    expires_in: int = Field(description="Seconds until the access token ends", examples=[900])
    refresh_token: str | None = Field(
        description="Gives the next tokens, once; null where it is kept in the cookie",
        examples=["prt_q3Jk0aY2n8VQe1Zx…"],
    )


class LoginView(TokensView):
    """A new session."""

    created: bool
    """Whether the user came the first time."""
    user: UserView = Field(description="Who logged in")


class Refreshing(Body):
    """A refresh token, where it is in no cookie."""

    refresh_token: _RefreshToken | None = None
    """Of the login, or of the last refresh."""


class LoggingOut(Body):
    """What a logout ends."""

    everywhere: bool = False
    """All sessions of the user, not this one alone."""
    refresh_token: _RefreshToken | None = None
    """Says whose session, where neither an access token nor a cookie does."""


class LoggedOutView(View):
    """What a logout ended."""

    ended: int = Field(description="How many sessions are over now", examples=[1])


class LoginWalletView(View):
    """A wallet that its user logs in with."""

    address: str = Field(description="Checksummed", examples=[_ADDRESS])
    kind: Literal["eoa", "contract"]
    """An account with a key, or a contract."""
    chain_id: int = Field(description="The chain of its first proof", examples=[1])
    primary: bool
    """Whether it is the user's first."""

    @classmethod
    def of(cls, row: Wallet) -> LoginWalletView:
        """Return the view of a wallet."""
        return cls(address=row.address, kind=row.kind, chain_id=row.chain_id, primary=row.is_primary)


class OwnWalletView(LoginWalletView):
    """A wallet that its user logs in with, and since when."""

    id: UUID
    """The wallet's id, by which it is removed."""
    proven_at: datetime
    """When a signature proved it."""
    last_login_at: datetime | None
    """Its last login; null: none yet."""

    @classmethod
    def of(cls, row: Wallet) -> OwnWalletView:
        """Return the view of a wallet."""
        shown = row.model_dump(exclude={"is_primary"})
        return cls(**shown, primary=row.is_primary)


class CurrentSessionView(View):
    """Who the caller is, and by which credential."""

    user_id: UUID
    """The user's id here."""
    external_id: str = Field(description="The user's id on the free platform, or ours", examples=["user_123"])
    wallets: list[LoginWalletView] = Field(description="The wallets that the user logs in with")
    tier: Tier
    """What the user pays for."""
    roles: list[str] = Field(description="The user's roles, of staff", examples=[["support"]])
    scopes: list[str] = Field(description="What the credential may do; `*` is everything", examples=[["*"]])
    session_id: UUID | None
    """The session; null for a token of the free platform, and for a key."""
    amr: list[str] = Field(description="How the user proved himself", examples=[["wallet"]])
    expires_at: datetime | None
    """When the credential ends; null for a key without an end."""


class SessionView(View):
    """A session of the caller's that lives."""

    id: UUID
    """The session's id, by which it is ended."""
    created_at: datetime
    """When the user logged in."""
    last_used_at: datetime
    """When its tokens were last renewed."""
    ip: str | None = Field(description="Where the login came from", examples=["203.0.113.7"])
    user_agent: str | None = Field(description="The program of the login", examples=["Mozilla/5.0"])
    current: bool
    """Whether the request itself is of this session."""

    @classmethod
    def of(cls, row: Session, current: UUID | None) -> SessionView:
        """Return the view of a session."""
        shown = row.model_dump(include={"id", "created_at", "last_used_at", "ip", "user_agent"})
        return cls(**shown, current=row.id == current)
