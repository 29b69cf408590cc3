"""Notes: add one, list them, look at one, have them counted."""

from __future__ import annotations

from uuid import UUID

from handlers.models.notes import NewNote, NotePosition, NoteView, note_view
from handlers.runtime import (
    Caller,
    Cursor,
    IdempotencyKey,
    JobView,
    Limit,
    Listing,
    RequestId,
    entry,
    job_view,
    listing,
    needs,
    position,
    router,
)
from premium.bootstrap import platform
from premium.notes.service import Notes

app = router("Notes")


@app.post("/v1/notes", status_code=201)
@needs(tier="starter", scope="notes:write")
def add_note(caller: Caller, body: NewNote) -> NoteView:
    """Add a note."""
    return note_view(Notes.of(platform()).add(caller.user_id, body.text))


@app.get("/v1/notes")
@needs(tier="starter", scope="notes:read")
def list_notes(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[NoteView]:
    """List notes, newest first."""
    place = position(cursor, NotePosition)
    after = (place.created_at, place.id) if place else None
    rows = [note_view(row) for row in Notes.of(platform()).page(caller.user_id, limit + 1, after)]
    return listing(rows, limit, NotePosition, created_at="created_at", id="id")


@app.get("/v1/notes/<note_id>")
@needs(tier="starter", scope="notes:read")
def get_note(caller: Caller, note_id: UUID) -> NoteView:
    """Return one note."""
    return note_view(Notes.of(platform()).get(caller.user_id, note_id))


@app.post("/v1/notes/summary", status_code=202)
@needs(tier="starter", scope="notes:write")
def start_summary(caller: Caller, request_id: RequestId, idempotency_key: IdempotencyKey) -> JobView:
    """Count the notes; a notice says how many there are."""
    record = Notes.of(platform()).start_summary(caller.user_id, request_id=request_id, idempotency_key=idempotency_key)
    return job_view(record)


handler = entry(app)
