"""Second factors of users: enrol, confirm, show and remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from premium.accounts.credentials.codes import (
    address_of,
    new_recovery_codes,
    new_secret,
    recovery_hash,
    step_of,
)
from premium.accounts.store.second_factors import Judge, SecondFactorStore
from premium.ciphers import opened, sealed
from premium.clock import Clock
from premium.errors import Forbidden, Unauthenticated
from premium.principal import Principal


@dataclass(frozen=True, kw_only=True)
class SecondFactors:
    """What users do with their second factors.

    By a session of ours: no key and no token of another issuer has one.
    """

    store: SecondFactorStore
    clock: Clock
    keys: Callable[[], list[bytes]]
    """Of the stage, the newest first."""
    attempt: Callable[[UUID], None]
    """Counts a code that is tried; RateLimited over ten a minute."""
    changed: Callable[[UUID], None]
    """Tells every process that a user stands differently."""

    def begin(self, by: Principal, name: str) -> tuple[bytes, str]:
        """Return a new secret, and the address that an authenticator reads.

        It counts once it is confirmed.
        """
        _session(by)
        secret = new_secret()
        self.store.begin(by.user_id, sealed(self.keys(), by.user_id.bytes, secret))
        return secret, address_of(secret, name)

    def confirm(self, by: Principal, code: str) -> list[str]:
        """Confirm the secret by a code; return the recovery codes, which nobody shows again.

        Unauthenticated for a wrong code.
        """
        session_id = _session(by)
        self.attempt(by.user_id)
        codes = new_recovery_codes()
        hashes = [hashed for each in codes if (hashed := recovery_hash(each)) is not None]
        self.store.confirm(by.user_id, session_id, self._judge(by.user_id, code), hashes)
        self.changed(by.user_id)
        return codes

    def show(self, by: Principal, code: str) -> int | None:
        """Take a code for the session.

        What asks for a proof is open to it for a quarter of an hour. A recovery code is used up: then how many are
        left. Unauthenticated for a wrong one, and for one that was taken.
        """
        session_id = _session(by)
        self.attempt(by.user_id)
        left = None
        if (hashed := recovery_hash(code)) is not None:
            left = self.store.recover(by.user_id, session_id, hashed)
        else:
            self.store.show(by.user_id, session_id, self._judge(by.user_id, code))
        self.changed(by.user_id)
        return left

    def remove(self, by: Principal) -> None:
        """Remove the second factor and its recovery codes."""
        _session(by)
        self.store.remove(by.user_id)
        self.changed(by.user_id)

    def _judge(self, user_id: UUID, code: str) -> Judge:
        def judge(kept: bytes, last_step: int | None) -> tuple[int, bytes]:
            keys = self.keys()
            secret, is_old = opened(keys, user_id.bytes, kept)
            step = step_of(secret, code, at=int(self.clock.now().timestamp()), after=last_step)
            if step is None:
                raise Unauthenticated("The code is not right, or was used", details={"code": "wrong"})
            return step, sealed(keys, user_id.bytes, secret) if is_old else kept

        return judge


def _session(by: Principal) -> UUID:
    if by.session_id is None:
        raise Forbidden("A second factor belongs to a login; log in with a wallet", details={"session": "missing"})
    return by.session_id
