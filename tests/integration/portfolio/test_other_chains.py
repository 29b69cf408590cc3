"""Wallets of Bitcoin and Solana from the request to the statement; keys encrypted, and shown nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from solders.keypair import Keypair

from local.postgres import SUPERUSER
from local.redis import Redis
from premium.bootstrap import Platform
from premium.chains.bitcoin.address import address_of
from premium.errors import Conflict, InvalidInput
from premium.jobs.model import JobKind
from premium.portfolio.keys import secrets_of
from premium.portfolio.service import AskedKey, Portfolios
from premium.portfolio.store import Stores
from premium.prices import market as markets
from premium.tiers import Tier
from tests.factories.esplora import GENESIS, EsploraServer, Ledger
from tests.factories.solana import server as solana
from tests.factories.solana.cluster import SOL, Cluster
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.bitcoin.test_reading import NETWORK, XPUB, ZPUB, scripts
from tests.integration.portfolio.platforms import context, platform
from tests.integration.portfolio.servers import serving
from tests.integration.portfolio.test_refresh import run

pytestmark = pytest.mark.integration
XPRV = ("xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBx"
        "rMPHi")  # fmt: skip
OWNER = Keypair.from_seed(bytes(range(32)))
NATIVE = "0x" + "0" * 40


class Secrets:
    """A stage's secret, which may be rotated."""

    def __init__(self) -> None:
        self.fields = {"value": "first"}

    def read(self, arn: str) -> dict[str, str]:
        assert arn == "credentials"
        return self.fields


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger()
    made.mine(5)
    return made


@pytest.fixture
def cluster_url() -> Iterator[str]:

    def fill(cluster: Cluster) -> None:
        cluster.at(slot=900, epoch=9, unix=1_700_000_000)
        cluster.pay(OWNER.pubkey(), 5 * SOL)
        mint = cluster.mint(6)
        cluster.give(cluster.hold(OWNER.pubkey(), mint), mint, 12_500_000)
        cluster.stake(OWNER.pubkey(), 10 * SOL, delegated=9 * SOL, activated=3)

    with solana.served(fill) as url:
        yield url


@pytest.fixture
def price_url() -> str | None:
    """Of a provider of prices: there is none."""
    return None


@pytest.fixture
def stores(  # noqa: PLR0917 - fixtures
    postgres: Databases,
    redis_server: Redis,
    tmp_path: Path,
    ledger: Ledger,
    cluster_url: str,
    monkeypatch: pytest.MonkeyPatch,
    price_url: str | None,
) -> Iterator[tuple[Platform, Platform, Databases, Secrets]]:
    server = EsploraServer(ledger)
    # One thread answers for the cluster: on a busy machine that takes longer than a chain has.
    monkeypatch.setattr(markets, "CHAIN_DEADLINE", 30.0)

    def respond(path: str, _: bytes) -> tuple[int, bytes]:
        answer = server.answer(path)
        return answer.status_code, answer.content

    with serving(respond) as esplora:
        path, secrets = tmp_path / "chains.json", Secrets()
        network = NETWORK.model_dump(mode="json") | {"checkpoint": {"height": 0, "hash": GENESIS}}
        bitcoin = {"name": "bitcoin", "rpc": [esplora.url], "network": network, "max_head_age_seconds": None}
        cluster = {"name": "solana", "rpc": [cluster_url], "max_head_age_seconds": None}
        path.write_text(json.dumps({"active": ["bitcoin", "solana"], "chains": [bitcoin, cluster]}))
        more = {"credential_secret_arn": "credentials", "price_api_url": price_url}
        worker, function = (platform(postgres, redis_server, path, f"premium_{r}", **more) for r in ("worker", "app"))
        for each in (worker, function):
            each.__dict__["secrets"] = secrets
        yield worker, function, postgres, secrets
        worker.close()
        function.close()


Made = tuple[Platform, Platform, Databases, Secrets]


def portfolios(at: Platform) -> Portfolios:
    more = {"jobs": None, "measures": None, "names": None}  # nothing here asks for them
    return Portfolios(stores=Stores.of(at), clock=at.clock, secrets=secrets_of(at), **more)  # type: ignore[arg-type]


