"""Finds NFTs of ERC-721 and ERC-1155 in logs, and asks contracts for their owners.

A log says where to look: strangers may send anything, and a contract may log what never was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from premium.chains import answers
from premium.chains.addresses import checksum
from premium.chains.reading.calls import Read
from premium.chains.reading.parts import Collectible, Standard

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
"""keccak256 of `TransferSingle(address,address,address,uint256,uint256)`."""
BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb"
"""keccak256 of `TransferBatch(address,address,address,uint256[],uint256[])`."""
_MOST_OF_A_LOG = 500
_OWNER_OF, _BALANCE_OF, _NAME = (bytes.fromhex(each) for each in ("6352211e", "00fdd58e", "06fdde03"))


def named(logs: Iterable[Any], wallets: Mapping[str, str], known: Collection[str]) -> dict[str, list[str]]:
    """Return wallet → `standard:contract#number` of what logs say came to it.

    `wallets`: by their topics. `known`: contracts that keep positions in NFTs, which protocols' modules read.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for log in logs:
        topics: Sequence[str] = log.get("topics", ()) if isinstance(log, dict) else ()
        if len(topics) != 4 or log["address"].lower() in known:
            continue
        standard: Standard = "erc721" if topics[0] == TRANSFER else "erc1155"
        receiver = wallets.get(topics[2] if standard == "erc721" else topics[3])
        if receiver is not None:
            contract = checksum(log["address"].lower())
            found[receiver] += [f"{standard}:{contract}#{number}" for number in _numbers(topics, log.get("data"))]
    return found


def _numbers(topics: Sequence[str], data: Any) -> list[int]:
    """Return the numbers that a log names; none of a log that makes no sense."""
    try:
        if topics[0] == TRANSFER:
            return [int(topics[3], 16)]
        content = bytes.fromhex(str(data)[2:])
        if topics[0] == SINGLE:
            return [int.from_bytes(content[:32], "big")] if len(content) >= 32 else []
        numbers, _ = decode(["uint256[]", "uint256[]"], content)
        return list(numbers[:_MOST_OF_A_LOG])
    except (ValueError, DecodingError, OverflowError):
        return []


async def held(
    read: Callable[[list[Read]], Awaitable[list[bytes | None]]], wanted: Mapping[str, Collection[str]]
) -> tuple[Collectible, ...]:
    """Return what wallets have of the NFTs that logs named.

    `read` asks contracts, and may get no answer from any.
    """
    asked = [(wallet, *_parts(name)) for wallet, names in sorted(wanted.items()) for name in sorted(names)]
    replies = await read([_question(*each) for each in asked])
    mine = [(*each, units) for each, reply in zip(asked, replies, strict=True) if (units := _units(each, reply))]
    contracts = sorted({contract for _, _, contract, _, _ in mine})
    said = dict(zip(contracts, await read([Read(each, _NAME) for each in contracts]), strict=True))
    return tuple(
        Collectible(wallet=wallet, contract=contract, number=number, standard=cast("Standard", standard), units=units,
                    name=answers.symbol(said[contract]))
        for wallet, standard, contract, number, units in mine
    )  # fmt: skip


def _parts(name: str) -> tuple[str, str, int]:
    standard, _, place = name.partition(":")
    contract, _, number = place.partition("#")
    return standard, contract, int(number)


def _question(wallet: str, standard: str, contract: str, number: int) -> Read:
    word = number.to_bytes(32, "big")
    if standard == "erc721":
        return Read(contract, _OWNER_OF + word)
    return Read(contract, _BALANCE_OF + bytes(12) + bytes.fromhex(wallet[2:]) + word)


def _units(asked: tuple[str, str, str, int], reply: bytes | None) -> int:
    """Return how many the wallet has; 0 where the contract does not say."""
    said = answers.uint(reply)
    if asked[1] == "erc1155":
        return said or 0
    return int(said == int(asked[0], 16))
