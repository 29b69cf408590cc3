"""What a note must be before it is kept, and how its owner sees it. No socket is opened here."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError

from handlers.models.notes import NewNote, note_view
from premium.notes.model import Note

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("text", ["", "x" * 1001])
def test_a_text_has_bounds(text: str) -> None:
    with pytest.raises(ValidationError, match="text"):
        NewNote(text=text)


def test_a_field_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        NewNote.model_validate({"text": "hello", "colour": "red"})


def test_its_owner_sees_all_of_it() -> None:
    note = Note(id=uuid4(), text="hello", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    view = note_view(note)
    assert (view.id, view.text, view.created_at) == (note.id, note.text, note.created_at)
