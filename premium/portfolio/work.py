"""The jobs of portfolios, as the queue names them."""

from __future__ import annotations

from premium.execution.runtime import job
from premium.portfolio.jobs import REFRESH
from premium.portfolio.refresh import refresh as read_portfolio

refresh = job(REFRESH)(read_portfolio)
