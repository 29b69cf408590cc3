"""Declare the notes service."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Alarm, Metric, NoticeKind, Place, Schedule, Service, ServiceSettings


class NoteSettings(ServiceSettings):
    """What the environment tells the upkeep of notes."""

    notes_kept_days: int = Field(default=365, ge=1, le=3650, description="Days after which a note is removed")


SERVICE = Service(
    name="notes",
    title="Short texts that a user keeps",
    routes=("POST /v1/notes", "GET /v1/notes", "GET /v1/notes/{id}", "POST /v1/notes/summary"),
    needs=("database", "redis", "idempotency", "audit", "jobs"),
    scopes=("notes:read", "notes:write"),
    kinds=("notes.summary", "notes.removal"),
    schedules=(Schedule(name="notes.removal", every=1440, job="notes.removal"),),
    notices=(NoticeKind(name="notes.summary"),),
    settings=NoteSettings,
    tables=("notes",),
    places=(Place(store="premium", name="notes"),),
    metrics=(Metric(name="NotesAdded", title="Notes added"),),
    alarms=(
        Alarm(
            name="NotesFlood",
            metric="NotesAdded",
            text="over 10,000 notes in five minutes",
            severity="warning",
            above=10_000,
        ),
    ),
)
