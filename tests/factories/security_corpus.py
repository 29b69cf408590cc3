"""The open half of the corpus: transactions written from the catalogue, with the findings that each must have."""

from __future__ import annotations

from typing import Any

from tests.factories.security_calls import (
    FRIEND,
    LIBRARY,
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
    multi_send,
    safe,
    tx,
)

ONE = 10**18
APPROVE, TRANSFER = "approve(address,uint256)", "transfer(address,uint256)"
UNLIMITED = call(APPROVE, STRANGER, MAX)
PATH = [TOKEN, NFT]
V2 = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
COIN_IN = "swapExactETHForTokens(uint256,address[],address,uint256)"
EXEC = "(address,uint256,bytes)"
OP7 = "(address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)"
LOOKS = "0x" + "f1" * 4 + "00" * 12 + "f1" * 4
HIDDEN = {"approval_unlimited", "spender_unknown", "nested_calls"}


def op(sender: str, data: bytes, init: bytes = b"", paymaster: bytes = b"") -> tuple[Any, ...]:
    return (sender, 0, init, data, b"\0" * 32, 0, b"\0" * 32, paymaster, b"")


def mode(kind: int, selector: str = "00000000") -> bytes:
    return bytes([kind]) + b"\0" * 5 + bytes.fromhex(selector) + b"\0" * 22


