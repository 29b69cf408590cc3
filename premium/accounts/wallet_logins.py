"""Log users in by their wallets, and make those who come the first time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from premium.accounts.credentials.tokens import OWN_SUBJECT
from premium.accounts.model import Granted, Wallet
from premium.accounts.sessions import Sessions
from premium.accounts.store import WalletStore
from premium.accounts.wallet_proofs import Proof, WalletProofs
from premium.chains.addresses import checksum
from premium.errors import Conflict, InvalidInput, RateLimited, Unauthenticated, UpstreamUnavailable
from premium.siwe.rules import Origin

if TYPE_CHECKING:
    from premium.accounts.store.wallets import Opens
    from premium.limits import Limiter

STATEMENT = "Sign in to Premium DeFi. This sends no transaction and costs nothing."
AMR = ("wallet",)
ATTEMPTS_OF_ADDRESS = 10
ATTEMPTS_OF_IP = 30
"""A minute, both."""
MAX_WALLETS = 20


@dataclass(frozen=True)
class Challenge:
    """What a wallet's message must hold."""

    nonce: str
    domain: str
    statement: str
    issued_at: datetime
    expires_at: datetime
    address: str | None = None
    """The wallet that asked, with its checksum."""


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Bound how often somebody may try to log in."""

    limiter: Limiter

    def of_ip(self, ip: str, *, needed: bool = True) -> None:
        """Count an attempt of a source address; RateLimited over 30 a minute.

        UpstreamUnavailable where it cannot be counted, unless it need not be.
        """
        self._count(f"login-ip:{ip}", ATTEMPTS_OF_IP, needed=needed)

    def of_address(self, address: str) -> None:
        """Count an attempt for a wallet or an e-mail address; RateLimited over ten a minute."""
        self._count(f"login-address:{address.lower()}", ATTEMPTS_OF_ADDRESS)

    def of_code(self, user_id: UUID) -> None:
        """Count a code that is tried for a user; RateLimited over ten a minute."""
        self._count(f"login-code:{user_id}", ATTEMPTS_OF_ADDRESS)

    def _count(self, subject: str, most: int, *, needed: bool = True) -> None:
        state = self.limiter.check(subject, most, changes=True)
        if not state.known and not needed:
            return
        if not state.known:
            raise UpstreamUnavailable("Nobody can log in just now; try again in a moment")
        if not state.allowed:
            message = f"More than {most} attempts in a minute; try again in {state.retry_after} s"
            raise RateLimited(message, retry_after=state.retry_after)


@dataclass(frozen=True, kw_only=True)
class WalletLogins:
    """Give nonces, and take signed messages for sessions."""

    proofs: WalletProofs
    wallets: WalletStore
    sessions: Sessions
    attempts: Attempts

    def challenge(self, address: str | None, origin: str | None) -> Challenge:
        """Return a nonce for a wallet, or for any; InvalidInput for what is no address.

        `origin` is the page that asks, whose domain the message is to name.
        """
        try:
            wallet = None if address is None else checksum(address)
        except ValueError as error:
            raise InvalidInput(f"address: {error}", details={"address": str(error)}) from None
        if wallet is not None:
            self.attempts.of_address(wallet)
        ours = {f"{each.scheme}://{each.domain}": each.domain for each in self.proofs.origins}
        if not ours:
            raise UpstreamUnavailable("This stage has no page of its own yet: CORS_ORIGINS names none")
        nonce = self.proofs.nonces.issue(wallet)
        domain = ours.get(origin or "", next(iter(ours.values())))
        return Challenge(nonce.text, domain, STATEMENT, self.proofs.clock.now(), nonce.expires_at, wallet)

    def log_in(self, text: str, signature: str, *, ip: str, user_agent: str) -> tuple[Granted, bool, Proof]:
        """Return the tokens of a new session, and whether its user is new.

        InvalidInput, Unauthenticated, Forbidden, RateLimited or UpstreamUnavailable; only the last leaves the nonce.
        """
        with self.proofs.proven(text, signature, attempt=self.attempts.of_address) as proof:
            user_id, created = self._user(proof)
            self.wallets.logged_in(user_id, proof.address)
            opened = self.sessions.open(user_id, amr=AMR, ip=ip, user_agent=user_agent)
        return opened, created, proof

    def all(self, user_id: UUID) -> list[Wallet]:
        """Return the wallets that a user logs in with, the first one first."""
        return self.wallets.of_user(user_id)

    def add(self, user_id: UUID, text: str, signature: str) -> tuple[Wallet, bool]:
        """Let a user log in with another wallet; tell whether it is new.

        He proves it by a signed message. Conflict where it is another's, or he has 20; all else as `log_in`.
        """
        with self.proofs.proven(text, signature, attempt=self.attempts.of_address) as proof:
            made = self.wallets.add(user_id, proof.address, proof.kind, proof.chain_id, room=MAX_WALLETS)
        if made is not None:
            return made, True
        own = [each for each in self.all(user_id) if each.address.lower() == proof.address.lower()]
        if not own:
            raise Conflict("This wallet belongs to another user", details={"address": "taken"})
        return own[0], False

    def remove(self, user_id: UUID, external_id: str, wallet_id: UUID, *, other: Opens) -> Wallet:
        """Remove a wallet, whose logins are refused from then on.

        `other` tells what else logs him in. NotFound for another's, Conflict for the only way in. Sessions that it
        opened last: log them out.
        """
        if not external_id.startswith(OWN_SUBJECT):
            return self.wallets.remove(user_id, wallet_id, other=lambda *_: True)  # the free platform's token does
        return self.wallets.remove(user_id, wallet_id, other=other)

    def _user(self, proof: Proof) -> tuple[UUID, bool]:
        known = self.wallets.owner(proof.address)
        if known is None:
            subject = f"{OWN_SUBJECT}{uuid4().hex}"
            if self.wallets.add_user(subject, proof.address, proof.kind, proof.chain_id):
                created = self.wallets.owner(proof.address)
                if created is not None:
                    return created.user_id, True
            known = self.wallets.owner(proof.address)
        if known is None:
            raise UpstreamUnavailable("The user could not be made just now")
        # Whoever can put a contract at an address of one chain need not be its owner on another.
        if known.kind != proof.kind or (proof.kind == "contract" and known.chain_id != proof.chain_id):
            raise Unauthenticated(
                "The login is refused: this wallet was proven in another way, or on another chain",
                details={"rule": "mismatch", "chainId": "not the chain of the wallet's first proof"},
            )
        return known.user_id, False


def origins_of(text: str) -> tuple[Origin, ...]:
    """Return CORS_ORIGINS as the pages whose logins are taken."""
    parts = [urlsplit(each.strip()) for each in text.split(",") if each.strip()]
    return tuple(Origin(each.scheme, each.netloc) for each in parts if each.scheme and each.netloc)
