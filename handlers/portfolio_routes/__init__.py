"""Routes of the portfolio by room: wallets, holdings, measures, exports; `handlers.portfolio` serves them."""

from __future__ import annotations

from handlers.runtime import router
from premium.chains.addresses import in_key

routes = router("Portfolio")


def asset_key(asset: str) -> str:
    """Return the key of an asset as it was given: `chain:address`."""
    chain, _, address = asset.partition(":")
    return f"{chain.lower()}:{in_key(address)}"
