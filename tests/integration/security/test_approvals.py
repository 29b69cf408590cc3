"""Open allowances of a wallet on a real node, and the watch over who may take."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from handlers.security import handler
from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.security.store.watches import WatchStore
from premium.security.work.approvals import approvals
from premium.security.work.watch import look
from tests.factories.contracts import artifact_creation
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.factories.http import Answer, ask, verdict

pytestmark = pytest.mark.integration
OZ = "@openzeppelin/contracts/build/contracts/{}.json"
SPENDER = "0x" + "e2" * 20


def token_of(evm: Evm) -> str:
    kinds = ("string", "string", "uint256", "address")
    return deploy(evm, artifact_creation(OZ.format("ERC20PresetFixedSupply")), kinds, ("A", "A", 10**24, account(evm)))


def look_up(user: UUID, wallet: str) -> Answer:
    query = {"wallet": wallet, "chain": "local"}
    return ask(handler, "GET", "/v1/security/approvals", by=verdict(user, tier="pro"), query=query)


def test_allowances_are_listed_with_what_takes_them_back(platform: Platform, user: UUID, evm: Evm) -> None:
    token, wallet = token_of(evm), account(evm)
    send(evm, token, calldata("approve(address,uint256)", SPENDER, (1 << 256) - 1))
    other = "0x" + "e3" * 20
    send(evm, token, calldata("approve(address,uint256)", other, 5))
    send(evm, token, calldata("approve(address,uint256)", other, 0))
    first = look_up(user, wallet).data
    assert (first["approvals"], first["job"]["kind"]) == (None, "security.approvals")
    approvals(first["job"]["id"])
    told = look_up(user, wallet).data
    mine = [each for each in told["approvals"] if each["token"] == checksum(token)]
    assert [(each["spender"], each["unlimited"], each["exposure"]) for each in mine] == [
        (checksum(SPENDER), True, str(10**24))
    ]
    assert {"allowance_open", "approval_unlimited", "spender_account"} == {each["id"] for each in mine[0]["findings"]}
    revoke = mine[0]["revoke"]
    assert revoke["data"] == "0x" + calldata("approve(address,uint256)", SPENDER, 0).hex()
    send(evm, revoke["to"].lower(), bytes.fromhex(revoke["data"][2:]))
    platform.redis(3).delete(f"security:approvals:local:{wallet.lower()}")
    again = look_up(user, wallet).data
    assert again["job"]["id"] == first["job"]["id"], "one job in ten minutes"
    assert look_up(user, "0x12").status == 400


def test_a_new_implementation_is_told_once(platform: Platform, user: UUID, evm: Evm) -> None:
    admin = deploy(evm, artifact_creation(OZ.format("ProxyAdmin")))
    code = artifact_creation(OZ.format("ERC20PresetFixedSupply"))
    kinds = ("string", "string", "uint256", "address")
    one, two = (deploy(evm, code, kinds, (name, name, 1, account(evm))) for name in "AB")
    creation = artifact_creation(OZ.format("TransparentUpgradeableProxy"))
    proxy = checksum(deploy(evm, creation, ("address", "address", "bytes"), (one, admin, b"")))
    WatchStore(platform.worker_database).add(user, "local", [proxy], "approved")
    assert look(platform, "local", proxy) == 0, "the first look only learns"
    assert look(platform, "local", proxy) == 0
    send(evm, admin, calldata("upgrade(address,address)", proxy.lower(), two))
    assert look(platform, "local", proxy) == 1
    assert look(platform, "local", proxy) == 0
    with platform.worker_database.transaction() as connection:
        rows = connection.execute("SELECT kind, text FROM notices WHERE user_id = %s", (user,)).fetchall()
    assert [(each["kind"], checksum(two) in each["text"]) for each in rows] == [("security.changed", True)], json.dumps(
        [each["text"] for each in rows]
    )
