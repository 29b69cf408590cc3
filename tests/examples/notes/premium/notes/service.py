"""Use cases of notes: the door of the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from premium.bootstrap import Platform
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.notes.jobs import SUMMARY, SummaryPayload
from premium.notes.model import Note
from premium.notes.store import NoteStore
from premium.observability import count


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What a user does with notes."""

    store: NoteStore
    jobs: JobService

    @classmethod
    def of(cls, platform: Platform) -> Notes:
        """Return the use cases over the stores of a process."""
        return cls(store=NoteStore(platform.database), jobs=platform.jobs)

    def add(self, user_id: UUID, text: str) -> Note:
        """Keep a note."""
        made = self.store.add(user_id, text)
        count("NotesAdded")
        return made

    def get(self, user_id: UUID, note_id: UUID) -> Note:
        """Return one note."""
        return self.store.get(user_id, note_id)

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[Note]:
        """Return notes, newest first."""
        return self.store.page(user_id, limit, after)

    def start_summary(self, user_id: UUID, *, request_id: str, idempotency_key: str | None) -> JobRecord:
        """Start the job that counts the user's notes and sends a notice."""
        return self.jobs.start(
            SUMMARY, SummaryPayload(), user_id=user_id, request_id=request_id, idempotency_key=idempotency_key
        )
