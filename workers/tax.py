"""The jobs of the tax service, as the queue names them."""

from __future__ import annotations

from premium.jobs.runtime import job
from premium.tax.jobs import REPORT
from premium.tax.reporting import make_report

report = job(REPORT)(make_report)
