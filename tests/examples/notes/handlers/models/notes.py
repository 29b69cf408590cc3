"""Requests and views of the notes routes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Position, View
from premium.notes.model import Note


class NewNote(Body):
    """A note to be kept."""

    text: str = Field(
        min_length=1,
        max_length=1000,
        description="The user's own words",
        examples=["Look at this pool again on Monday"],
    )


class NoteView(View):
    """A note."""

    id: UUID
    """The note's id."""
    text: str = Field(description="The user's own words", examples=["Look at this pool again on Monday"])
    created_at: datetime
    """When it was kept."""


class NotePosition(Position):
    """The place after a note in the list."""

    created_at: datetime
    id: UUID


def note_view(note: Note) -> NoteView:
    """Return a note as its owner sees it."""
    return NoteView.model_validate(note.model_dump())
