"""Messages of the streams, and the body of a webhook.

The document of the API describes them; they are sent by premium.streams and premium.notifications.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from handlers.runtime import Body, JobErrorView, View
from premium.jobs.model import JobStatus

EVENT = {"event_id": "local:7:0", "kind": "transfer", "chain": "local", "amount_usd": "1250000"}


class StreamRequest(Body):
    """A message that a client sends: subscribe, unsubscribe, or ping."""

    type: Literal["subscribe", "unsubscribe", "ping"]
    """`ping` needs no channel and is answered with `pong`."""
    channel: str | None = Field(default=None, description="What to listen to", examples=["alerts"])


class StreamAnswer(View):
    """An answer to a client's message, or the greeting of a new connection."""

    type: Literal["connected", "subscribed", "unsubscribed", "pong", "error"]
    """`connected` comes once, when the connection is open."""
    connection_id: str | None = Field(default=None, description="Of this connection", examples=["L0SM9cOFvHcCIhw="])
    channel: str | None = Field(default=None, description="Of a subscription", examples=["alerts"])
    error: JobErrorView | None = Field(default=None, description="What was wrong")


class AlertNews(View):
    """An alert in a few words."""

    alert_id: UUID
    """Of `GET /v1/alerts/history`."""
    rule_id: UUID
    """The rule that it met."""
    message: str = Field(description="The text that the channels send", examples=["Whale: 1,250,000 USD moved"])
    timestamp: datetime
    """When the rule fired."""
    retracted: Literal[True] | None = Field(default=None, description="The event was taken back", examples=[None])


class AlertMessage(View):
    """An alert fired, or was taken back."""

    type: Literal["alert"]
    """Always `alert`."""
    data: AlertNews
    """The alert."""


class JobNews(View):
    """The end of a job; its result is at `GET /v1/jobs/{jobId}`."""

    id: UUID
    """The job's."""
    kind: str = Field(description="The service, a dot, what was done", examples=["portfolio.refresh"])
    status: JobStatus = Field(description="`done` or `failed`", examples=["done"])
    progress: str = Field(description="0 to 1", examples=["1"])
    ended_at: datetime
    """When it ended."""
    error: JobErrorView | None = Field(default=None, description="Why it failed", examples=[None])


class JobMessage(View):
    """A job ended."""

    type: Literal["job"]
    """Always `job`."""
    data: JobNews
    """The job."""


class PortfolioMessage(View):
    """A new snapshot of the portfolio is there, or a chain was read for one."""

    type: Literal["portfolio", "progress"]
    """`progress`: a chain of a refresh was read, or was not."""
    data: Mapping[str, JsonValue] = Field(
        description="Of a snapshot its totals, `changes` and `cursor` (`/v1/portfolio/changes` goes on from it); of a"
        " chain `jobId`, `chain`, `status`, `usd` by the prices before, and the `cursor` of the snapshot before",
        examples=[{"snapshotId": "0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57", "totalValueUsd": "15423.87", "changes": []}],
    )


class SecurityMessage(View):
    """A scan is there, or a contract that the user watches changed."""

    type: Literal["scan", "changed"]
    """`changed`: a contract that the user holds or has approved."""
    data: Mapping[str, JsonValue] = Field(
        description="Of a scan `scanId`, `jobId`, `type`, `chain`, `target`, `verdict`, `riskScore`; of a change"
        " `chain`, `target`, `changes` as sentences",
        examples=[{"scanId": "0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57", "verdict": "danger", "riskScore": 71}],
    )


class NoticeNews(View):
    """A notice in the app."""

    id: UUID
    """Of `GET /v1/notices`."""
    kind: str = Field(description="The service that tells, a dot, what it tells", examples=["notes.summary"])
    title: str = Field(description="One line", examples=["Your notes"])
    text: str = Field(description="The message", examples=["You keep 3 notes."])
    created_at: datetime
    """When it was told."""


class NoticeMessage(View):
    """A notice was told, or taken back."""

    type: Literal["notice"]
    """Always `notice`."""
    data: NoticeNews
    """The notice."""


CHANNELS: Mapping[str, type[View]] = {
    "alerts": AlertMessage,
    "jobs": JobMessage,
    "notices": NoticeMessage,
    "portfolio": PortfolioMessage,
    "security": SecurityMessage,
}


class AlertWebhook(View):
    """The body of an alert's webhook."""

    type: Literal["alert", "alert.retracted"]
    """`alert.retracted`: the event was taken back by a reorganisation."""
    alert_id: UUID
    """Of `GET /v1/alerts/history`; the same at a repeat."""
    rule_id: UUID
    """The rule that it met."""
    rule_name: str = Field(description="Its name", examples=["Whales on ethereum"])
    rule_type: str = Field(description="Its type", examples=["whale"])
    event_id: str = Field(description="The event's own id", examples=["ethereum:19000000:12"])
    event_time: datetime
    """When the event happened."""
    triggered_at: datetime
    """When the rule fired."""
    retracted_at: datetime | None
    """When it was taken back."""
    test: bool
    """The event was a trial of the rule."""
    event: Mapping[str, JsonValue] = Field(description="The event as it was matched", examples=[EVENT])
    delivery_id: UUID
    """Also in `X-Premium-Delivery-Id`; the same at a repeat."""
    message: str = Field(description="The rule's text", examples=["Whale: 1,250,000 USD moved"])


MESSAGES: tuple[type[View] | type[Body], ...] = (StreamRequest, StreamAnswer, *CHANNELS.values(), AlertWebhook)
