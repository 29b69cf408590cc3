"""The store and the jobs of notes on a real PostgreSQL, as the application's role."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from premium.bootstrap import Platform
from premium.errors import NotFound
from premium.notes.service import Notes
from premium.notes.store import NoteStore
from tests.fixtures.platform import AddUser

pytestmark = pytest.mark.integration


@pytest.fixture
def notes(platform: Platform) -> Notes:
    return Notes.of(platform)


def test_a_list_is_paged_newest_first(notes: Notes, user: UUID) -> None:
    made = [notes.add(user, f"text {number}") for number in range(3)]
    first = notes.page(user, 2, None)
    rest = notes.page(user, 2, (first[-1].created_at, first[-1].id))
    assert [*first, *rest] == made[::-1]


def test_another_user_sees_nothing_of_it(notes: Notes, user: UUID, add_user: AddUser) -> None:
    note, stranger = notes.add(user, "mine"), add_user()
    assert notes.get(user, note.id) == note
    assert notes.page(stranger, 10, None) == []
    with pytest.raises(NotFound):
        notes.get(stranger, note.id)


def test_old_ones_are_removed_by_the_worker(notes: Notes, platform: Platform, user: UUID) -> None:
    note = notes.add(user, "old")
    store = NoteStore(platform.worker_database)
    assert store.remove_before(note.created_at) == 0
    assert store.remove_before(datetime.now(UTC)) >= 1
    assert notes.page(user, 10, None) == []
