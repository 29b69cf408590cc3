"""Proxies of a chain: what they run is read at the node, and transactions are judged by it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.rpc import Rpc
from premium.security.knowledge.known import Knowledge
from premium.security.labelled import Labels
from premium.security.onchain.learned import Learned, learn
from premium.security.onchain.surroundings import knowledge, labelled
from premium.security.work.judge import judge
from tests.factories.contracts import artifact_creation
from tests.factories.contracts.deployment import account, deploy, send

pytestmark = pytest.mark.integration
OZ = "@openzeppelin/contracts/build/contracts"


def node(platform: Platform) -> Callable[[httpx.AsyncClient], Rpc]:
    return lambda client: platform.market(client).rpc("local", deadline=5)


def learned(platform: Platform, *addresses: str) -> Learned:
    found = learn(node(platform), [each.lower() for each in addresses], (), None, 5)
    assert found.missing == ()
    return found


@pytest.fixture
def logic(evm: Evm) -> str:
    return deploy(evm, artifact_creation(f"{OZ}/ERC20PresetMinterPauser.json"), ("string", "string"), ("A", "A"))


def minimal(evm: Evm, logic: str) -> str:
    code = f"363d3d373d3d3d363d73{logic[2:]}5af43d82803e903d91602b57fd5bf3"
    return deploy(evm, bytes.fromhex(f"602d600c600039602d6000f3{code}"))


def test_every_kind_of_proxy_is_resolved(platform: Platform, evm: Evm, logic: str) -> None:
    upgradeable = deploy(evm, artifact_creation(f"{OZ}/ERC1967Proxy.json"), ("address", "bytes"), (logic, b""))
    admin = account(evm, 3)
    transparent = deploy(
        evm, artifact_creation(f"{OZ}/TransparentUpgradeableProxy.json"), ("address", "address", "bytes"),
        (logic, admin, b""),
    )  # fmt: skip
    beacon = deploy(evm, artifact_creation(f"{OZ}/UpgradeableBeacon.json"), ("address",), (logic,))
    behind_beacon = deploy(evm, artifact_creation(f"{OZ}/BeaconProxy.json"), ("address", "bytes"), (beacon, b""))
    clone = minimal(evm, logic)
    # What keeps its singleton in the first slot, as Safe's proxies do.
    single = deploy(
        evm,
        bytes.fromhex(f"73{logic[2:]}5f556016601f5f3960165ff3" + "365f5f375f5f365f5f545af43d5f5f3e3d5ff3" + "000000"),
    )
    proxies = [upgradeable, transparent, behind_beacon, clone, single]
    found = learned(platform, *proxies, logic, admin)
    assert {each.lower(): found.behind.get(each.lower()) for each in proxies} == dict.fromkeys(
        map(str.lower, proxies), logic.lower()
    )
    assert found.behind.keys() == {each.lower() for each in proxies}
    assert isinstance(found.code[logic.lower()], bytes)


def test_an_upgrade_is_seen_and_a_listed_implementation_told(platform: Platform, evm: Evm, logic: str) -> None:
    other = deploy(
        evm,
        artifact_creation(f"{OZ}/ERC20PresetFixedSupply.json"),
        ("string", "string", "uint256", "address"),
        ("B", "B", 5, account(evm)),
    )
    beacon = deploy(evm, artifact_creation(f"{OZ}/UpgradeableBeacon.json"), ("address",), (logic,))
    proxy = deploy(evm, artifact_creation(f"{OZ}/BeaconProxy.json"), ("address", "bytes"), (beacon, b""))
    assert learned(platform, proxy).behind[proxy.lower()] == logic.lower()
    send(evm, beacon, bytes.fromhex("3659cfe6" + other[2:].rjust(64, "0")))
    found = learned(platform, proxy)
    assert found.behind[proxy.lower()] == other.lower()
    labels = Labels.of(platform, by_operator=True)
    labels.take("ours", f"address,chain,kind\n{other},all,drainer\n".encode(), platform.chains, shape="csv")
    said = labelled(labels, [proxy.lower(), *found.behind.values()], 31337)
    known: Knowledge = knowledge(found, said, 31337)
    assert known.listed_behind(proxy.lower()) == other.lower()
    told = judge(platform, "local", proxy, contract=True).told
    assert (told["verdict"], "clone_of_listed" in {each["id"] for each in told["findings"]}) == ("malicious", True)
