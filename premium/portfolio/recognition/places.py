"""Say on which chains a wallet may be watched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

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


class Watched(Placed, Protocol):
    """A wallet that is watched; on all of its chains where it names none."""

    @property
    def id(self) -> UUID:
        """The wallet's."""
        ...

    @property
    def chains(self) -> tuple[str, ...]:
        """Short names."""
        ...


class RefreshedPart(NamedTuple):
    """What a refresh is to read.

    The chains of these wallets, or these chains, or those that are both.
    """

    wallets: Sequence[UUID]
    chains: Sequence[str]
    registry: Registry

    def of(self, watched: Sequence[Watched]) -> tuple[str, ...]:
        """Return the chains that are read, each at one block for all of its wallets.

        InvalidInput for a wallet that is not watched, and for chains on which none of them is.
        """
        known = {wallet.id: wallet for wallet in watched}
        for place, wallet_id in enumerate(self.wallets):
            if wallet_id not in known:
                raise InvalidInput.about(f"wallets.{place}", "is none that you watch: GET /v1/portfolio/wallets")
        for place, name in enumerate(self.chains):
            if wrong := self.registry.unread(name):
                raise InvalidInput.about(f"chains.{place}", wrong)
        mine = [known[each] for each in self.wallets] or list(watched)
        found = {chain for wallet in mine for chain in self._places(wallet)}
        asked = found & set(self.chains) if self.chains else found
        if not asked:
            raise InvalidInput.about("chains", "none of these wallets is watched on any of these chains")
        return tuple(sorted(asked))

    def _places(self, wallet: Watched) -> Sequence[str]:
        active = {chain.name for chain in self.registry.active}
        named = wallet.chains or homes(wallet.kind, wallet.form, wallet.address, self.registry.active)
        return [chain for chain in named if chain in active]


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
