"""Messages of every family: hashed as eth-account does, and told by what they let others do."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from premium.cases import answer
from premium.security.cases.messages import kinds
from premium.security.messages.typed_data import read_typed_data
from tests.factories.security_calls import FRIEND, KNOWN, MAX, NFT, NOW, ROUTER, SAFE, STRANGER, TOKEN, USER, call
from tests.factories.security_corpus import UNLIMITED
from tests.factories.security_messages import (
    ONE,
    SOON,
    cow,
    dai,
    erc3009,
    fields,
    item,
    permit,
    permit2,
    permit2_transfer,
    safe_tx,
    seaport,
    seaport_order,
    seaport_tree,
    typed,
    uniswapx,
)

pytestmark = pytest.mark.unit
SPENDER = {"spender_unknown", "permit_signature"}
LISTING = seaport_order(
    [item(2, NFT, 1, identifier=7)],
    [item(0, "0x" + "00" * 20, ONE, USER), item(0, "0x" + "00" * 20, ONE // 40, FRIEND)],
)
PRICED = {"tokens": {**KNOWN["tokens"], NFT: {"symbol": "APE", "decimals": 0, "price_usd": "2000"}}}


def scan(document: Any = None, known: dict[str, Any] | None = None, **case: Any) -> dict[str, Any]:
    given = {"knowledge": KNOWN | (known or {}), "from": USER, "time": str(NOW), **case}
    if document is not None:
        given["typed_data"] = document
    found: dict[str, Any] = json.loads(answer(json.dumps(given), kinds(shipped=False)))
    assert "error" not in found, found
    return found


def ids(found: dict[str, Any]) -> set[str]:
    return {each["id"] for each in found["findings"]}


CASES: dict[str, tuple[Any, str, set[str]]] = {
    "permit": (permit(), "erc2612", SPENDER),
    "unlimited permit": (permit(value=MAX), "erc2612", SPENDER | {"approval_unlimited"}),
    "permit of a protocol": (permit(ROUTER), "erc2612", {"permit_signature"}),
    "permit for a year": (
        permit(ROUTER, deadline=str(NOW + 365 * 86400)),
        "erc2612",
        {"permit_signature", "deadline_far"},
    ),
    "permit taken back": (permit(value=0), "erc2612", set()),
    "DAI": (dai(), "dai_permit", SPENDER | {"approval_unlimited"}),
    "DAI for ever": (dai(expiry="0"), "dai_permit", SPENDER | {"approval_unlimited", "deadline_far"}),
    "DAI taken back": (dai(allowed=False), "dai_permit", set()),
    "Permit2": (permit2(), "permit2", SPENDER),
    "Permit2 without bound or end": (
        permit2(amount=2**160 - 1, until=str(2**48 - 1)),
        "permit2",
        SPENDER | {"approval_unlimited", "deadline_far"},
    ),
    "Permit2 of a protocol": (permit2(ROUTER), "permit2", {"permit_signature"}),
    "Permit2 transfer": (
        permit2_transfer(),
        "permit2_transfer",
        {"transfer_signature", "spender_unknown", "balance_all"},
    ),
    "Permit2 transfer to an account": (
        permit2_transfer(FRIEND),
        "permit2_transfer",
        {"transfer_signature", "spender_unknown", "spender_account", "balance_all"},
    ),
    "UniswapX at the market": (uniswapx(ONE), "permit2_witness", {"transfer_signature"}),
    "UniswapX for a third": (uniswapx(ONE // 3), "permit2_witness", {"transfer_signature", "order_gives_away"}),
    "UniswapX for another": (
        uniswapx(ONE, STRANGER),
        "permit2_witness",
        {"transfer_signature", "order_gives_away", "order_recipient_other"},
    ),
    "ERC-3009": (erc3009(), "erc3009", {"transfer_signature"}),
    "a listing at its worth": (LISTING, "seaport", {"transfer_signature"}),
    "a listing for nothing": (
        seaport_order([item(2, NFT, 1)], []),
        "seaport",
        {"transfer_signature", "order_gives_away"},
    ),
    "a listing for one unit": (
        seaport_order([item(2, NFT, 1)], [item(0, "0x" + "00" * 20, 1, USER)]),
        "seaport",
        {"transfer_signature", "order_gives_away"},
    ),
    "a listing paid to another": (
        seaport_order([item(2, NFT, 1)], [item(0, "0x" + "00" * 20, ONE, STRANGER)]),
        "seaport",
        {"transfer_signature", "order_gives_away", "order_recipient_other"},
    ),
    "tokens for nothing": (
        seaport_order([item(1, TOKEN, 5_000_000)], [item(1, TOKEN, 1_000_000, USER)]),
        "seaport",
        {"transfer_signature", "order_gives_away"},
    ),
    "a tree with a gift in it": (
        seaport_tree(LISTING["message"], seaport([item(2, NFT, 1)], [])),
        "seaport_bulk",
        {"transfer_signature", "order_gives_away"},
    ),
    "CoW at the market": (cow(ONE), "cow", {"transfer_signature"}),
    "CoW at 85 %": (cow(ONE * 85 // 100), "cow", {"transfer_signature", "order_gives_away"}),
    "CoW for another": (cow(ONE, STRANGER), "cow", {"transfer_signature", "order_gives_away", "order_recipient_other"}),
    "Safe": (safe_tx(TOKEN, UNLIMITED), "safe_tx", {"approval_unlimited", "spender_unknown"}),
    "Safe delegates": (safe_tx(STRANGER, b"\1\2\3\4", 1), "safe_tx", {"delegatecall_inside", "function_unknown"}),
    "Safe takes a module": (safe_tx(SAFE, call("enableModule(address)", STRANGER)), "safe_tx", {"wallet_takeover"}),
    "votes": (
        typed(
            {"Delegation": "delegatee:address nonce:uint256 expiry:uint256"},
            {"delegatee": STRANGER, "nonce": 0, "expiry": SOON},
        ),
        "votes",
        set(),
    ),
    "credit": (
        typed(
            {"D": "delegatee:address value:uint256 nonce:uint256 deadline:uint256"},
            {"delegatee": STRANGER, "value": str(MAX), "nonce": 0, "deadline": SOON},
        ),
        "credit",
        SPENDER | {"approval_unlimited"},
    ),
    "a root": (typed({"Root": "root:bytes32"}, {"root": "0x" + "ab" * 32}, ROUTER), "blind", {"blind_hash"}),
    "a forward": (
        typed(
            {"ForwardRequest": "from:address to:address value:uint256 gas:uint256 nonce:uint256 data:bytes"},
            {"from": USER, "to": TOKEN, "value": 0, "gas": 9, "nonce": 0, "data": f"0x{UNLIMITED.hex()}"},
            ROUTER,
        ),
        "erc2771",
        {"approval_unlimited", "spender_unknown"},
    ),
    "a delegation of ERC-7710": (
        typed(
            {
                "Delegation": "delegate:address delegator:address authority:bytes32 caveats:Caveat[] salt:uint256",
                "Caveat": "enforcer:address terms:bytes",
            },
            {"delegate": STRANGER, "delegator": USER, "authority": "0x" + "ff" * 32, "caveats": [], "salt": 0},
            ROUTER,
        ),
        "erc7710",
        {"role_given", "spender_unknown"},
    ),
    "unknown": (typed({"Vote": "choice:uint32"}, {"choice": 1}, ROUTER), "unknown", {"message_unknown"}),
    "of an unknown contract": (
        permit2(ROUTER) | {"domain": {"name": "Permit2", "chainId": 1, "version": "1", "verifyingContract": STRANGER}},
        "permit2",
        {"permit_signature", "domain_unverified"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_message_says_what_it_lets_others_do(name: str) -> None:
    document, kind, expected = CASES[name]
    found = scan(document, PRICED)
    assert (found["message_kind"], ids(found)) == (kind, expected)
    assert found["summary"]


@pytest.mark.parametrize("name", CASES)
def test_names_of_structs_change_nothing(name: str) -> None:
    document = copy.deepcopy(CASES[name][0])
    document["types"]["Harmless"] = document["types"].pop(document["primaryType"])
    document["primaryType"] = "Harmless"
    found = scan(document, PRICED)
    assert (found["message_kind"], ids(found)) == CASES[name][1:]


@pytest.mark.parametrize("name", CASES)
def test_hashes_are_those_of_eth_account(name: str) -> None:
    document = CASES[name][0]
    found = scan(document, PRICED)
    peer = encode_typed_data(full_message=document)
    assert found["domain_separator"] == f"0x{peer.header.hex()}"
    assert found["struct_hash"] == f"0x{peer.body.hex()}"
    signed = keccak(b"\x19" + peer.version + peer.header + peer.body)
    assert found["hash"] == f"0x{signed.hex()}"


def test_random_messages_are_hashed_as_by_eth_account() -> None:
    source = random.Random(5)
    atoms = {
        "address": lambda: f"0x{source.getrandbits(160):040x}",
        "bool": lambda: source.random() < 0.5,
        "uint256": lambda: str(source.getrandbits(256)),
        "int64": lambda: source.randint(-9, 9),
        "uint8": lambda: source.randint(0, 255),
        "bytes32": lambda: f"0x{source.randbytes(32).hex()}",
        "bytes": lambda: f"0x{source.randbytes(source.randint(0, 40)).hex()}",
        "string": lambda: "x€" * source.randint(0, 20),
    }
    for _ in range(200):
        types: dict[str, str] = {}
        values: dict[str, Any] = {}
        for number in range(source.randint(1, 3)):
            chosen = [(f"m{n}", source.choice(list(atoms))) for n in range(source.randint(1, 5))]
            made = {name: atoms[kind]() for name, kind in chosen}
            text = " ".join(f"{name}:{kind}" for name, kind in chosen)
            if number:
                many = source.random() < 0.5
                text += f" inner:S{number - 1}{'[]' if many else ''}"
                made["inner"] = [values] * source.randint(0, 2) if many else values
            types = {f"S{number}": text, **types}
            values = made
        document = typed(types, values)
        found, peer = read_typed_data(document), encode_typed_data(full_message=document)
        assert (found.separator, found.struct, found.doubts) == (peer.header, peer.body, [])


def broken(change: Any) -> dict[str, Any]:
    document = permit(ROUTER)
    change(document)
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["message"].pop("nonce"),
        lambda d: d["message"].update(extra=1),
        lambda d: d["message"].update(value=str(2**256)),
        lambda d: d["message"].update(value=-1),
        lambda d: d["message"].update(spender="0x12"),
        lambda d: d["types"]["Permit"].append({"name": "value", "type": "uint256"}),
        lambda d: d["types"].update(Unused=fields("a:uint256")),
        lambda d: d["types"]["Permit"][2].update(type="uint"),
        lambda d: d["types"]["Permit"][2].update(type="Missing"),
        lambda d: (
            d["types"].update(Loop=fields("next:Loop[]"))
            or d["types"]["Permit"].append({"name": "x", "type": "Loop[]"})
            or d["message"].update(x=[])
        ),
        lambda d: d["types"].update(EIP712Domain=d["types"]["EIP712Domain"][::-1]),
        lambda d: d["domain"].update(owner=USER),
        lambda d: d["domain"].pop("version"),
    ],
)
def test_what_signers_read_differently_is_said(change: Any) -> None:
    assert "message_ambiguous" in ids(scan(broken(change)))


def test_keys_that_stand_twice_in_a_text_are_said() -> None:
    text = json.dumps(permit(ROUTER)).replace('"nonce": "0"', '"nonce": "0", "nonce": "1"')
    assert "message_ambiguous" in ids(scan(text))


def test_another_chain_is_said() -> None:
    assert "chain_other" in ids(scan(permit(ROUTER), wallet_chain_id="137"))


def test_what_is_let_stands_in_rows() -> None:
    found = scan(uniswapx(ONE), PRICED)
    assert [(each["amount"], each["until"]) for each in found["gives"]] == [("2000000000", SOON)]
    assert [(each["who"].lower(), each["asset"], each["amount"]) for each in found["gets"]] == [
        (USER, "native", str(ONE))
    ]
    assert [each["who"].lower() for each in scan(permit())["lets"]] == [STRANGER]


def test_an_order_that_cannot_be_weighed_is_never_clear() -> None:
    found = scan(seaport_order([item(2, NFT, 1)], [item(0, "0x" + "00" * 20, ONE, USER)]))
    assert (found["verdict"], found["complete"]) == ("unknown", False)


def test_a_nested_message_is_that_of_its_contents() -> None:
    inner = permit()
    document = typed(
        {
            "TypedDataSign": "contents:Permit name:string version:string chainId:uint256 "
            "verifyingContract:address salt:bytes32",
            "Permit": "owner:address spender:address value:uint256 nonce:uint256 deadline:uint256",
        },
        {
            "contents": inner["message"],
            "name": "Account",
            "version": "1",
            "chainId": 1,
            "verifyingContract": SAFE,
            "salt": "0x" + "00" * 32,
        },
    )
    found = scan(document)
    assert (found["message_kind"], ids(found)) == ("erc2612", SPENDER)


LOGIN = """app.example.com wants you to sign in with your Ethereum account:
0x7777777777777777777777777777777777777777


