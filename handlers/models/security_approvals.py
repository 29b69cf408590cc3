"""Views of open allowances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from handlers.models.security import FindingView
from handlers.runtime import JobView, View, job_view
from premium.jobs.model import JobRecord

_ADDRESS = "0xdAC17F958D2ee523a2206206994597C13D831ec7"


class RevokeView(View):
    """The call by which an allowance is taken back."""

    to: str = Field(description="The target", examples=[_ADDRESS])
    data: str = Field(description="Its calldata", examples=["0x095ea7b3"])


class ApprovalView(View):
    """An allowance that stands."""

    token: str = Field(description="The token or collection", examples=[_ADDRESS])
    spender: str = Field(description="Who may take", examples=["0x000000000022D473030F116dDEE9F6B43aC78BA3"])
    spender_name: str | None = Field(description="As it is known", examples=["Permit2"])
    amount: str = Field(description="Base units; 1 for all units of a collection", examples=["1000000"])
    unlimited: bool
    """Whether it covers whatever the wallet will ever hold."""
    via: str = Field(description="erc20, operator or permit2", examples=["erc20"])
    since_block: int = Field(description="The block of its newest event", examples=[19000000])
    until: int | None = Field(description="Unix seconds at which it ends by itself", examples=[1780000000])
    exposure: str = Field(description="Base units that could be taken now", examples=["1000000"])
    findings: list[FindingView]
    """What speaks against it."""
    risk_score: int = Field(description="0 to 100", examples=[63])
    revoke: RevokeView
    """How it is taken back."""


class ApprovalsView(View):
    """The open allowances of a wallet; null while they are read for the first time."""

    approvals: list[ApprovalView] | None
    """The gravest first."""
    unknowns: list[str] = Field(description="What could not be read", examples=[[]])
    block: int | None = Field(description="The block whose state was read", examples=[19000000])
    at: datetime | None
    """When it was read."""
    stale: bool
    """Whether it is older than ten minutes, and read anew now."""
    job: JobView | None
    """The job that reads it."""


def approvals_view(told: Mapping[str, Any] | None, job: JobRecord | None) -> ApprovalsView:
    """Return the view of what was read, and of the job that reads anew."""
    reading = job_view(job) if job is not None else None
    if told is None:
        return ApprovalsView(approvals=None, unknowns=[], block=None, at=None, stale=False, job=reading)
    listed = [ApprovalView.model_validate(each) for each in told["approvals"]]
    return ApprovalsView(
        approvals=listed,
        unknowns=told["unknowns"],
        block=told["block"],
        at=datetime.fromisoformat(told["at"]),
        stale=job is not None,
        job=reading,
    )
