"""Routes of exports."""

from __future__ import annotations

from uuid import UUID

from handlers.models.portfolio_exports import NewPortfolioExport, PortfolioExportView
from handlers.portfolio_routes import routes
from handlers.runtime import Caller, IdempotencyKey, JobView, RequestId, job_view, needs
from premium.bootstrap import platform
from premium.portfolio.exports import PortfolioExports


@routes.post("/v1/portfolio/exports", status_code=202)
@needs(service="portfolio", scope="portfolio:read")
def start_portfolio_export(
    caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey, wanted: NewPortfolioExport
) -> JobView:
    """Write holdings, positions, history, flows or performance to a file.

    GET /v1/portfolio/exports/{id} with the job's id leads to it, for 30 days.
    """
    asked = (wanted.what, wanted.format, wanted.since, wanted.until)
    exports = PortfolioExports.of(platform())
    return job_view(exports.start(caller, *asked, request_id=request_id, idempotency_key=idempotency_key))


@routes.get("/v1/portfolio/exports/<export_id>")
@needs(service="portfolio", scope="portfolio:read")
def get_portfolio_export(caller: Caller, export_id: UUID) -> PortfolioExportView:
    """Show an export, with a link once it is made."""
    exports = PortfolioExports.of(platform())
    record = exports.again(caller.user_id, export_id)
    return PortfolioExportView.of(record, exports.link(caller, record))
