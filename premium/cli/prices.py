"""Load stored prices, from which tax reports are filled: `premium prices`."""

from __future__ import annotations

from pathlib import Path

import click

from premium.bootstrap import platform
from premium.cli.operators import changes_state
from premium.prices.files import read_prices
from premium.prices.model import KnownPrice
from premium.prices.names import price_key
from premium.prices.store import StoredPrices


@click.group()
def prices() -> None:
    """Add historical prices of assets in US dollars."""


@prices.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@changes_state
def load_command(file: Path) -> None:
    """Add prices in US dollars from a file.

    CSV with asset,timestamp,price (and source), or a JSON object a line.
    An asset is a symbol that exchanges list, chain:address, or a currency's code: EUR is what one euro costs. What a
    source has said of a moment stays, so the same file twice adds nothing.
    """
    known = [KnownPrice(_key(price.asset), price.at, price.price, price.source) for price in read_prices(file)]
    click.echo(f"{StoredPrices(platform().timeseries).add(known)} of {len(known)} prices were new")


def _key(asset: str) -> str:
    chain, found, address = asset.partition(":")
    return price_key(chain, address) if found else asset
