"""Declare the privacy service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Metric, NoticeKind, Place, Schedule, Service, ServiceSettings

EXPORTS = "user-exports/"
"""Keys of finished exports in the bucket of exports begin so."""


class PrivacySettings(ServiceSettings):
    """What the environment says of erasures."""

    erasure_hours: int = Field(
        default=24, ge=0, le=720, description="Hours in which a user may take the erasure of his account back"
    )


SERVICE = Service(
    name="privacy",
    title="Export and erasure of users' data",
    routes=(
        "POST /v1/users/export",
        "GET /v1/users/exports/{id}",
        "DELETE /v1/users/me",
        "POST /v1/users/me/restore",
    ),
    needs=("database", "redis", "jobs", "exports", "idempotency", "audit"),
    scopes=("privacy:read", "privacy:write"),
    kinds=("privacy.export", "privacy.erase", "privacy.upkeep"),
    worker_needs=("reports", "exports", "usage", "idempotency", "audit", "audit_read", "anchors", "erasure", "mail"),
    schedules=(Schedule(name="privacy.upkeep", every=5, job="privacy.upkeep"),),
    notices=(NoticeKind(name="privacy.erasure"), NoticeKind(name="privacy.export")),
    settings=PrivacySettings,
    tables=("erasures",),
    places=(
        Place(store="premium", name="erasures", erasure="anonymise"),
        Place(store="s3", name="exports/user-exports/{user}/", exported=False),
        Place(
            store="dynamodb",
            name="idempotency",
            exported=False,
            reads="premium.privacy.work.items.answers",
            erases="premium.privacy.work.items.erase_answers",
        ),
    ),
    metrics=(
        Metric(name="ErasuresDone", title="Accounts erased"),
        Metric(name="ErasuresLate", title="Erasures that are due for over an hour", statistic="Maximum"),
    ),
    alarms=(
        Alarm(
            name="ErasuresLate",
            metric="ErasuresLate",
            text="an erasure is due for over an hour and not done",
            severity="warning",
            statistic="Maximum",
            above=0,
            minutes=15,
        ),
    ),
)