def watch_key(stores: Made, user: UUID, key: str = ZPUB, field: str = "xpub") -> Any:
    asked = AskedKey(field, key, 20)
    return portfolios(stores[1]).watch_key(user, asked, None, [], stores[1].chains, tier=Tier.PRO)


def watch_any(stores: Made, user: UUID, given: str, field: str) -> Any:
    if field != "address":
        return watch_key(stores, user, given, field)
    return portfolios(stores[1]).watch(user, given, None, [], stores[1].chains, tier=Tier.PRO)


def kept(stores: Made) -> list[Any]:
    with psycopg.connect(stores[2].url("premium", SUPERUSER)) as connection:
        return connection.execute("SELECT address, sealed_key::text, * FROM portfolio_wallets").fetchall()


def test_a_refresh_states_what_bitcoin_and_solana_hold(stores: Made, ledger: Ledger, add_user: AddUser) -> None:
    worker, function, _, _ = stores
    user, single = add_user(), address_of(scripts(XPUB, 4, 1)[0], NETWORK)
    key = watch_key(stores, user)
    for address in (single, str(OWNER.pubkey())):
        portfolios(function).watch(user, address, None, [], function.chains, tier=Tier.PRO)
    ledger.pay([(scripts(ZPUB, 0, 8)[7], 250_000_000), (scripts(ZPUB, 1, 1)[0], 1)])
    ledger.pay([(scripts(XPUB, 4, 1)[0], 40)], earned=True)
    run(context(worker, user))
    answer = portfolios(function).current(user, function.chains).answer
    held = {(row["wallet"], row["asset"], row["role"], row.get("state")): row["units"] for row in answer["holdings"]}
    coin, sol = f"bitcoin:{NATIVE}", f"solana:{NATIVE}"
    assert held.pop((key.address, coin, "held", None)) == "250000001"
    assert held.pop((single, coin, "asset", "locked")) == "40", "earned a block ago"
    me = str(OWNER.pubkey())
    assert held.pop((me, sol, "held", None)) == str(5 * SOL)
    rent = 2_282_880
    assert held.pop((me, sol, "asset", "locked")) == str(9 * SOL + rent)
    assert held.pop((me, sol, "asset", None)) == str(SOL - rent), "what is free has no state of its own"
    assert list(held.values()) == ["12500000"]
    assert {(row["wallet"], row["chain"], row["status"]) for row in answer["coverage"]} == {
        (key.address, "bitcoin", "fresh"), (single, "bitcoin", "fresh"), (me, "solana", "fresh"),
    }  # fmt: skip
    assert any("compressed NFTs" in row["text"] for row in answer["findings"])


def test_flows_of_a_key_close_between_two_refreshes(stores: Made, ledger: Ledger, add_user: AddUser) -> None:
    worker, function, _, _ = stores
    user, mine = add_user(), scripts(ZPUB, 0, 3)
    watch_key(stores, user)
    first = ledger.pay([(mine[0], 1_000)])
    run(context(worker, user))
    ledger.pay([(b"\x00\x14" + bytes(20), 600), (mine[1], 390)], [(first, 0)])
    ledger.pay([(mine[2], 50)])
    run(context(worker, user))
    rows = Stores.of(function).flows.page(user, 10, None, kinds=[], asset=None)
    assert {(row.kind, int(row.units)) for row in rows} == {("withdrawal", -600), ("gas", -10), ("deposit", 50)}


@pytest.mark.parametrize(("field", "key"), [("xpub", ZPUB), ("descriptor", f"wpkh({XPUB}/<0;1>/*)")])
def test_a_key_is_encrypted_and_stands_nowhere(
    stores: Made, add_user: AddUser, caplog: pytest.LogCaptureFixture, field: str, key: str
) -> None:
    caplog.set_level(logging.DEBUG)
    user, other = add_user(), add_user()
    made = watch_key(stores, user, key, field)
    with pytest.raises(Conflict, match="watched already") as refused:
        watch_key(stores, user, f"  {key}\n", field)
    theirs = watch_key(stores, other, key, field)
    assert made.address != theirs.address, "two users of one key cannot be told by its name"
    run(context(stores[0], user))
    part = (XPUB if "(" in key else ZPUB)[20:60]
    told = f"{made!r} {refused.value.details} {caplog.text} {kept(stores)}"
    assert part not in told
    assert part.encode().hex() not in told
    with psycopg.connect(stores[2].url("premium", SUPERUSER)) as connection:
        connection.execute("SELECT set_config('app.current_user_id', %s, false)", [str(user)])
        (shown,) = connection.execute("SELECT personal_rows('portfolio_wallets', 'user_id')").fetchall()
    assert "sealed_key" not in shown[0]
    assert shown[0]["form"] == made.form


