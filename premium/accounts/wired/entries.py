"""What lets requests and streams in, put together of a platform's parts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.manifest import AccountSettings
from premium.accounts.store import AccountStore, KeyStore
from premium.accounts.wired.changes import standing_changed
from premium.accounts.wired.limiter import limiter

if TYPE_CHECKING:
    from premium.accounts.credentials.issuers import Issuers
    from premium.accounts.gatekeeper import Gatekeeper
    from premium.accounts.stream_gate import StreamGate
    from premium.accounts.stream_tokens import StreamTokens
    from premium.bootstrap import Platform

_PATIENCE = 2.0
"""Seconds; who connects waits, and what Redis does not answer is no stream."""


def preload() -> None:
    """Import what `gatekeeper` and `stream_gate` need, for functions that call them.

    The limiter's Redis and the verifier's JWT take longer to import than all that the function of accounts needs.
    """
    rooms = ("credentials.issuers", "gatekeeper", "stream_gate", "stream_tokens")
    for module in (*(f"premium.accounts.{room}" for room in rooms), "premium.limits"):
        import_module(module)


def gatekeeper(platform: Platform) -> Gatekeeper:
    """Return the gatekeeper of all requests, one a process.

    It keeps what it knows of users for seconds.
    """
    from premium.accounts.gatekeeper import Gatekeeper  # noqa: PLC0415 - Redis and JWT, which most who enter here need not

    return Gatekeeper(
        verifier=_issuers(platform),
        owners=CredentialOwners(
            AccountStore(platform.database_at_once),
            KeyStore(platform.database_at_once),
            platform.clock,
            changed=lambda user_id: standing_changed(platform, user_id),
        ),
        limiter=limiter(platform),
        clock=platform.clock,
        proof_seconds=platform.settings.of(AccountSettings).proof_seconds,
    )


def stream_tokens(platform: Platform) -> StreamTokens:
    """Return what gives and takes the tokens that open streams."""
    from premium.accounts.stream_tokens import StreamTokens  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    return StreamTokens(impatient(platform.redis(2), _PATIENCE), platform.clock)


def stream_gate(platform: Platform) -> StreamGate:
    """Return what lets users open streams, one a process."""
    from premium.accounts.stream_gate import StreamGate  # noqa: PLC0415 - Redis and JWT, which most who enter here need not

    store, keys = AccountStore(platform.database), KeyStore(platform.database)
    return StreamGate(
        verifier=_issuers(platform),
        owners=CredentialOwners(store, keys, platform.clock),
        store=store,
        keys=keys,
        tokens=stream_tokens(platform),
        limiter=limiter(platform),
        clock=platform.clock,
    )


def _issuers(platform: Platform) -> Issuers:
    from premium.accounts.credentials.issuers import Issuers  # noqa: PLC0415 - JWT, which most who enter here need not
    from premium.accounts.credentials.session_tokens import SessionTokens  # noqa: PLC0415 - comes with it
    from premium.accounts.credentials.tokens import TokenVerifier  # noqa: PLC0415 - comes with it

    own = platform.settings.session_secret_arn
    return Issuers(
        free=TokenVerifier(platform.secrets, platform.settings.require("jwt_secret_arn")),
        own=SessionTokens(platform.secrets, own) if own else None,
    )
