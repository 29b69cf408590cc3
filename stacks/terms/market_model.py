"""Where a stage's prices, blocks and exchange rates come from."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from stacks.terms.model import Model

_CHAINS = Path(__file__).parents[2] / "premium" / "chains" / "chains.json"
_NODES_A_CHAIN = 5
_MARKET_SECRETS = 40
_LIKE_AN_ENDING = re.compile(r"-[A-Za-z0-9]{6}$")


def _plain_name(name: str) -> str:
    """Refuse what Secrets Manager itself would take for the ending of an ARN."""
    if _LIKE_AN_ENDING.search(name):
        raise ValueError(f"{name!r} ends like an ARN of Secrets Manager (a hyphen and six letters): name it otherwise")
    return name


SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,256}$"), AfterValidator(_plain_name)]


class Prices(Model):
    """The price provider: its address, and the name of its key's secret.

    The secret is `{"key": "…"}`.
    `{key}` in the address is where the key goes; without it the key is sent as `Authorization: Bearer`.
    """

    url: str = Field(pattern=r"^https://[A-Za-z0-9.-]+(:443)?(/[A-Za-z0-9._~{}/-]*)?$", max_length=300)
    secret: SecretName | None = None

    @model_validator(mode="after")
    def _key(self) -> Self:
        if ("{" in self.url or "}" in self.url) and (self.url.count("{") != 1 or "{key}" not in self.url):
            raise ValueError("url: `{key}` is the only word in braces, and stands once")
        if "{key}" in self.url and self.secret is None:
            raise ValueError("url asks for a key: name its entry of Secrets Manager as `secret`")
        return self


class Market(Model):
    """Where prices and blocks come from: a provider, and nodes of each chain.

    `nodes` are names of secrets `{"url": "https://…"}` by chain.
    Nodes are asked in the order given, the next where one fails.
    """

    prices: Prices | None = None
    coingecko: Prices | None = None
    """A second provider, which speaks CoinGecko's API; its key is sent in the header that it asks for."""
    nodes: dict[str, tuple[SecretName, ...]] = Field(default_factory=dict)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the names of all entries, once each."""
        names = [name for several in self.nodes.values() for name in several]
        keys = [each.secret for each in (self.prices, self.coingecko) if each and each.secret]
        return tuple(dict.fromkeys([*names, *keys]))

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = {entry["name"] for entry in json.loads(_CHAINS.read_text("utf-8"))["chains"]}
        for chain, names in self.nodes.items():
            if chain not in known:
                near = get_close_matches(chain, known, 1)
                raise ValueError(f"nodes: no chain is called {chain!r}" + (f"; {near[0]!r}?" if near else ""))
            if not 1 <= len(set(names)) == len(names) <= _NODES_A_CHAIN:
                raise ValueError(f"nodes: {chain} names one to {_NODES_A_CHAIN} entries, each once")
        if len(self.secrets) > _MARKET_SECRETS:
            raise ValueError(
                f"{len(self.secrets)} entries of Secrets Manager; a role's policy has room for {_MARKET_SECRETS}"
            )
        return self


class ExchangeRates(Model):
    """Where exchange rates are fetched from, and whose count first.

    `url` is a folder with the European Central Bank's documents; None fetches nothing. `sources` are `ecb`, `stated`
    and the names that authorities' rates are loaded under.
    """

    url: str | None = Field(default="https://www.ecb.europa.eu/stats/eurofxref", pattern=r"^https://[^\s{}?#]{4,300}$")
    sources: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], ...] = Field(
        default=("stated", "ecb"), min_length=1, max_length=10
    )
