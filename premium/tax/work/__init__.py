"""The jobs of the tax service, as the queue names them."""

from __future__ import annotations

from premium.execution.runtime import job
from premium.tax.jobs import IMPORT, REPORT, WALLET
from premium.tax.work.imports import make_import
from premium.tax.work.reports import make_report
from premium.tax.work.wallets import import_wallet

report = job(REPORT)(make_report)
import_upload = job(IMPORT)(make_import)
read_wallet = job(WALLET)(import_wallet)
