"""Findings that need more than code: simulated, traded, of an address; and that each id has all that it needs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from premium.cases import answer
from premium.chains.addresses import keccak256
from premium.security.calls.effects import Inner
from premium.security.cases.addresses import kinds as address_kinds
from premium.security.cases.contracts import kinds as contract_kinds
from premium.security.judgement.asked import Asked
from premium.security.judgement.scene import Scene
from premium.security.judgement.subjects.addresses import Opinion, about_address
from premium.security.judgement.subjects.liquidity import removable
from premium.security.judgement.traded import traded
from premium.security.judgement.transactions import judged, opened
from premium.security.knowledge.known import Knowledge
from premium.security.report.catalogue import CATALOGUE
from premium.security.report.score import WEIGHTS
from premium.simulation.local import Account, LocalChain
from premium.simulation.model import Approval, Authority, Discrepancy, Movement, Ran, Simulated, Surroundings
from premium.simulation.trade.measure import Measured, Trade
from tests.factories.contracts import ROOT, artifact, parties

pytestmark = pytest.mark.unit
USER, PLACE, THIEF, TOKEN = ("0x" + each * 20 for each in ("77", "be", "ee", "cc"))
SEEN = Surroundings(number=2, timestamp=1_764_000_000, coinbase=PLACE, base_fee=1, gas_limit=30_000_000, prevrandao=1)
DAY = 86_400
FAULTS = {id_ for id_ in WEIGHTS if id_.startswith("source_")} - {"source_differs"}
"""Named by their categories, in rules and in the marks of faulty sources."""
ENDED = {"hidden_tax"}
"""Goes by trade_tax, buy_tax_high and sell_tax_high now; an id is never used again."""


def simulated(**more: Any) -> set[str]:
    ran = (Ran(success=True, gas_used=more.get("gas_used", 21_000), returned=b"", logs=()),)
    made = Simulated(
        **{
            "method": "eth_simulateV1",
            "success": True,
            "revert": None,
            "gas_used": 21_000,
            "block_number": 1,
            "block_hash": "0x00",
            "surroundings": SEEN,
            "ran": ran,
            **more,
        }
    )
    asked = Asked(chain=1, user=USER, calls=(("", Inner(PLACE, 0, bytes.fromhex("4e71d92d"), USER)),))
    found = judged(opened(asked, Knowledge(code={PLACE: b"\0"})), made)
    return {each["id"] for each in found["findings"] if each["basis"] == "simulated"}


@pytest.mark.parametrize(
    ("id_", "more"),
    [
        (
            "outflow_unexplained",
            {"movements": (Movement(USER, TOKEN, "erc20", -5), Movement(THIEF, TOKEN, "erc20", 5))},
        ),
        ("allowance_left", {"approvals": (Approval(TOKEN, USER, THIEF, "erc20", 0, 7),)}),
        ("authority_lost", {"authority": (Authority(TOKEN, "owner", USER, THIEF),)}),
        ("false_event", {"discrepancies": (Discrepancy(TOKEN, USER, 9, 0),)}),
        ("gas_excessive", {"gas_used": 3_000_001}),
    ],
)
def test_what_a_simulation_shows_has_its_finding(id_: str, more: dict[str, Any]) -> None:
    assert id_ in simulated(**more)


def test_what_is_as_it_was_has_none() -> None:
    same = {
        "approvals": (Approval(TOKEN, USER, THIEF, "erc20", 7, 7),), "gas_used": 3_000_000,
        "authority": (Authority(TOKEN, "owner", THIEF, USER),), "discrepancies": (Discrepancy(TOKEN, USER, 9, 9),),
        "movements": (Movement(USER, TOKEN, "erc20", 5),),
    }  # fmt: skip
    assert simulated(**same) == set()


def test_a_shallow_pool_is_thin_where_it_stands_and_not_where_we_put_it_up() -> None:
    even = Trade(given=1, ideal=1, received=1)
    made = Measured(block_number=1, buy=even, sell=even, impact_bps=2_000)
    assert [one.id for one in traded(made, TOKEN, own_pool=False)] == ["liquidity_thin"]
    assert list(traded(made, TOKEN, own_pool=True)) == []


def test_liquidity_of_an_account_can_be_taken_and_that_of_nobody_cannot() -> None:
    """A pair of the real bytecode: its supply in slot 0, its balances in the mapping of slot 1."""
    dead, lock, box = "0x" + "0" * 36 + "dead", "0x" + "1c" * 20, "0x" + "1d" * 20
    opens = next(one for one in parties("starts.sol") if one.name == "Lockbox" and one.build == "optimized").runtime

    def held(who: str, amount: int) -> list[str]:
        slot = int.from_bytes(keccak256(bytes.fromhex(who[2:]).rjust(32, b"\0") + (1).to_bytes(32)))
        pair = Account(code=artifact("@uniswap/v2-core/build/UniswapV2Pair.json"), storage={0: 1000, slot: amount})
        chain = LocalChain({PLACE: pair, lock: Account(code=opens), box: Account(code=b"\0")})
        known = Knowledge(contracts={TOKEN: "A protocol"})
        found = list(removable(PLACE, [USER, dead, lock, box, TOKEN], chain, known))
        assert {one.id for one in found} <= {"liquidity_removable"}
        return [str(dict(one.evidence)["value"]) for one in found]

    assert held(USER, 500) == ["5000 basis points of the pool's tokens, with an account"]
    assert held(lock, 999) == ["9990 basis points of the pool's tokens, with a lock that can be opened"]
    assert [held(who, 900) for who in (dead, box, TOKEN)] == [[], [], []]
    assert held(USER, 499) == []


def about(**case: Any) -> dict[str, str]:
    asked = {"address": USER, "chain_id": "1", "time": "1764000000", **case}
    (given,) = json.loads(answer(json.dumps([asked]), address_kinds()))
    return {each["id"]: each["severity"] for each in given["findings"]}


def test_an_address_is_judged_by_its_start_and_its_delegate() -> None:
    came = {"from": THIEF, "to": USER, "value": "5", "time": str(1_764_000_000 - 6 * DAY)}
    listed = {"listed": [{"address": THIEF, "kind": "exploiter"}]}
    assert about(history=[came], knowledge=listed) == {"funded_by_listed": "medium", "address_new": "low"}
    assert about(history=[{**came, "time": str(1_764_000_000 - 8 * DAY)}]) == {}
    delegated = about(knowledge={"code": {USER: "0xef0100" + PLACE[2:], PLACE: "0x00"}})
    assert delegated["account_delegated"] == "info"


def test_another_lists_opinion_is_shown_and_has_no_vote() -> None:
    found = list(about_address(USER, Scene(Knowledge()), chain=1, opinions=[Opinion("phishing", "a list")]))
    assert [(one.id, one.severity.value) for one in found] == [("opinion_other", "info")]


def test_a_clone_of_what_is_listed_for_its_code_is_listed_as_well() -> None:
    drainer = next(one for one in parties("hidden.sol") if one.name == "TwoMasters" and one.build == "plain").runtime
    tail = len(drainer) - 2 - int.from_bytes(drainer[-2:])
    recompiled = (
        drainer[: tail + 12] + bytes(each ^ 1 for each in drainer[tail + 12 : tail + 20]) + drainer[tail + 20 :]
    )

    def found(kind: str, code: bytes) -> set[str]:
        known = {"listed": [{"address": THIEF, "kind": kind}], "code": {THIEF: "0x" + drainer.hex()}}
        (given,) = json.loads(answer(json.dumps([{"bytecode": code.hex(), "knowledge": known}]), contract_kinds()))
        return {each["id"] for each in given["findings"]}

    assert recompiled != drainer
    assert "clone_of_listed" in found("drainer", drainer)
    assert "clone_of_listed" in found("phishing", recompiled)
    assert "clone_of_listed" not in found("sanctioned", drainer)  # who is sanctioned may use what everybody uses
    assert "clone_of_listed" not in found("drainer", drainer[:100] + b"\x5b" + drainer[101:])


def _named(folder: Path, *, apart: str) -> set[str]:
    texts = (
        path.read_text()
        for path in folder.rglob("*")
        if path.suffix in (".py", ".sol", ".vy") and apart not in str(path)
    )
    return {word for text in texts for word in re.findall(r"[a-z][a-z0-9_]+", text)}


def test_every_id_has_words_a_weight_a_detector_and_a_test() -> None:
    assert CATALOGUE.keys() == WEIGHTS.keys()
    ids = set(WEIGHTS) - FAULTS - ENDED
    made = _named(ROOT / "premium" / "security", apart="/report/")
    assert sorted(ids - made) == []
    tried = _named(ROOT / "tests", apart="test_catalogue")
    assert sorted(ids - tried) == []


def test_every_category_of_faults_has_a_rule_and_a_source_with_it() -> None:
    rules = "".join(path.read_text() for path in (ROOT / "premium" / "security" / "source").glob("*.py"))
    marked = "".join(path.read_text() for path in (ROOT / "tests" / "factories" / "contracts" / "faulty").glob("*.sol"))
    for category in sorted(each.removeprefix("source_") for each in FAULTS):
        assert f'Rule("{category}"' in " ".join(rules.split()).replace("( ", "(")
        assert f"//! {category}" in marked


def test_a_movement_of_coin_names_no_token_or_none() -> None:
    came = {"from": THIEF, "to": USER, "value": "1", "time": str(1_764_000_000 - DAY)}
    for named in ({}, {"token": None}, {"token": "native"}):
        assert about(history=[{**came, **named}]) == {"address_new": "low"}
