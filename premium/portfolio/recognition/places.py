"""Say on which chains a wallet may be watched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from premium.chains.model import ChainKind
from premium.chains.registry import Registry
from premium.errors import InvalidInput
from premium.portfolio.recognition.wallets import homes


class Placed(Protocol):
    """A wallet, watched or about to be."""

    @property
    def kind(self) -> ChainKind:
        """Whose chains it can be on."""
        ...

    @property
    def form(self) -> str:
        """An address, or which key it is."""
        ...

    @property
    def address(self) -> str:
        """As its chain writes it."""
        ...


def check_chains(given: Placed, chains: Sequence[str], registry: Registry) -> None:
    """Refuse chains whose balances would never be read: they would look like an empty wallet."""
    for place, name in enumerate(chains):
        if wrong := registry.unread(name):
            raise InvalidInput.about(f"chains.{place}", wrong)
        if not homes(given.kind, given.form, given.address, [registry[name]]):
            raise InvalidInput.about(f"chains.{place}", f"this wallet cannot be on {name}")
    if not registry.active:
        raise InvalidInput.about("chains", "this stage reads no chain: GET /v1/chains lists them")
    if not homes(given.kind, given.form, given.address, registry.active):
        known = homes(given.kind, given.form, given.address, registry)
        text = f"this stage reads none of the chains of this wallet ({', '.join(known)}): GET /v1/chains lists them"
        raise InvalidInput.about("chains", text)
