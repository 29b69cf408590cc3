"""Entries never change how a change ends."""

from __future__ import annotations

from typing import Any, cast

import pytest

from premium.audit.model import SYSTEM_ACTOR, Action, Entry
from premium.audit.service import AuditTrail
from premium.audit.store import AuditStore
from premium.clock import SystemClock

pytestmark = pytest.mark.unit


class Kept:
    """A store that keeps entries in lists."""

    def __init__(self) -> None:
        self.begun: list[Action] = []
        self.ended: list[Entry] = []

    def begin(self, action: Action) -> None:
        self.begun.append(action)

    def end(self, entry: Entry) -> None:
        self.ended.append(entry)


def trail(store: Kept) -> AuditTrail:
    return AuditTrail(cast("AuditStore", store), SystemClock())


class Unsayable:
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize("what", [10**5000, Unsayable()], ids=["a number of 5,000 digits", "a value without text"])
def test_changes_that_cannot_be_told_leave_what_is_done_done(what: Any) -> None:
    store, ran = Kept(), False
    with trail(store).recorded(SYSTEM_ACTOR, "x") as record:
        record.add(what=what)
        ran = True
    assert ran
    assert (len(store.begun), store.ended) == (1, [])


def test_changes_that_cannot_be_told_hide_no_error() -> None:
    def change() -> None:
        with trail(Kept()).recorded(SYSTEM_ACTOR, "x") as record:
            record.add(what=Unsayable())
            raise KeyError("the change's own")

    with pytest.raises(KeyError):
        change()
