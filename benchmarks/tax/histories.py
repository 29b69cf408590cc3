"""One random history in every tool's own format: neutral JSON, an ODS for RP2, a CSV for BittyTax."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple
from xml.sax.saxutils import escape

ASSETS, WALLETS = ("BTC", "ETH", "SOL"), ("Kraken", "Coinbase")
START = datetime(2019, 1, 1, tzinfo=UTC)


class Trade(NamedTuple):
    """Thousandths of a unit, cents; never more sold than a wallet holds."""

    number: int
    when: datetime
    buys: bool
    asset: str
    wallet: str
    units: int
    cents: int

    @property
    def amount(self) -> Decimal:
        return Decimal(self.units).scaleb(-3)

    @property
    def price(self) -> Decimal:
        return Decimal(self.cents).scaleb(-2)


def trades(count: int, seed: int = 1) -> Iterator[Trade]:
    """Half buys, half sells, all within four years of 2019-2022."""
    random, held, now = Random(seed), dict[tuple[str, str], int](), START
    step = 4 * 365 * 86_400 // count
    for number in range(count):
        now += timedelta(seconds=random.randint(1, 2 * step - 1))
        key = (random.choice(ASSETS), random.choice(WALLETS))
        there = held.get(key, 0)
        buys = there < 50 or random.random() > 0.48
        units = random.randint(1, 5000) if buys else random.randint(1, there)
        held[key] = there + (units if buys else -units)
        yield Trade(number, now, buys, *key, units, random.randint(100_00, 99_999_00))


def neutral(count: int, path: Path) -> None:
    with path.open("w") as file:
        file.write('{"transactions": [')
        for trade in trades(count):
            row = {
                "id": f"t{trade.number}",
                "timestamp": trade.when.isoformat().replace("+00:00", "Z"),
                "type": "buy" if trade.buys else "sell",
                "asset": trade.asset,
                "amount": str(trade.amount),
                "price": str(trade.price),
                "fee": "1.25",
                "wallet": trade.wallet,
            }
            file.write((",\n" if trade.number else "\n") + json.dumps(row))
        file.write("]}\n")


def kraken(count: int, path: Path) -> None:
    """A ledger of two lines a trade."""
    with path.open("w") as file:
        file.write('"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n')
        for trade in trades(count):
            when, fiat = trade.when.strftime("%Y-%m-%d %H:%M:%S"), trade.amount * trade.price
            units, money = (trade.amount, -fiat) if trade.buys else (-trade.amount, fiat)
            for side, asset, change, fee in (("a", trade.asset, units, "0"), ("b", "ZUSD", money, "1.25")):
                file.write(
                    f'"L{trade.number}{side}","T{trade.number}","{when}","trade","tradespot","currency","{asset}",'
                    f'"spot / main",{change},{fee},0\n'
                )


def coinbase(count: int, path: Path) -> None:
    """A transaction history, in which every amount has its sign of money."""
    with path.open("w") as file:
        file.write(
            "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
        )
        file.write("Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n")
        for trade in trades(count):
            fiat = (trade.amount * trade.price).quantize(Decimal("0.01"))
            kind, units = ("Buy", trade.amount) if trade.buys else ("Sell", -trade.amount)
            file.write(
                f"c{trade.number},{trade.when:%Y-%m-%d %H:%M:%S} UTC,{kind},{trade.asset},{units},USD,${trade.price},"
                f"${fiat},${fiat},$1.25,\n"
            )


def bittytax(count: int, path: Path) -> None:
    """Fiat trades of BittyTax's own CSV (README, 'Transaction records')."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        columns = "Type,Buy Quantity,Buy Asset,Buy Value in GBP,Sell Quantity,Sell Asset,Sell Value in GBP,"
        out.writerow((columns + "Fee Quantity,Fee Asset,Fee Value in GBP,Wallet,Timestamp,Note").split(","))
        for trade in trades(count):
            fiat, when = trade.amount * trade.price, trade.when.strftime("%Y-%m-%dT%H:%M:%S UTC")
            sides = (trade.amount, trade.asset, "", fiat, "GBP", "")
            if not trade.buys:
                sides = (fiat, "GBP", "", trade.amount, trade.asset, "")
            out.writerow(("Trade", *sides, "1.25", "GBP", "", trade.wallet, when, ""))


RP2_CONFIG = f"""[general]
assets = {", ".join(ASSETS)}
exchanges = {", ".join(WALLETS)}
holders = Me

[in_header]
timestamp = 0
asset = 1
exchange = 2
holder = 3
transaction_type = 4
spot_price = 5
crypto_in = 6
fiat_fee = 7
unique_id = 8

[out_header]
timestamp = 0
asset = 1
exchange = 2
holder = 3
transaction_type = 4
spot_price = 5
crypto_out_no_fee = 6
crypto_fee = 7
unique_id = 8

[intra_header]
timestamp = 0
asset = 1
from_exchange = 2
from_holder = 3
to_exchange = 4
to_holder = 5
spot_price = 6
crypto_sent = 7
crypto_received = 8
"""


def rp2(count: int, path: Path) -> None:
    """A spreadsheet with a sheet an asset, its XML written by hand: no library makes 100,000 rows in a minute."""
    by_asset: dict[str, list[Trade]] = {asset: [] for asset in ASSETS}
    for trade in trades(count):
        by_asset[trade.asset].append(trade)
    sheets = "".join(_sheet(asset, found) for asset, found in by_asset.items())
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def _sheet(asset: str, found: list[Trade]) -> str:
    rows = [_row("IN"), _row(*_HEADINGS)]
    rows += [_trade(trade, "BUY", "1.25") for trade in found if trade.buys]
    rows += [_row("TABLE END"), _row(""), _row("OUT"), _row(*_HEADINGS)]
    rows += [_trade(trade, "SELL", "0") for trade in found if not trade.buys]
    rows.append(_row("TABLE END"))
    columns = '<table:table-column table:number-columns-repeated="9"/>'
    return f'<table:table table:name="{asset}">{columns}{"".join(rows)}</table:table>'


_HEADINGS = ("timestamp", "asset", "exchange", "holder", "type", "price", "amount", "fee", "id")


def _trade(trade: Trade, kind: str, fee: str) -> str:
    when = trade.when.strftime("%Y-%m-%d %H:%M:%S +0000")
    texts = (when, trade.asset, trade.wallet, "Me", kind)
    return _row(*texts, trade.price, trade.amount, Decimal(fee), f"t{trade.number}")


def _row(*cells: str | Decimal) -> str:
    padded = (*cells, *("",) * (9 - len(cells)))
    return f"<table:table-row>{''.join(map(_cell, padded))}</table:table-row>"


def _cell(value: str | Decimal) -> str:
    if isinstance(value, Decimal):
        cell = f'<table:table-cell office:value-type="float" office:value="{value}">'
        return f"{cell}<text:p>{value}</text:p></table:table-cell>"
    if not value:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
