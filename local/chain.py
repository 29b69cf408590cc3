"""Prepare the local chain's market and the chains file that leads the workers to it."""

from __future__ import annotations

import json

from local.evm import Evm
from local.market import Market, build
from local.places import Places
from local.secrets import write_private


def prepare(places: Places, evm: Evm) -> Market:
    """Build the market on the node and write CHAINS_FILE.

    Tokens, exchanges and trades: only what is missing is sent.
    """
    market = build(evm.url)
    text = json.dumps(market.chains_file(evm.url), indent=2)
    if not places.chains.exists() or places.chains.read_text() != text:
        write_private(places.chains, text)
    return market
