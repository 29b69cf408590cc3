"""Read the wallet's transactions from the chain as the neutral tax JSON.

docs/tax-format.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from local.market.model import Market
from local.market.node import Node, calldata
from premium.chains.reading.collectibles import TRANSFER
from premium.clock import rfc3339
from premium.money import EXACT, ZERO, divide, from_base_units, plain

_BLOCKS_A_BATCH = 100
_CENT_PARTS = Decimal(1).scaleb(-18)
Row = dict[str, Any]


def history(url: str, market: Market) -> Mapping[str, Any]:
    """Return the wallet's history as a body of `POST /v1/tax/transactions/import`.

    Amounts add up to what the wallet holds, to the last wei.
    """
    node = Node(url)
    try:
        rows = [row for found in _transactions(node, market) for row in _Entry(node, market, *found).rows()]
    finally:
        node.close()
    return {"jurisdiction": "US", "currency": "USD", "method": "fifo", "transactions": rows}


def _transactions(node: Node, market: Market) -> Iterator[tuple[Row, Row, int]]:
    """Yield each transaction with receipt and block time, oldest first.

    The last is the last that the market's trades sent.
    """
    parties = {market.wallet.lower(), market.owner.lower()}
    missing, first = node.nonce(market.wallet), 0
    while missing > 0:
        numbers = [[hex(n), True] for n in range(first, first + _BLOCKS_A_BATCH)]
        blocks = [block for block in node.batch("eth_getBlockByNumber", numbers) if block]
        mined = [(tx, int(block["timestamp"], 16)) for block in blocks for tx in block["transactions"]]
        mine = [(tx, at) for tx, at in mined if tx["from"] in parties]
        receipts = node.batch("eth_getTransactionReceipt", [[tx["hash"]] for tx, _ in mine])
        missing -= sum(tx["from"] == market.wallet.lower() for tx, _ in mine)
        yield from ((tx, receipt, at) for (tx, at), receipt in zip(mine, receipts, strict=True))
        first += _BLOCKS_A_BATCH
        if not blocks:
            return


class _Entry:
    """One transaction as the wallet sees it: what it sent, received and paid."""

    def __init__(self, node: Node, market: Market, tx: Row, receipt: Row, at: int) -> None:
        self._node, self._market, self._tx, self._receipt = node, market, tx, receipt
        self._at = rfc3339(datetime.fromtimestamp(at, UTC))
        self._block = receipt["blockNumber"]

    def rows(self) -> list[Row]:
        wallet = self._market.wallet.lower()
        sent = self._tx["from"] == wallet
        gone, come = self._tokens(1), self._tokens(2)
        value = from_base_units(int(self._tx["value"], 16), 18)
        if value and sent:
            gone.insert(0, ("ETH", value))
        if value and self._tx["to"] == wallet:
            come.insert(0, ("ETH", value))
        return self._swap(gone, come) + ([self._gas()] if sent else [])

    def _tokens(self, side: int) -> list[tuple[str, Decimal]]:
        """Return the token transfers from (topic 1) or to (topic 2) the wallet."""
        padded = "0x" + self._market.wallet[2:].lower().zfill(64)
        names = {self._market.usd: "USDL", self._market.governance: "LGOV", self._market.proxy_token: "LPTS"}
        symbols = {address.lower(): symbol for address, symbol in names.items()}
        logs = [log for log in self._receipt["logs"] if log["topics"][0] == TRANSFER and log["topics"][side] == padded]
        return [(symbols[log["address"]], from_base_units(int(log["data"], 16), 18)) for log in logs]

    def _swap(self, gone: list[tuple[str, Decimal]], come: list[tuple[str, Decimal]]) -> list[Row]:
        """Return a swap as two legs of one group, valued by what left.

        What only came in was bought outside, or is a reward.
        """
        if not gone:
            return [self._received(*leg) for leg in come]
        worth = sum((EXACT.multiply(amount, self._price(asset)) for asset, amount in gone), ZERO)
        if any(asset == "USDL" for asset, _ in come):
            worth = sum((amount for asset, amount in come if asset == "USDL"), ZERO)
        legs = [("sell", *leg) for leg in gone] + [("buy", *leg) for leg in come]
        return [self._row(kind, asset, amount, worth, group=self._tx["hash"]) for kind, asset, amount in legs]

    def _received(self, asset: str, amount: Decimal) -> Row:
        worth = EXACT.multiply(amount, self._price(asset))
        if asset == "ETH":
            return self._row("buy", asset, amount, worth)
        return self._row("income", asset, amount, worth, kind="reward")

    def _gas(self) -> Row:
        wei = int(self._receipt["gasUsed"], 16) * int(self._receipt["effectiveGasPrice"], 16)
        amount = from_base_units(wei, 18)
        return self._row("fee", "ETH", amount, EXACT.multiply(amount, self._price("ETH")))

    def _row(self, kind_of_row: str, asset: str, amount: Decimal, worth: Decimal, **more: str) -> Row:
        value = worth.quantize(_CENT_PARTS)
        return {
            "id": f"{self._tx['hash']}:{kind_of_row}:{asset}", "timestamp": self._at, "type": kind_of_row,
            "asset": asset, "amount": plain(amount), "price": plain(divide(value, amount).quantize(_CENT_PARTS)),
            "value": plain(value), "fee": "0", "wallet": self._market.wallet, "chain": "local",
            "tx_hash": self._tx["hash"], **more,
        }  # fmt: skip

    def _price(self, asset: str) -> Decimal:
        """Return the price of one token in USD, by the pool's reserves.

        They are those at the end of the block.
        """
        token = {"ETH": self._market.weth, "LGOV": self._market.governance}.get(asset)
        if token is None:
            return Decimal(1)
        first, second = self._reserves(token)
        dollars, tokens = (first, second) if self._market.usd.lower() < token.lower() else (second, first)
        return divide(Decimal(dollars), Decimal(tokens)).quantize(_CENT_PARTS)

    def _reserves(self, token: str) -> tuple[int, int]:
        pair = "0x" + self._view(self._market.v2_factory, "getPair(address,address)", token, self._market.usd)[-40:]
        words = self._view(pair, "getReserves()")
        return int(words[2:66], 16), int(words[66:130], 16)

    def _view(self, target: str, signature: str, *arguments: str) -> str:
        call = {"to": target, "data": "0x" + calldata(signature, *arguments).hex()}
        return str(self._node.call("eth_call", call, self._block))
