"""Wallets given by a name of ENS: ENS' own registry and resolver say whose it is; what goes elsewhere is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from ens.utils import normal_name_to_hash

from local.evm import Evm
from local.market import Market
from local.postgres import SUPERUSER
from local.redis import Redis
from premium.asks.answers import answer_asks
from premium.asks.line import DATABASE, Line
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.errors import Conflict, InvalidInput, UpstreamUnavailable
from premium.portfolio.model import Wallet
from premium.portfolio.onchain import names
from premium.portfolio.service import Portfolios
from premium.portfolio.uses.wallets import LINE
from premium.tiers import Tier
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.portfolio.platforms import Jobs, platform
from tests.integration.portfolio.test_contracts import _code, _label, _offchain_lookup

pytestmark = pytest.mark.integration


class Stop:
    wanted = False

    def wait(self, _: float) -> bool:
        return self.wanted


@dataclass
class Ens:
    """A registry whose names the node's first account owns."""

    evm: Evm
    registry: str
    resolver: str
    owner: str

    def own(self, name: str) -> bytes:
        """Register each part of a name, the last first; return its node."""
        parts = name.split(".")
        for start in range(len(parts) - 1, -1, -1):
            above = ".".join(parts[start + 1 :])
            parent = bytes(normal_name_to_hash(above)) if above else bytes(32)
            words = calldata("setSubnodeOwner(bytes32,bytes32,address)", parent, _label(parts[start]), self.owner)
            send(self.evm, self.registry, words)
        return bytes(normal_name_to_hash(name))

    def give(self, name: str, address: str | None, resolver: str | None = None) -> None:
        node = self.own(name)
        send(self.evm, self.registry, calldata("setResolver(bytes32,address)", node, resolver or self.resolver))
        if address is not None:
            send(self.evm, self.resolver, calldata("setAddr(bytes32,address)", node, address))


@pytest.fixture
def ens(evm: Evm) -> Ens:
    registry = checksum(deploy(evm, _code("@ensdomains/ens", "ENSRegistry")))
    resolver = checksum(deploy(evm, _code("@ensdomains/resolver", "PublicResolver"), ("address",), (registry,)))
    return Ens(evm, registry, resolver, checksum(account(evm, 0)))


@dataclass
class Stage:
    user: UUID
    function: Platform
    worker: Platform
    postgres: Databases

    def watch(self, address: str, chains: tuple[str, ...] = ()) -> Wallet:
        asked = (self.user, address, None, chains, self.function.chains)
        return Portfolios.of(self.function).watch(*asked, tier=Tier.PRO)

    def refused(self, address: str) -> str:
        with pytest.raises(InvalidInput) as error:
            self.watch(address)
        return error.value.message

    def a_day_later(self) -> dict[str, int]:
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            connection.execute("UPDATE portfolio_wallets SET name_checked_at = name_checked_at - interval '25 h'")
        return names.look_up(self.worker)

    def told(self) -> list[tuple[str, str]]:
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            return connection.execute("SELECT kind, title FROM notices ORDER BY created_at").fetchall()


@pytest.fixture
def stage(  # noqa: PLR0917 - all that a stage consists of
    postgres: Databases, redis_server: Redis, tmp_path: Path, market: Market, ens: Ens, add_user: AddUser
) -> Iterator[Stage]:
    file = tmp_path / "chains.json"
    content = market.chains_file(ens.evm.url)
    content["chains"][0]["ens"] = ens.registry
    file.write_text(json.dumps(content))
    made = [platform(postgres, redis_server, file, role) for role in ("premium_app", "premium_worker")]
    made[0].__dict__["jobs"] = Jobs()
    stop, line = Stop(), Line(made[1].redis(DATABASE), LINE)
    runner = threading.Thread(target=answer_asks, args=(line, names.Desk(made[1]).answer, stop), kwargs={"threads": 2})
    line.sign()
    runner.start()
    yield Stage(add_user(), made[0], made[1], postgres)
    stop.wanted = True
    runner.join(10)
    for each in made:
        each.close()


def test_a_name_is_watched_as_the_address_that_it_has(stage: Stage, ens: Ens, market: Market) -> None:
    ens.give("premium.eth", market.wallet)
    made = stage.watch("  Premium.ETH ")
    assert (made.address, made.name, made.name_address) == (market.wallet, "premium.eth", market.wallet)
    with pytest.raises(Conflict):
        stage.watch(market.wallet)
    with pytest.raises(InvalidInput, match="no chain is called"):
        stage.watch("premium.eth", chains=("etherum",))