URI: https://app.example.com
Version: 1
Chain ID: 1
Nonce: 12345678
Issued At: 2025-11-24T00:00:00Z"""


@pytest.mark.parametrize(
    ("case", "verdict", "expected"),
    [
        ({"text": "hello"}, "clear", set()),
        ({"text": LOGIN, "origin": "https://app.example.com"}, "clear", set()),
        ({"text": LOGIN, "origin": "https://app.example.com:443/login"}, "clear", set()),
        ({"text": LOGIN}, "unknown", set()),
        ({"text": LOGIN, "origin": "https://app.examp1e.com"}, "danger", {"login_domain_other"}),
        ({"text": LOGIN, "origin": "https://app.example.com", "wallet_chain_id": 137}, "danger", {"chain_other"}),
        (
            {"text": LOGIN.replace("Version: 1", "Version: 2"), "origin": "https://app.example.com"},
            "caution",
            {"message_ambiguous"},
        ),
        ({"text": "0x" + "ab" * 32}, "danger", {"blind_hash"}),
        ({"digest": "0x" + "ab" * 32}, "danger", {"blind_hash"}),
        ({"text": "pay \u202e001"}, "caution", {"message_ambiguous"}),
        (
            {"text": "hi", "origin": "evil.com", "known": {"listed": [{"address": "evil.com", "kind": "phishing"}]}},
            "malicious",
            {"origin_listed"},
        ),
    ],
)
def test_texts_and_hashes(case: dict[str, Any], verdict: str, expected: set[str]) -> None:
    found = scan(**case)
    assert (found["verdict"], ids(found)) == (verdict, expected)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"typed_data": []}, "bad_typed_data"),
        ({"typed_data": "{"}, "bad_typed_data"),
        ({"typed_data": {"types": {}, "primaryType": "X", "domain": {}, "message": {}}}, "bad_typed_data"),
        ({"typed_data": permit() | {"more": 1}}, "bad_typed_data"),
        ({"typed_data": permit(x="y" * 70_000)}, "too_large"),
        ({"typed_data": typed({f"T{n}": "a:uint8" for n in range(201)}, {"a": 1})}, "bad_typed_data"),
        ({"text": "x" * 70_000}, "too_large"),
        ({"digest": "0x12"}, "bad_hex"),
        ({}, "invalid_field"),
        ({"text": "a", "digest": "0x"}, "invalid_field"),
    ],
)
def test_what_cannot_be_answered_says_why(case: dict[str, Any], code: str) -> None:
    assert json.loads(answer(json.dumps(case), kinds()))["error"]["code"] == code


def test_no_mutation_of_a_hostile_message_comes_out_clear_or_breaks() -> None:
    source = random.Random(3)
    odd: tuple[Any, ...] = (None, "", "0x", [], {}, -1, 2**300, 1.5, True, "0x" + "zz" * 20, ["x"] * 3, "\ud800")
    for name in (
        "unlimited permit",
        "Permit2 without bound or end",
        "a listing for nothing",
        "Safe delegates",
        "UniswapX for another",
    ):
        for _ in range(60):
            document = copy.deepcopy(CASES[name][0])
            for _ in range(source.randint(1, 3)):
                part = source.choice((document["message"], document["domain"], document["types"], document))
                key = source.choice([*part, "new"]) if part else "new"
                if source.random() < 0.3:
                    part.pop(key, None)
                else:
                    part[key] = source.choice(odd)
                if not all(isinstance(document.get(each), dict) for each in ("message", "domain", "types")):
                    break
            found = json.loads(answer(json.dumps({"typed_data": document, "from": USER}), kinds()))
            assert found.get("verdict") != "clear"


def test_an_allowance_ends_at_its_expiration_and_a_late_signature_is_far() -> None:
    document = permit2(ROUTER)
    document["message"]["sigDeadline"] = str(NOW + 90 * 86_400)
    found = scan(document)
    assert [each["until"] for each in found["lets"]] == [SOON]
    assert "deadline_far" in ids(found)
