"""Carry out the jobs of the tax service, one module a kind.

The queue names the bodies by this package: `JobKind.function`.
"""

from premium.tax.work.comparisons import compare
from premium.tax.work.imports import import_upload
from premium.tax.work.reports import report
from premium.tax.work.wallets import read_wallet

__all__ = ["compare", "import_upload", "read_wallet", "report"]