class Started:
    """Jobs that are started, and not carried out."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def start(self, kind: JobKind[Any], _: object, **__: Any) -> None:
        self.kinds.append(kind.name)


def test_another_gap_limit_has_the_key_read_anew(stores: Made, ledger: Ledger, add_user: AddUser) -> None:
    worker, function, _, _ = stores
    user, mine = add_user(), scripts(ZPUB, 0, 61)
    key = watch_key(stores, user)
    for place, units in ((0, 1), (30, 20), (60, 300)):  # 29 unused ones between: more than the gap of 20
        ledger.pay([(mine[place], units)])
    run(context(worker, user))
    uses, jobs = portfolios(function), Started()
    uses.__dict__["jobs"] = jobs

    def held() -> list[str]:
        return [row["units"] for row in uses.current(user, function.chains).answer["holdings"]]

    assert held() == ["1"]
    for gap, started in ((20, []), (30, ["portfolio.refresh"]), (None, ["portfolio.refresh"])):
        changed = uses.change_wallet(user, key.id, "Cold", [], function.chains, gap, request_id="r")
        assert (changed.gap_limit, jobs.kinds) == (gap or 30, started)
    run(context(worker, user))
    assert held() == ["321"]


def test_a_rotated_secret_opens_former_keys_and_a_refresh_encrypts_them_anew(
    stores: Made, ledger: Ledger, add_user: AddUser
) -> None:
    worker, function, _, secrets = stores
    user = add_user()
    key = watch_key(stores, user)
    ledger.pay([(scripts(ZPUB, 0, 1)[0], 7)])
    former = kept(stores)[0][1]
    secrets.fields = {"value": "second", "previous": "first"}
    run(context(worker, user))
    assert kept(stores)[0][1] != former
    secrets.fields = {"value": "second"}
    run(context(worker, user))
    assert portfolios(function).current(user, function.chains).answer["holdings"][0]["wallet"] == key.address


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("address", ZPUB, "this is an extended public key: give it as `xpub` or `descriptor`"),
        ("address", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyv", "the checksum is wrong"),
        ("address", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "the checksum is wrong"),
        ("address", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "a program or a token of Solana"),
        ("address", "LM2WMpR1Rp6j3Sa59cMXMs1SPzj9eXpGc1", "reads none of the chains of this wallet (litecoin)"),
        ("address", "0x52908400098527886E0F7030069857D2E4169EE7", "reads none of the chains of this wallet"),
        ("xpub", XPRV, "this is a private key"),
        ("xpub", ZPUB[:-1] + "t", "the checksum is wrong"),
        ("xpub", f"wpkh({XPUB}/0/*)", "is to be a descriptor"),
        ("descriptor", XPUB, "is to be a xpub"),
        ("descriptor", f"wpkh({XPUB}/0/*)#aaaaaaaa", "the descriptor's checksum is wrong"),
        ("descriptor", "wpkh(KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn)", "this is a private key"),
        ("descriptor", f"wsh(and_v(v:pk({XPUB}),older(9)))", "no descriptor of a kind that is read here"),
        ("descriptor", " ".join(["river", "stone"] * 6), "a seed phrase"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named_and_not_repeated(
    stores: Made, add_user: AddUser, field: str, given: str, said: str
) -> None:
    user = add_user()
    with pytest.raises(InvalidInput) as refused:
        watch_any(stores, user, given, field)
    told = f"{refused.value.message} {refused.value.details}"
    assert said in told
    assert given.startswith("0x") or given[4:30] not in told
    assert kept(stores) == []