BENIGN = {
    "a plain transfer to a friend": (tx(FRIEND, value=ONE // 10), "clear", set()),
    "a token to a friend": (tx(TOKEN, call(TRANSFER, FRIEND, 1_000_000)), "clear", set()),
    "a bounded allowance of a protocol": (tx(TOKEN, call(APPROVE, ROUTER, 1_000_000)), "clear", set()),
    "an allowance taken back from a stranger": (tx(TOKEN, call(APPROVE, STRANGER, 0)), "clear", set()),
    "an operator taken back": (tx(TOKEN, call("setApprovalForAll(address,bool)", STRANGER, False)), "clear", set()),
    "a swap at the market": (
        tx(ROUTER, call(COIN_IN, 1_980 * 10**6, [NFT, TOKEN], USER, NOW + 600), value=ONE // 1),
        "clear",
        {"balance_all"},
    ),
    "an unlimited allowance of a protocol": (tx(TOKEN, call(APPROVE, ROUTER, MAX)), "caution", {"approval_unlimited"}),
    "empty data to a stranger": (tx(STRANGER, value=ONE // 100), "clear", set()),
    "a delegation that ends": (
        tx(USER, tx={"authorization_list": [{"chain_id": "0", "address": ZERO, "nonce": "1"}]}),
        "clear",
        set(),
    ),
}

HOSTILE = {
    "unlimited": (tx(TOKEN, UNLIMITED), {"approval_unlimited", "spender_unknown"}),
    "all of the supply": (tx(TOKEN, call(APPROVE, STRANGER, 10**12)), {"approval_unlimited", "spender_unknown"}),
    "one unit under the supply": (tx(TOKEN, call(APPROVE, STRANGER, 10**12 - 1)), {"spender_unknown"}),
    "an account as the spender": (tx(TOKEN, call(APPROVE, FRIEND, 5)), {"spender_unknown", "spender_account"}),
    "an increase": (
        tx(TOKEN, call("increaseAllowance(address,uint256)", STRANGER, MAX)),
        {"approval_unlimited", "spender_unknown"},
    ),
    "an operator": (
        tx(NFT, call("setApprovalForAll(address,bool)", STRANGER, True)),
        {"approval_all", "spender_unknown"},
    ),
    "Permit2": (
        tx(ROUTER, call("approve(address,address,uint160,uint48)", TOKEN, STRANGER, 2**160 - 1, 2**48 - 1)),
        {"approval_unlimited", "spender_unknown", "deadline_far"},
    ),
    "multicall": (tx(TOKEN, call("multicall(bytes[])", [UNLIMITED])), HIDDEN),
    "multicall in multicall": (
        tx(TOKEN, call("multicall(bytes[])", [call("multicall(uint256,bytes[])", 5, [UNLIMITED])])),
        HIDDEN,
    ),
    "Multicall3": (tx(ROUTER, call("aggregate3((address,bool,bytes)[])", [(TOKEN, False, UNLIMITED)])), HIDDEN),
    "Multicall3 with value": (
        tx(ROUTER, call("aggregate3Value((address,bool,uint256,bytes)[])", [(TOKEN, False, 0, UNLIMITED)])),
        HIDDEN,
    ),
    "Safe": (tx(SAFE, safe(TOKEN, UNLIMITED)), HIDDEN),
    "Safe with multiSend": (
        tx(SAFE, safe(LIBRARY, multi_send((0, TOKEN, 0, UNLIMITED)), operation=1)),
        HIDDEN | {"delegatecall_inside"},
    ),
    "Safe delegates to a stranger": (
        tx(SAFE, safe(STRANGER, b"\1\2\3\4", operation=1)),
        {"delegatecall_inside", "nested_calls", "function_unknown"},
    ),
    "Safe enables a module": (
        tx(SAFE, safe(SAFE, call("enableModule(address)", STRANGER))),
        {"wallet_takeover", "nested_calls"},
    ),
    "Safe swaps an owner": (
        tx(SAFE, safe(SAFE, call("swapOwner(address,address,address)", ZERO, USER, STRANGER))),
        {"wallet_takeover", "nested_calls"},
    ),
    "module call": (
        tx(SAFE, call("execTransactionFromModule(address,uint256,bytes,uint8)", TOKEN, 0, UNLIMITED, 0)),
        HIDDEN,
    ),
    "SimpleAccount": (tx(SAFE, call("execute(address,uint256,bytes)", TOKEN, 0, UNLIMITED)), HIDDEN),
    "account's batch": (tx(SAFE, call(f"executeBatch({EXEC}[])", [(TOKEN, 0, UNLIMITED)])), HIDDEN),
    "account's lists": (tx(SAFE, call("executeBatch(address[],uint256[],bytes[])", [TOKEN], [], [UNLIMITED])), HIDDEN),
    "7579 single": (
        tx(SAFE, call("execute(bytes32,bytes)", mode(0), bytes.fromhex(TOKEN[2:]) + b"\0" * 32 + UNLIMITED)),
        HIDDEN,
    ),
    "7579 batch": (
        tx(SAFE, call("execute(bytes32,bytes)", mode(1), arguments(f"x({EXEC}[])", [(TOKEN, 0, UNLIMITED)]))),
        HIDDEN,
    ),
    "7579 delegate": (
        tx(SAFE, call("execute(bytes32,bytes)", mode(255), bytes.fromhex(STRANGER[2:]) + b"\1\2\3\4")),
        {"delegatecall_inside", "nested_calls", "function_unknown"},
    ),
    "7821 with data": (
        tx(
            SAFE,
            call(
                "execute(bytes32,bytes)",
                mode(1, "78210001"),
                arguments(f"x({EXEC}[],bytes)", [(TOKEN, 0, UNLIMITED)], b"s"),
            ),
        ),
        HIDDEN,
    ),
    "7821 batch of batches": (
        tx(
            SAFE,
            call(
                "execute(bytes32,bytes)",
                mode(1, "78210002"),
                arguments("x(bytes[])", [arguments(f"x({EXEC}[])", [(TOKEN, 0, UNLIMITED)])]),
            ),
        ),
        HIDDEN,
    ),
    "handleOps": (
        tx(
            ROUTER,
            call(
                f"handleOps({OP7}[],address)",
                [op(SAFE, call("execute(address,uint256,bytes)", TOKEN, 0, UNLIMITED))],
                USER,
            ),
        ),
        HIDDEN,
    ),
    "handleOps with a stranger's paymaster": (
        tx(
            ROUTER,
            call(
                f"handleOps({OP7}[],address)",
                [
                    op(
                        SAFE,
                        call("execute(address,uint256,bytes)", TOKEN, 0, b""),
                        paymaster=bytes.fromhex(STRANGER[2:]) + b"\0" * 32,
                    )
                ],
                USER,
            ),
        ),
        {"nested_calls", "paymaster_unknown"},
    ),
    "timelock": (
        tx(
            SAFE,
            call(
                "schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
                TOKEN,
                0,
                UNLIMITED,
                b"\0" * 32,
                b"\0" * 32,
                9,
            ),
        ),
        HIDDEN,
    ),
    "governor": (tx(SAFE, call("propose(address[],uint256[],bytes[],string)", [TOKEN], [0], [UNLIMITED], "x")), HIDDEN),
    "Bravo": (
        tx(
            SAFE,
            call("propose(address[],uint256[],string[],bytes[],string)", [TOKEN], [0], [APPROVE], [UNLIMITED[4:]], "x"),
        ),
        HIDDEN,
    ),
    "Compound's timelock": (
        tx(SAFE, call("queueTransaction(address,uint256,string,bytes,uint256)", TOKEN, 0, APPROVE, UNLIMITED[4:], 5)),
        HIDDEN,
    ),
    "DSProxy": (
        tx(SAFE, call("execute(address,bytes)", STRANGER, b"\1\2\3\4")),
        {"delegatecall_inside", "nested_calls", "function_unknown"},
    ),
    "diamond cut": (
        tx(
            SAFE,
            call("diamondCut((address,uint8,bytes4[])[],address,bytes)", [(STRANGER, 0, [b"\1\2\3\4"])], STRANGER, b""),
        ),
        {"upgrade_call", "delegatecall_inside", "nested_calls"},
    ),
    "0x allowance holder": (
        tx(ROUTER, call("exec(address,address,uint256,address,bytes)", ROUTER, TOKEN, 5, TOKEN, UNLIMITED)),
        HIDDEN,
    ),
    "an upgrade": (tx(SAFE, call("upgradeToAndCall(address,bytes)", STRANGER, b"")), {"upgrade_call"}),
    "ownership": (tx(SAFE, call("transferOwnership(address)", STRANGER)), {"ownership_given"}),
    "a role": (tx(SAFE, call("grantRole(bytes32,address)", b"\0" * 32, STRANGER)), {"role_given"}),
    "bait": (tx(STRANGER, call("claimRewards()"), value=5), {"value_to_unknown", "name_deceptive"}),
    "value to a stranger": (tx(STRANGER, call("deposit()"), value=5), {"value_to_unknown"}),
    "unknown function": (tx(STRANGER, b"\1\2\3\4"), {"function_unknown"}),
    "data to an account": (tx(FRIEND, b"\1\2\3\4"), {"target_account"}),
    "to the zero address": (tx(TOKEN, call(TRANSFER, ZERO, 5)), {"recipient_zero"}),
    "to the token": (tx(TOKEN, call(TRANSFER, TOKEN, 5)), {"recipient_token"}),
    "poisoned recipient": (tx(TOKEN, call(TRANSFER, LOOKS, 5)), {"recipient_lookalike"}),
    "poisoned recipient of the coin": (tx(LOOKS, value=5), {"recipient_lookalike"}),
    "a poisoning transfer": (
        tx(TOKEN, call("transferFrom(address,address,uint256)", STRANGER, USER, 0)),
        {"transfer_zero"},
    ),
    "a third party's": (
        tx(TOKEN, call("transferFrom(address,address,uint256)", STRANGER, USER, 7)),
        {"pulls_from_other"},
    ),
    "everything": (tx(TOKEN, call(TRANSFER, FRIEND, 5_000_000)), {"balance_all"}),
    "an NFT": (tx(NFT, call("safeTransferFrom(address,address,uint256)", USER, FRIEND, 7)), {"nft_leaves"}),
    "a swap for nothing": (tx(ROUTER, call(V2, 5, 0, PATH, USER, NOW + 60)), {"minimum_zero"}),
    "a swap for somebody else": (tx(ROUTER, call(V2, 5, 5, PATH, STRANGER, NOW + 60)), {"recipient_other"}),
    "a swap without an end": (tx(ROUTER, call(V2, 5, 5, PATH, USER, MAX)), {"deadline_far"}),
    "a swap at a third of the market": (
        tx(ROUTER, call(COIN_IN, 700 * 10**6, [NFT, TOKEN], USER, NOW + 600), value=ONE),
        {"price_bad", "balance_all"},
    ),
    "another chain": (tx(FRIEND, value=1, wallet_chain_id="137"), {"chain_other"}),
    "a creation": (tx(None, b"\x60\x00"), {"creates_contract"}),
    "a delegation": (
        tx(USER, tx={"authorization_list": [{"chain_id": "1", "address": STRANGER, "nonce": "1"}]}),
        {"delegation_code"},
    ),
    "a delegation everywhere": (
        tx(USER, tx={"authorization_list": [{"chain_id": "0", "address": STRANGER, "nonce": "1"}]}),
        {"delegation_code", "delegation_all_chains"},
    ),
    "trailing": (tx(TOKEN, call(TRANSFER, FRIEND, 5) + b"tag"), {"calldata_trailing"}),
    "short": (tx(TOKEN, call(TRANSFER, FRIEND, 5)[:-1]), {"calldata_malformed"}),
    "dirty": (
        tx(TOKEN, UNLIMITED[:4] + b"\1" + UNLIMITED[5:]),
        {"calldata_malformed", "approval_unlimited", "spender_unknown"},
    ),
    "two readings": (
        tx(
            TOKEN,
            call("multicall(bytes[])", [UNLIMITED])[:4]
            + b"".join(n.to_bytes(32) for n in (64, 0, 1, 32, 68))
            + UNLIMITED
            + b"\0" * 28,
        ),
        HIDDEN | {"calldata_noncanonical"},
    ),
    "lookalike page": (tx(FRIEND, value=1, origin="https://app.uniswa\u03c1.org"), {"origin_lookalike"}),
}
