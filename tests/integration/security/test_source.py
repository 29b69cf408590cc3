"""The source of a contract over the API: kept, compiled in a job by the real compiler, and held against the code."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from handlers.security import handler
from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.jobs.model import JobRecord, JobStatus
from premium.security.compilers import languages
from premium.security.compilers.solc import compiled
from premium.security.sources import MAX_TEXT, source_key
from premium.security.work.scans import scan_source
from tests.factories.contracts.deployment import deploy
from tests.factories.http import Answer, ask, verdict

pytestmark = pytest.mark.integration
TEXT = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Till {
    address public owner;
    mapping(address => uint256) public kept;
    function put() external payable { kept[msg.sender] += msg.value; }
    function own(address to) external {
        owner = to;
    }
    function sweep() external {
        require(msg.sender == owner);
        payable(owner).transfer(address(this).balance);
    }
    function leave() external {
        (bool ok,) = msg.sender.call{value: kept[msg.sender]}("");
        require(ok);
        kept[msg.sender] = 0;
    }
}
"""


def start(user: UUID, address: str, source: dict[str, Any]) -> Answer:
    body = {"chain": "local", "address": address, "source": source}
    return ask(handler, "POST", "/v1/security/scan/contract", by=verdict(user, tier="pro"), body=body)


def scanned(platform: Platform, user: UUID, address: str, source: dict[str, Any]) -> dict[str, Any]:
    started = start(user, address, source)
    assert (started.status, started.data["kind"]) == (202, "security.scan_source"), started.text
    record = worked(platform, started.data["id"])
    assert record.status is JobStatus.DONE, record.error
    assert record.result is not None
    path = f"/v1/security/scans/{record.result['scan_id']}"
    return dict(ask(handler, "GET", path, by=verdict(user, tier="pro")).data)


def worked(platform: Platform, job_id: str) -> JobRecord:
    scan_source(job_id)
    return platform.jobs.store.get(UUID(job_id))


def deployed(evm: Evm, text: str = TEXT, name: str = "Till") -> str:
    made = compiled({"Till.sol": text}, {}, code=True)
    return deploy(evm, bytes.fromhex(made.output["contracts"]["Till.sol"][name]["evm"]["bytecode"]["object"]))


def test_code_and_source_say_one_fault_once(platform: Platform, user: UUID, evm: Evm) -> None:
    till = deployed(evm)
    told = scanned(platform, user, till, {"sources": {"Till.sol": TEXT}, "compiler": "0.8.28"})
    by_id = {each["id"]: each for each in told["findings"]}
    assert not {"source_differs", "source_access_control"} & by_id.keys()
    code, source = by_id["open_ownership"]["evidence"]
    assert (code["selector"], code["file"]) == ("0xf349e3e3", None)
    assert (code["address"], source["file"], source["line"]) == (checksum(till), "Till.sol", 8)
    (place,) = by_id["source_reentrancy"]["evidence"]
    assert (place["file"], place["line"], place["function"]) == ("Till.sol", 15, "Till.leave")
    said = told["details"]["source"]
    assert (said["compiled"]["version"], said["differs"], said["compiled"]["relaxed"]) == ("0.8.28", False, False)
    assert {each["check"] for each in said["faults"]} == {"open-owner", "call-before-write"}
    assert told["verdict"] == "danger"


def test_the_source_of_other_code_is_no_evidence(platform: Platform, user: UUID, evm: Evm) -> None:
    other = deployed(evm, TEXT.replace("owner = to;", "require(msg.sender == owner); owner = to;"))
    told = scanned(platform, user, other, {"sources": {"Till.sol": TEXT}, "compiler": "0.8.28"})
    ids = {each["id"] for each in told["findings"]}
    assert "source_differs" in ids
    assert not ids & {"open_ownership", "source_reentrancy", "source_access_control"}
    assert told["details"]["source"]["differs"] is True


