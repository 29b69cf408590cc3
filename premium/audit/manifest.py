"""Declare the room of the audit trail."""

from __future__ import annotations

from premium.manifest import Place, Schedule, Service

SERVICE = Service(
    name="audit",
    title="Who changed what, sealed day by day",
    schedules=(
        Schedule(name="audit.seal", every=60, task="premium.audit.seals.make", needs=("audit_read", "anchors")),
    ),
    places=(
        Place(
            store="dynamodb",
            name="audit",
            erasure="keep",
            reason="who changed what, by the user's id: evidence against abuse; entries end after one year or seven",
            years=7,
            reads="premium.privacy.work.items.entries",
        ),
    ),
)
