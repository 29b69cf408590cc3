"""Declare the room of the audit trail."""

from __future__ import annotations

from premium.manifest import Schedule, Service

SERVICE = Service(
    name="audit",
    title="Who changed what, sealed day by day",
    schedules=(
        Schedule(name="audit.seal", every=60, task="premium.audit.seals.make", needs=("audit_read", "anchors")),
    ),
)
