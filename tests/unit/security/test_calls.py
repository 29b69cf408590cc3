"""Transactions of every kind: what they hide is found, and what is usual is not maligned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from premium.cases import answer
from premium.chains.addresses import checksum
from premium.security.cases.transactions import kinds
from tests.factories.security_calls import (
    DAY,
    FRIEND,
    KNOWN,
    MAX,
    NFT,
    NOW,
    ROUTER,
    SAFE,
    STRANGER,
    TOKEN,
    USER,
    ZERO,
    arguments,
    call,
    safe,
    tx,
)
from tests.factories.security_corpus import APPROVE, BENIGN, HIDDEN, HOSTILE, TRANSFER, UNLIMITED

pytestmark = pytest.mark.unit


def scan(case: dict[str, Any], **known: Any) -> dict[str, Any]:
    given = {"knowledge": KNOWN | known, **case}
    found: dict[str, Any] = json.loads(answer(json.dumps(given), kinds(shipped=False)))
    assert "error" not in found, found
    return found


def ids(found: dict[str, Any]) -> set[str]:
    return {each["id"] for each in found["findings"]}


DOMAINS = {"uniswap.org": "Uniswap"}


@pytest.mark.parametrize("name", BENIGN)
def test_usual_transactions_are_not_maligned(name: str) -> None:
    case, verdict, expected = BENIGN[name]
    found = scan(case)
    assert (found["verdict"], ids(found)) == (verdict, expected), found["unknowns"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_transaction_hides_is_found(name: str) -> None:
    case, expected = HOSTILE[name]
    found = scan(case, domains=DOMAINS)
    assert ids(found) == expected
    assert found["verdict"] != "clear" or found["severity"] == "low"


@pytest.mark.parametrize("kind", ["drainer", "sanctioned", "phishing", "mixer", None])
@pytest.mark.parametrize(
    "case",
    [
        tx(STRANGER, value=1),
        tx(TOKEN, UNLIMITED),
        tx(SAFE, safe(STRANGER, b"")),
        tx(TOKEN, call(TRANSFER, STRANGER, 1)),
    ],
)
def test_listed_parties_are_named(case: dict[str, Any], kind: str | None) -> None:
    found = scan(case, listed=[{"address": STRANGER, "kind": kind} if kind else STRANGER])
    wanted = {"sanctioned": "sanctioned", "mixer": "mixer"}.get(kind or "", "listed_address")
    assert wanted in ids(found)
    assert (found["verdict"] == "malicious") == (kind != "mixer")


def test_a_known_counterpart_is_milder() -> None:
    found = scan(tx(TOKEN, call(APPROVE, ROUTER, MAX)))
    assert [(each["id"], each["severity"]) for each in found["findings"]] == [("approval_unlimited", "medium")]
    assert found["findings"][0]["holder"].lower() == ROUTER


def test_inner_calls_bear_path_sender_and_value() -> None:
    inside = call("execute(address,uint256,bytes)", STRANGER, 7, b"")
    found = scan(tx(SAFE, safe(SAFE, inside, value=0)))
    assert [(each["path"], each["to"].lower(), each["from"].lower(), each["value"]) for each in found["calls"]] == [
        ("0", SAFE, SAFE, "0"), ("0.0", STRANGER, SAFE, "7"),
    ]  # fmt: skip


def test_a_new_spender_is_said() -> None:
    found = scan(tx(TOKEN, call(APPROVE, STRANGER, 5)), deployed={STRANGER: str(NOW - 6 * DAY)})
    assert "spender_new" in ids(found)
    assert "spender_new" not in ids(
        scan(tx(TOKEN, call(APPROVE, STRANGER, 5)), deployed={STRANGER: str(NOW - 7 * DAY)})
    )


def test_a_sweeper_as_delegate_is_critical() -> None:
    """Code that runs whatever its caller gives it."""
    code = "0x5f5f5f5f5f3560601c5af400"
    found = scan(HOSTILE["a delegation"][0], code={STRANGER: code})
    severities = {each["id"]: each["severity"] for each in found["findings"]}
    assert severities["delegation_code"] == "critical"


def test_swaps_of_the_universal_router_are_read() -> None:
    swap = arguments(
        "x(address,uint256,uint256,bytes,bool)",
        f"0x{2:040x}",
        5,
        0,
        bytes.fromhex(TOKEN[2:] + "000bb8" + NFT[2:]),
        True,
    )
    unwrap = arguments("x(address,uint256)", STRANGER, 0)
    data = call("execute(bytes,bytes[],uint256)", bytes.fromhex("000c"), [swap, unwrap], NOW + 60)
    found = scan(tx(ROUTER, data))
    assert ids(found) == {"nested_calls", "recipient_other", "minimum_zero"}
    bound = call(
        "execute(bytes,bytes[],uint256)",
        bytes.fromhex("000c"),
        [swap, arguments("x(address,uint256)", f"0x{1:040x}", 9)],
        NOW + 60,
    )
    assert ids(scan(tx(ROUTER, bound))) == {"nested_calls"}


def test_lists_of_calls_are_judged_each() -> None:
    case = {
        "calls": [{"to": FRIEND, "value": "1"}, {"to": TOKEN, "data": f"0x{UNLIMITED.hex()}"}],
        "from": USER,
        "chain_id": "1",
        "time": NOW,
    }
    found = scan(case)
    assert ids(found) == HIDDEN
    assert [each["path"] for each in found["calls"]] == ["0", "1"]


def test_user_operations_are_judged() -> None:
    operation = {
        "sender": SAFE,
        "nonce": "0x0",
        "callData": "0x" + call("execute(address,uint256,bytes)", TOKEN, 0, UNLIMITED).hex(),
        "factory": STRANGER,
        "factoryData": "0x",
        "paymaster": STRANGER,
    }
    found = scan({"user_operation": operation, "entry_point": ROUTER, "chain_id": "1"})
    assert ids(found) == HIDDEN | {"creates_contract", "paymaster_unknown"}


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (tx("0x12"), "bad_address"),
        (tx("0x" + "aB" * 20), "bad_address"),
        (tx(TOKEN, tx={"data": "0x123"}), "bad_hex"),
        (tx(TOKEN, tx={"data": "zz"}), "bad_hex"),
        (tx(TOKEN, tx={"value": "1.5"}), "invalid_field"),
        (tx(TOKEN, tx={"value": "-1"}), "invalid_field"),
        (tx(TOKEN, tx={"surprise": 1}), "invalid_field"),
        (tx(TOKEN, b"\0" * (128 * 1024 + 1)), "too_large"),
        ({"raw": "0x02c0"}, "bad_hex"),
        ({"raw": "0x"}, "bad_hex"),
        ({}, "invalid_field"),
        ({"tx": {"chain_id": 1}, "raw": "0x"}, "invalid_field"),
        ({"user_operation": {"sender": SAFE}}, "invalid_field"),
    ],
)
def test_what_cannot_be_answered_says_why(case: dict[str, Any], code: str) -> None:
    found = json.loads(answer(json.dumps(case), kinds()))
    assert found["error"]["code"] == code, found
    assert ":" in found["error"]["message"]


@pytest.mark.parametrize(
    ("origin", "known", "expected"),
    [
        ("https://app.uniswap.org", {"domains": {"uniswap.org": "Uniswap"}}, set()),
        ("https://uniswap-claim.com", {"domains": {"uniswap.org": "Uniswap"}}, {"origin_lookalike"}),
        ("https://uniswap.org.evil.com", {"domains": {"uniswap.org": "Uniswap"}}, {"origin_lookalike"}),
        ("https://xn--unswap-r9a.org", {"domains": {"uniswap.org": "Uniswap"}}, {"origin_lookalike"}),
        ("https://un1swap.org", {"contracts": {ROUTER: "Uniswap V2 Router"}}, {"origin_lookalike"}),
        ("https://uniswap.org", {"contracts": {ROUTER: "Uniswap V2 Router"}}, set()),
        (
            "https://sub.evil.com/x",
            {"listed": [{"domain": "https://evil.com/", "kind": "phishing"}]},
            {"origin_listed"},
        ),
        ("https://notevil.com", {"listed": [{"domain": "evil.com", "kind": "phishing"}]}, set()),
    ],
)
def test_pages_are_told_by_their_names(origin: str, known: dict[str, Any], expected: set[str]) -> None:
    assert ids(scan(tx(FRIEND, value=1, origin=origin), **known)) == expected


def test_a_label_without_harm_makes_known() -> None:
    found = scan(tx(TOKEN, call(APPROVE, STRANGER, 5)), listed=[{"address": STRANGER, "kind": "protocol"}])
    assert ids(found) == set()


V4_TYPES = "x((address,(address,uint24,int24,address,bytes)[],uint128,uint128))"


@pytest.mark.parametrize(
    ("least", "taken", "recipient", "expected"),
    [
        (5, 0, f"0x{1:040x}", {"nested_calls"}),
        (0, 5, f"0x{1:040x}", {"nested_calls"}),
        (0, 0, f"0x{1:040x}", {"nested_calls", "minimum_zero"}),
        (5, 0, STRANGER, {"nested_calls", "recipient_other"}),
    ],
)
def test_swaps_of_uniswap_v4_are_read(least: int, taken: int, recipient: str, expected: set[str]) -> None:
    swap = arguments(V4_TYPES, (TOKEN, [(NFT, 500, 10, ZERO, b"")], 100, least))
    settle, take = (
        arguments("x(address,uint256,bool)", TOKEN, 0, True),
        arguments("x(address,address,uint256)", NFT, recipient, taken),
    )
    plan = arguments("x(bytes,bytes[])", bytes([0x07, 0x0B, 0x0E]), [swap, settle, take])
    data = call("execute(bytes,bytes[],uint256)", b"\x10", [plan], NOW + 60)
    found = scan(tx(ROUTER, data))
    assert ids(found) == expected
    assert found["complete"]


def test_a_batch_without_an_end_is_said() -> None:
    data = call("execute(bytes,bytes[],uint256)", b"\x0b", [arguments("x(address,uint256)", f"0x{2:040x}", 5)], MAX)
    assert "deadline_far" in ids(scan(tx(ROUTER, data)))


def test_without_a_sender_nobody_is_another() -> None:
    case = tx(
        ROUTER,
        call("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)", 5, 5, [TOKEN, NFT], USER, NOW),
    )
    del case["tx"]["from"]
    found = scan(case)
    assert (ids(found), found["verdict"]) == (set(), "unknown")


def test_sentences_say_who_gets_what() -> None:
    found = scan(BENIGN["a swap at the market"][0])
    assert "You pay 1 ETH; at least 1980 TKN goes to you." in found["summary"]
    allowed = scan(HOSTILE["unlimited"][0])["summary"][0]
    assert allowed.endswith(f"may take from you: any amount of TKN ({checksum(TOKEN)}).")


def test_views_of_a_known_token_are_nothing() -> None:
    views = [(TOKEN, True, call("balanceOf(address)", USER))]
    found = scan(tx(ROUTER, call("aggregate3((address,bool,bytes)[])", views)))
    assert (found["verdict"], ids(found)) == ("clear", {"nested_calls"})


@pytest.mark.parametrize(
    "data",
    [
        call("allow(address,bool)", STRANGER, True),
        call("setAuthorization(address,bool)", STRANGER, True),
        call("hope(address)", STRANGER),
        call("setRelayerApproval(address,address,bool)", USER, STRANGER, True),
        call("authorizeOperator(address)", STRANGER),
    ],
)
def test_managers_of_protocols_are_operators(data: bytes) -> None:
    assert ids(scan(tx(ROUTER, data))) == {"approval_all", "spender_unknown"}


def test_a_list_of_calls_takes_sender_and_chain_from_a_transaction_beside_it() -> None:
    case = {"tx": {"from": USER, "chain_id": "5"}, "wallet_chain_id": "1", "calls": [{"to": USER, "value": "1"}]}
    found = json.loads(answer(json.dumps(case), kinds()))
    assert [each["id"] for each in found["findings"]] == ["chain_other"]
