"""Contracts on a real node, scanned through every proxy kind: what is found, and who holds the power."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from local.evm import CHAIN_ID, Evm
from local.redis import Redis as RedisServer
from premium.chains.addresses import checksum
from premium.chains.model import Chain
from premium.chains.rpc import Rpc
from premium.errors import Unprocessable, UpstreamUnavailable
from premium.security.model import ContractScan, Severity
from premium.security.onchain.current import current_scan
from premium.security.onchain.node import NodeReader
from premium.storage.cache import Cache
from tests.factories.contracts import Compiled, artifact_creation, renamed_word
from tests.factories.contracts.deployment import account, calldata, deploy, minimal_proxy, send

pytestmark = pytest.mark.integration

OZ = "@openzeppelin/contracts/build/contracts/{}.json"


@pytest.fixture
def chain(evm: Evm) -> Chain:
    native = {"symbol": "ETH", "decimals": 18}
    return Chain.model_validate(
        {"name": "local", "title": "Local", "chain_id": CHAIN_ID, "native": native, "rpc": [evm.url]}
    )


@pytest.fixture
def cache(redis_server: RedisServer) -> Iterator[Cache]:
    with Redis.from_url(f"{redis_server.url}/3") as client:
        yield Cache(client, "security-test")


def scanned(chain: Chain, address: str, cache: Cache) -> ContractScan:
    with NodeReader(lambda client: Rpc(chain, client)) as reader:
        return current_scan(chain.name, address, reader, cache)


def ids(scan: ContractScan) -> set[str]:
    return {one.id for one in scan.findings if one.severity is not Severity.INFO}


def started(evm: Evm, address: str) -> str:
    """Sets the owner in the proxy's storage."""
    send(evm, address, calldata(f"{renamed_word('start_')}(address)", account(evm, 1)))
    return address


def test_a_fixed_supply_token_is_clean_and_a_proxied_mintable_one_is_not(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    benign = scanned(chain, deploy(evm, built["FixedSupply"].creation), cache)
    implementation = deploy(evm, built["SelfUpgrading"].creation)
    proxy = started(evm, deploy(evm, built["StandardSlot"].creation, ("address",), (implementation,)))
    risky = scanned(chain, proxy, cache)
    assert (benign.risk_score, ids(benign), benign.standards) == (0, set(), ("ERC-20",))
    assert ids(risky) == {"mint", "upgradeable"}
    assert risky.risk_score > 60
    assert [hop.kind for hop in risky.proxies] == ["eip1967-uups"]
    assert all(one.holder == f"eoa {checksum(account(evm, 1))}" for one in risky.findings if one.id in ids(risky))


@pytest.mark.parametrize(("slot", "kind"), [("OldSlot", "zeppelinos"), ("FirstSlot", "singleton")])
def test_other_slots_lead_to_the_code_too(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled], *, slot: str, kind: str
) -> None:
    implementation = deploy(evm, built["StartedMint"].creation)
    proxy = started(evm, deploy(evm, built[slot].creation, ("address",), (implementation,)))
    found = scanned(chain, proxy, cache)
    assert [hop.kind for hop in found.proxies] == [kind]
    assert ids(found) == {"mint"}