def test_what_cannot_be_compiled_or_told_is_never_clear(platform: Platform, user: UUID, evm: Evm) -> None:
    text = "pragma solidity ^0.8.0; contract Till { uint256 public x; }"
    plain = deployed(evm, text)
    assert scanned(platform, user, plain, {"sources": {"T.sol": text}, "compiler": "0.8.28"})["verdict"] == "clear"
    for source, why in (
        ({"sources": {"T.sol": "contract {"}}, "was not compiled"),
        ({"sources": {"T.sol": 'import "https://x/a.sol"; contract Till {}'}}, "was not compiled"),
        ({"sources": {"T.sol": text}, "contract": "Nobody"}, "no contract Nobody"),
        ({"sources": {"T.sol": text.replace("x;", "x; uint256 public y;")}, "compiler": "0.8.20"}, "could not be told"),
    ):
        told = scanned(platform, user, plain, source)
        assert told["verdict"] == "unknown", source
        assert any(why in each for each in told["details"]["unknowns"]), told["details"]


def test_a_source_is_kept_once_and_a_wrong_one_is_refused(platform: Platform, user: UUID, evm: Evm) -> None:
    first = start(user, "0x" + "1" * 40, {"sources": {"T.sol": TEXT}})
    again = start(user, "0x" + "1" * 40, {"sources": {"T.sol": TEXT}})
    payloads = [platform.jobs.store.get(UUID(each.data["id"])).payload for each in (first, again)]
    assert payloads[0]["source"] == payloads[1]["source"]
    with platform.bucket("exports").open(source_key(user, payloads[0]["source"])) as file:
        assert json.loads(file.read())["sources"] == {"T.sol": TEXT}
    for source, field in (
        ({"sources": {}}, "source.sources"),
        ({"sources": {"T.sol": "x" * MAX_TEXT, "U.sol": "y"}}, "source.sources"),
        ({"sources": {"T.sol": TEXT}, "settings": {"outFile": "/etc/passwd"}}, "source.settings.outFile"),
        ({"sources": {"T.sol": 5}}, "source.sources"),
        ({"sources": {"T.sol": TEXT}, "path": "/etc/passwd"}, "source.path"),
    ):
        refused = start(user, "0x" + "1" * 40, source)
        assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT"), source
        assert any(name.startswith(field) for name in refused.error["details"]), refused.error


VYPER = """# pragma version ^0.4.0
owner: public(address)
held: public(HashMap[address, uint256])
@deploy
def __init__():
    self.owner = msg.sender
@external
@payable
def put():
    self.held[msg.sender] += msg.value
@external
def own(to: address):
    self.owner = to
@external
def sweep():
    assert msg.sender == self.owner
    send(self.owner, self.balance)
@external
def leave():
    raw_call(msg.sender, b"", value=self.held[msg.sender])
    self.held[msg.sender] = 0
"""


def test_vyper_is_judged_as_solidity_is(platform: Platform, user: UUID, evm: Evm) -> None:
    """Code and source of one fault are one finding; the rest of both stands beside it."""
    made = languages.compiled({"Till.vy": VYPER}, {})
    till = deploy(evm, bytes.fromhex(made.output["contracts"]["Till.vy"]["Till"]["evm"]["bytecode"]["object"]))
    told = scanned(platform, user, till, {"sources": {"Till.vy": VYPER}, "compiler": "vyper:0.4.3"})
    by_id = {each["id"]: each for each in told["findings"]}
    code, source = by_id["open_ownership"]["evidence"]
    assert (code["address"], source["file"], source["line"]) == (checksum(till), "Till.vy", 13)
    assert by_id["source_reentrancy"]["evidence"][0]["line"] == 20
    said = told["details"]["source"]
    assert (said["compiled"]["version"], said["compiled"]["language"], said["differs"]) == ("0.4.3", "Vyper", False)
    other = scanned(
        platform,
        user,
        till,
        {
            "sources": {"Till.vy": VYPER + "# x\n@external\ndef f():\n    self.owner = self\n"},
            "compiler": "vyper:0.4.3",
        },
    )
    assert "source_differs" in {each["id"] for each in other["findings"]}
