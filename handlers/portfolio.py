"""The portfolio's function: its routes stand by room in `handlers.portfolio_routes`."""

from __future__ import annotations

from handlers.portfolio_routes import exports, holdings, measures, wallets
from handlers.portfolio_routes import routes as app
from handlers.runtime import entry

ROOMS = (wallets, holdings, measures, exports)
"""Each puts its routes into `app`."""

handler = entry(app)