def test_a_slot_of_its_own_is_followed_and_its_upgrade_found(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    implementation = deploy(evm, built["StartedFixed"].creation)
    proxy = started(evm, deploy(evm, built["OwnSlot"].creation, ("address",), (implementation,)))
    found = scanned(chain, proxy, cache)
    assert [hop.kind for hop in found.proxies] == ["custom"]
    assert ids(found) == {"upgradeable"}
    assert next(one for one in found.findings if one.id == "upgradeable").holder == f"eoa {checksum(account(evm))}"


def test_a_minimal_clone_is_its_implementation(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    clone = started(evm, deploy(evm, minimal_proxy(deploy(evm, built["StartedMint"].creation))))
    found = scanned(chain, clone, cache)
    assert [hop.kind for hop in found.proxies] == ["minimal"]
    assert ids(found) == {"mint"}


def test_a_transparent_proxy_is_held_by_the_owner_of_its_admin(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    admin = deploy(evm, artifact_creation(OZ.format("ProxyAdmin")))
    implementation = deploy(evm, built["StartedFixed"].creation)
    values = (implementation, admin, b"")
    creation = artifact_creation(OZ.format("TransparentUpgradeableProxy"))
    found = scanned(chain, deploy(evm, creation, ("address", "address", "bytes"), values), cache)
    assert [(hop.kind, hop.admin) for hop in found.proxies] == [("eip1967-transparent", checksum(admin))]
    upgrade = next(one for one in found.findings if one.id == "upgradeable")
    assert (upgrade.holder, upgrade.severity) == (f"eoa {checksum(account(evm))}", Severity.HIGH)


def test_a_beacon_can_be_turned_by_its_owner(evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]) -> None:
    implementation = deploy(evm, built["StartedFixed"].creation)
    beacon = deploy(evm, artifact_creation(OZ.format("UpgradeableBeacon")), ("address",), (implementation,))
    proxy = deploy(evm, artifact_creation(OZ.format("BeaconProxy")), ("address", "bytes"), (beacon, b""))
    found = scanned(chain, proxy, cache)
    assert [(hop.kind, hop.beacon) for hop in found.proxies] == [("beacon", checksum(beacon))]
    assert ids(found) == {"upgradeable"}
    upgrade = next(one for one in found.findings if one.id == "upgradeable")
    assert (upgrade.holder, upgrade.evidence[0].address) == (f"eoa {checksum(account(evm))}", checksum(beacon))


def test_a_diamond_is_the_sum_of_its_facets(evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]) -> None:
    facet = deploy(evm, built["StartedMint"].creation)
    selectors = [calldata(f"{renamed_word('start_')}(address)", account(evm))[:4]]
    diamond = started(evm, deploy(evm, built["Faceted"].creation, ("bytes4[]", "address"), (selectors, facet)))
    found = scanned(chain, diamond, cache)
    assert [hop.kind for hop in found.proxies] == ["diamond"]
    assert ids(found) == {"mint", "upgradeable"}


def test_a_proxy_of_a_proxy_is_followed_to_the_end(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    standard = deploy(evm, built["StandardSlot"].creation, ("address",), (deploy(evm, built["StartedMint"].creation),))
    clone = deploy(evm, minimal_proxy(standard))
    found = scanned(chain, clone, cache)
    assert next(hop.kind for hop in found.proxies) == "minimal"
    # The clone's own storage names no implementation: the inner proxy has nothing to run.
    assert ids(found) == {"opaque_proxy"}


def test_a_renounced_power_only_informs_and_the_remembered_scan_notices(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    token = deploy(evm, built["OwnerMint"].creation)
    before = scanned(chain, token, cache)
    assert scanned(chain, token, cache).findings == before.findings
    send(evm, token, calldata(f"{renamed_word('pass_')}(address)", "0x" + "0" * 40))
    after = scanned(chain, token, cache)
    assert (before.risk_score > 40, ids(before)) == (True, {"mint"})
    assert (after.risk_score, ids(after)) == (0, set())
    assert next(one for one in after.findings if one.id == "mint").holder == "renounced"
    assert after.block_number > before.block_number


def test_a_timelock_between_makes_a_power_milder(
    evm: Evm, chain: Chain, cache: Cache, built: dict[str, Compiled]
) -> None:
    me, kinds = account(evm), ("uint256", "address[]", "address[]", "address")
    timelock = deploy(evm, artifact_creation(OZ.format("TimelockController")), kinds, (86400, [me], [me], me))
    token = deploy(evm, built["OwnerMint"].creation)
    send(evm, token, calldata(f"{renamed_word('pass_')}(address)", timelock))
    mint = next(one for one in scanned(chain, token, cache).findings if one.id == "mint")
    assert (mint.holder, mint.severity) == (f"timelock {checksum(timelock)}", Severity.MEDIUM)


def test_an_account_without_code_is_told_so(evm: Evm, chain: Chain, cache: Cache) -> None:
    with pytest.raises(Unprocessable, match="has no code on local"):
        scanned(chain, account(evm), cache)


def test_a_dead_node_is_a_neighbours_failure(evm: Evm, chain: Chain, cache: Cache) -> None:
    nowhere = chain.model_copy(update={"rpc": ()})
    with pytest.raises(UpstreamUnavailable):
        scanned(nowhere, account(evm), cache)