def test_what_has_no_address_is_refused_by_its_reason(stage: Stage, ens: Ens, evm: Evm) -> None:
    ens.own("nobody.eth")
    ens.give("empty.eth", None)
    lookup = _offchain_lookup("http://127.0.0.1:9")
    offchain, legacy = checksum("0x" + "0f" * 20), checksum("0x" + "0e" * 20)
    evm.call("anvil_setCode", offchain, _extended(bytes.fromhex("556f1830") + lookup))
    evm.call("anvil_setCode", legacy, "0x60006000fd")
    ens.give("far.eth", None, resolver=offchain)
    ens.give("broken.eth", None, resolver=legacy)
    assert "has no resolver" in stage.refused("nobody.eth")
    assert "has no resolver" in stage.refused("never-registered.eth")
    assert "has no address on Ethereum" in stage.refused("empty.eth")
    assert "off the chain (EIP-3668)" in stage.refused("far.eth")
    assert "off the chain (EIP-3668)" in stage.refused("below.far.eth")
    assert "of its own" in stage.refused("below.empty.eth")
    assert "has no address on Ethereum" in stage.refused("broken.eth")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("vit\u0430lik.eth", "no name of ENS"),  # a Cyrillic letter among Latin ones
        ("vita\u200blik.eth", "name vitalik.eth has no resolver"),  # what nobody sees is left out (ENSIP-15)
        ("vita lik.eth", "no name of ENS"),
        ("<script>.eth", "no name of ENS"),
        ("..eth", "no name of ENS"),
        (".eth", "no name of ENS"),
        ("a" * 64 + ".eth", "63 bytes"),
        ("a." * 200 + "eth", "255 characters"),
        ("vitalik.sol", "only those of ENS"),
        ("abandon " * 11 + "about.eth", "no name of ENS"),
    ],
)
def test_hostile_names_are_refused_and_never_repeated(stage: Stage, name: str, why: str) -> None:
    said = stage.refused(name)
    assert why in said
    assert "\u200b" not in said
    assert "abandon" not in said


def test_a_name_that_goes_elsewhere_is_told_and_not_followed(stage: Stage, ens: Ens, market: Market) -> None:
    ens.give("premium.eth", market.wallet)
    stage.watch("premium.eth")
    assert names.look_up(stage.worker) == {"names": 0, "moved": 0}, "not due before a day"
    assert stage.a_day_later() == {"names": 1, "moved": 0}
    thief = checksum("0x" + "66" * 20)
    ens.give("premium.eth", thief)
    assert stage.a_day_later() == {"names": 1, "moved": 1}
    assert stage.a_day_later() == {"names": 1, "moved": 0}, "told once"
    (wallet,) = Portfolios.of(stage.function).watched(stage.user, 10, None)
    assert (wallet.address, wallet.name_address) == (market.wallet, thief)
    send(ens.evm, ens.registry, calldata("setResolver(bytes32,address)", ens.own("premium.eth"), "0x" + "00" * 20))
    assert stage.a_day_later()["moved"] == 1
    (wallet,) = Portfolios.of(stage.function).watched(stage.user, 10, None)
    assert (wallet.address, wallet.name_address) == (market.wallet, None)
    ens.give("premium.eth", market.wallet)
    assert stage.a_day_later()["moved"] == 1
    assert [title for _, title in stage.told()] == [
        "premium.eth goes elsewhere", "premium.eth goes elsewhere", "premium.eth is back",
    ]  # fmt: skip


def test_a_node_that_is_away_says_nothing_of_a_name(
    stage: Stage, ens: Ens, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    ens.give("premium.eth", market.wallet)
    stage.watch("premium.eth")

    async def away(*_: object) -> None:
        raise UpstreamUnavailable("nobody answers")

    monkeypatch.setattr(names, "address_of", away)
    assert stage.a_day_later() == {"names": 0, "moved": 0}
    with pytest.raises(UpstreamUnavailable):
        stage.watch("other.eth")
    assert stage.told() == []


def test_without_a_resident_or_a_chain_of_names_it_is_said(stage: Stage, ens: Ens) -> None:
    stage.worker.__dict__.pop("chains", None)
    file = Path(str(stage.worker.settings.chains_file))
    content = json.loads(file.read_text())
    del content["chains"][0]["ens"]
    file.write_text(json.dumps(content))
    assert "reads no chain with names" in stage.refused("premium.eth")
    assert ens.registry


def _extended(words: bytes) -> str:
    """Code of a resolver that says it has ENSIP-10, and reverts with these words to all else."""
    answers = "600035" + "60e01c" + "6301ffc9a714" + "60{place:02x}57"
    size = f"{len(words):04x}"
    head = len(bytes.fromhex(answers.format(place=0)))
    revert = f"61{size}8060{{start:02x}}6000396000fd"
    place = head + len(bytes.fromhex(revert.format(start=0)))
    yes = "5b600160005260206000f3"
    start = place + len(bytes.fromhex(yes))
    return "0x" + answers.format(place=place) + revert.format(start=start) + yes + words.hex()
