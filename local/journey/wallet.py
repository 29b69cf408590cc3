"""Log a wallet in by EIP-4361, as a page of the platform does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from local.errors import LocalError
from premium.siwe.signatures import personal_hash, signer

PAGE = "http://localhost:3000"
"""One of the stage's own pages: where the wallet signs in."""
_SECONDS = 65
_TRIES = 4


@dataclass(frozen=True)
class Wallet:
    """A wallet of this machine; its key is made for one journey."""

    key: bytes

    @classmethod
    def new(cls) -> Wallet:
        return cls(secrets.token_bytes(32))

    @property
    def address(self) -> str:
        digest = personal_hash("whose")
        return signer(digest, self._signed(digest))

    def sign(self, text: str) -> str:
        """Return the signature of a message, as `personal_sign` gives it."""
        return "0x" + self._signed(personal_hash(text)).hex()

    def _signed(self, digest: bytes) -> bytes:
        from btclib_libsecp256k1.recovery import sign  # noqa: PLC0415 - a C library, which most journeys need not

        compact, parity = sign(digest, self.key)
        return compact + bytes([27 + parity])


def login(api: str, wallet: Wallet) -> Any:
    """Return `data` of a login: accessToken and user; LocalError where it is refused.

    On a busy machine the first call of a function may get no answer: then it begins again, with another nonce.
    """
    for attempt in range(_TRIES):
        try:
            return _login(api, wallet)
        except httpx.TransportError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError


def _login(api: str, wallet: Wallet) -> Any:
    given = _post(api, "/v1/auth/nonce", {"address": wallet.address})
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = "\n".join(
        [
            f"{given['domain']} wants you to sign in with your Ethereum account:", wallet.address, "",
            given["statement"], "", f"URI: {PAGE}/login", "Version: 1", "Chain ID: 1", f"Nonce: {given['nonce']}",
            f"Issued At: {now}",
        ]
    )  # fmt: skip
    return _post(api, "/v1/auth/verify-wallet", {"message": text, "signature": wallet.sign(text)})


def _post(api: str, path: str, body: Any) -> Any:
    answer = httpx.post(f"{api}{path}", json=body, headers={"Origin": PAGE}, timeout=_SECONDS)
    if answer.is_error:
        raise LocalError(f"POST {path} was answered {answer.status_code}: {answer.text[:200]}.", "See: make logs")
    return answer.json()["data"]
