"""Parts that every handler shares: envelope, errors, router, pagination, idempotency, headers.

It is the HTTP side alone; nothing here knows a service.
"""

from handlers.runtime.adapt import renewed_by
from handlers.runtime.answers.envelope import Listing
from handlers.runtime.answers.jobs import JobErrorView, JobView, job_view
from handlers.runtime.answers.pagination import Cursor, Limit, Position, cursor_of, listing, position
from handlers.runtime.answers.redirect import lead_to
from handlers.runtime.audit import asked, audited
from handlers.runtime.entry import entry
from handlers.runtime.models import (
    Amount,
    Body,
    ExactJson,
    Figures,
    Moment,
    Money,
    Number,
    Ratio,
    View,
    Visible,
    VisibleLines,
    Whole,
)
from handlers.runtime.requests.arguments import Caller, Client, IdempotencyKey, Raw, RequestId, Visitor
from handlers.runtime.requests.needs import login, measured, needs, public, signed
from handlers.runtime.requests.state import answer_header
from handlers.runtime.router import Router, router
from premium.principal import Principal
from premium.tiers import Tier

__all__ = [
    "Amount",
    "Body",
    "Caller",
    "Client",
    "Cursor",
    "ExactJson",
    "Figures",
    "IdempotencyKey",
    "JobErrorView",
    "JobView",
    "Limit",
    "Listing",
    "Moment",
    "Money",
    "Number",
    "Position",
    "Principal",
    "Ratio",
    "Raw",
    "RequestId",
    "Router",
    "Tier",
    "View",
    "Visible",
    "VisibleLines",
    "Visitor",
    "Whole",
    "answer_header",
    "asked",
    "audited",
    "cursor_of",
    "entry",
    "job_view",
    "lead_to",
    "listing",
    "login",
    "measured",
    "needs",
    "position",
    "public",
    "renewed_by",
    "router",
    "signed",
]
