"""A block as events: its transfers (ERC-20 and native) and its gas price.

An event's id is made of the block's hash and its place in the block: the same block gives the same events whenever it
is read, and the block that a reorganisation puts in its place gives others. Behind a reorganisation the ids also name
the branch, because a block that was taken back may return, and what it gave at first stays taken back. `asset` is the
price key `chain:address`, `amount_base_units` the exact integer that moved, and `amount` the same in whole units: null
where the token's decimals are not known, since a guess would be wrong by powers of ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from statistics import median_low
from typing import Any

from premium.chains.addresses import NATIVE, asset_key, checksum
from premium.clock import rfc3339
from premium.money import EXACT, from_base_units, plain

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256("Transfer(address,address,uint256)")."""
_GWEI = 9
_CENT = Decimal("0.01")
_TO_CENTS = Context(prec=400, rounding=ROUND_HALF_EVEN)
_ERC20_TOPICS = 3  # an ERC-721 indexes the token's id too

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asset:
    """What is known of an asset besides its key.

    `decimals` is None where the contract does not say them credibly; `listed`: the registry vouches for the symbol,
    which any contract may claim; `usd` is the price of one whole unit.
    """

    symbol: str | None = None
    decimals: int | None = None
    listed: bool = False
    usd: Decimal | None = None


def events_of(chain: str, block: Mapping[str, Any], logs: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return a block's events in base units; `block` has its transactions in full.

    KeyError, ValueError: the node's answer makes no sense.
    """
    events = [_gas(chain, block), *_native(chain, block), *_tokens(chain, block, logs)]
    return [event for event in events if event]


def assets(events: Sequence[Event]) -> set[str]:
    """Return the assets that the events transfer."""
    return {event["asset"] for event in events if event["kind"] == "transfer"}


def described(event: Event, known: Mapping[str, Asset]) -> Event:
    """Return a transfer with what is known of its asset; other events as they are.

    Dollars are rounded to cents.
    """
    if event["kind"] != "transfer":
        return event
    asset = known.get(event["asset"], Asset())
    told = event | {"symbol": asset.symbol, "listed": asset.listed, "decimals": asset.decimals, "amount": None}
    if asset.decimals is None:
        return told
    amount = from_base_units(int(event["amount_base_units"]), asset.decimals)
    told |= {"amount": plain(amount)}
    if asset.usd is None:
        return told
    return told | {"amount_usd": plain(EXACT.multiply(amount, asset.usd).quantize(_CENT, context=_TO_CENTS))}


def _common(chain: str, block: Mapping[str, Any], kind: str, place: str) -> Event:
    time = datetime.fromtimestamp(int(block["timestamp"], 16), UTC)
    return {
        "event_id": f"{chain}:{block['hash']}:{place}", "kind": kind, "chain": chain, "timestamp": rfc3339(time),
        "block_number": int(block["number"], 16),
    }  # fmt: skip


def _gas(chain: str, block: Mapping[str, Any]) -> Event:
    """Return the gas event: the median price that transactions paid, else the base fee."""
    base = int(block.get("baseFeePerGas") or "0x0", 16)
    paid = [price for one in block["transactions"] if (price := _paid(one, base)) is not None]
    price = median_low(paid) if paid else base
    return _common(chain, block, "gas", "gas") | {"gas_gwei": _gwei(price), "base_fee_gwei": _gwei(base)}


def _paid(transaction: Mapping[str, Any], base: int) -> int | None:
    """Return what a transaction paid for gas, None where the node does not say; some name only its bounds."""
    if "gasPrice" in transaction:
        return int(transaction["gasPrice"], 16)
    if "maxFeePerGas" not in transaction:
        return None
    tip = int(transaction.get("maxPriorityFeePerGas") or "0x0", 16)
    return min(int(transaction["maxFeePerGas"], 16), base + tip)


def _gwei(wei: int) -> str:
    return plain(EXACT.scaleb(Decimal(wei), -_GWEI))


def _native(chain: str, block: Mapping[str, Any]) -> Iterator[Event]:
    for one in block["transactions"]:
        amount = int(one["value"], 16)
        if amount and one.get("to"):
            place = f"tx:{int(one['transactionIndex'], 16)}"
            yield _transfer(
                _common(chain, block, "transfer", place), NATIVE, (one["from"], one["to"]), amount, one["hash"]
            )


def _tokens(chain: str, block: Mapping[str, Any], logs: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    for log in logs:
        topics, data = log["topics"], log["data"]
        if len(topics) != _ERC20_TOPICS or topics[0] != TRANSFER or len(data) != 2 + 64:
            continue
        parties = (f"0x{topics[1][-40:]}", f"0x{topics[2][-40:]}")
        common = _common(chain, block, "transfer", f"log:{int(log['logIndex'], 16)}")
        yield _transfer(common, log["address"], parties, int(data, 16), log["transactionHash"])


def _transfer(common: Event, token: str, parties: tuple[str, str], amount: int, transaction: str) -> Event:
    asset = asset_key(common["chain"], token if token == NATIVE else checksum(token))
    sender, receiver = map(checksum, parties)
    return common | {
        "asset": asset, "amount_base_units": str(amount), "from": sender, "to": receiver, "tx_hash": transaction,
    }  # fmt: skip
