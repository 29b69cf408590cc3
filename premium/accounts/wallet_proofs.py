"""Prove by a signed message of EIP-4361 whose wallet it is.

All that can be wrong is looked at in one order, and the first that fails is told. A nonce is spent by the first message
that can be read, right or wrong; only what could not be judged leaves it unspent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Protocol

from premium.accounts.nonces import Nonce, Nonces
from premium.chains.model import Chain
from premium.clock import Clock
from premium.errors import InvalidInput, Unauthenticated, UpstreamUnavailable
from premium.siwe.contracts import WALLET_SIGNATURE_BYTES, Verdict
from premium.siwe.instants import instant_of
from premium.siwe.message import Malformed, Message, parse
from premium.siwe.rules import Failure, Origin, foreign, wrong_signer, wrong_time
from premium.siwe.signatures import WrongSignature, personal_hash, read_signature


class Wallets(Protocol):
    """Who asks contracts: `premium.accounts.onchain.wallets.ContractWallets`."""

    def judge(self, chain: Chain, wallet: str, digest: bytes, signature: bytes, /) -> Verdict:
        """Return what a wallet says of a signature."""
        ...


@dataclass(frozen=True)
class Proof:
    """A wallet that somebody holds, by its key or its contract's word."""

    address: str
    kind: Literal["eoa", "contract"]
    chain_id: int


@dataclass(frozen=True, kw_only=True)
class WalletProofs:
    """Judge signed messages."""

    nonces: Nonces
    origins: Collection[Origin]
    """Pages of the stage's own."""
    chains: Callable[[], Collection[Chain]]
    wallets: Callable[[], Wallets]
    clock: Clock

    @contextmanager
    def proven(self, text: str, signature: str, *, attempt: Callable[[str], None]) -> Iterator[Proof]:
        """Surround what follows from a proof; a 503 inside of it leaves the nonce unspent.

        `attempt` is told the address before anything is judged, and may refuse. InvalidInput for a text that is no
        message; Unauthenticated names the first rule that fails; UpstreamUnavailable where it could not be judged.
        """
        message = _read(text)
        attempt(message.address)
        chains = {each.chain_id: each for each in self.chains()}
        elsewhere = foreign(message, self.origins, chains)
        nonce = self.nonces.spend(message.nonce)
        try:
            _refuse(elsewhere)
            _refuse(_wrong_nonce(message, nonce))
            _refuse(wrong_time(message, instant_of(self.clock.now()), judge_issue=True))
            yield self._signed(message, text, signature, chains[message.chain])
        except UpstreamUnavailable:
            if nonce is not None:
                with suppress(UpstreamUnavailable):
                    self.nonces.put_back(nonce)
            raise

    def _signed(self, message: Message, text: str, signature: str, chain: Chain) -> Proof:
        failure = wrong_signer(message, text, signature)
        if failure is None:
            return Proof(message.address, "eoa", message.chain)
        try:
            raw = read_signature(signature)
        except WrongSignature:
            raise _refusal(failure) from None
        if len(raw) > WALLET_SIGNATURE_BYTES:
            raise _refusal(failure)
        said = self.wallets().judge(chain, message.address, personal_hash(text), raw)
        if said == "yes":
            return Proof(message.address, "contract", message.chain)
        if said == "no":
            failure = Failure("signer", "signature", f"the contract {message.address} does not take the signature")
        raise _refusal(failure)


def _read(text: str) -> Message:
    try:
        return parse(text)
    except Malformed as error:
        raise InvalidInput(f"message: {error}", details={"message": str(error), "field": error.field}) from None


def _wrong_nonce(message: Message, nonce: Nonce | None) -> Failure | None:
    if nonce is None:
        return Failure("nonce_spent", "nonce", "nonce was not given here, is spent, or is older than five minutes")
    if nonce.address is not None and nonce.address != message.address:
        return Failure("mismatch", "nonce", "nonce was given to another wallet")
    return None


def _refuse(failure: Failure | None) -> None:
    if failure is not None:
        raise _refusal(failure)


def _refusal(failure: Failure) -> Unauthenticated:
    return Unauthenticated(
        f"The login is refused: {failure.message}", details={"rule": failure.code, failure.field: failure.message}
    )
