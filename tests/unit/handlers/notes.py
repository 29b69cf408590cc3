"""A small service that uses all of the runtime, for its tests."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from handlers.runtime import (
    Amount,
    Body,
    Caller,
    Cursor,
    Limit,
    Listing,
    Position,
    RequestId,
    View,
    entry,
    listing,
    needs,
    position,
    public,
    router,
)
from premium.errors import Conflict, PayloadTooLarge, RateLimited, Unprocessable, UpstreamUnavailable

app = router("Notes")
SECRET = "the password is hunter2"
ERRORS: dict[str, Exception] = {
    "conflict": Conflict("taken", details={"name": "taken"}),
    "large": PayloadTooLarge("too large"),
    "unprocessable": Unprocessable("cannot"),
    "limited": RateLimited("later", retry_after=7),
    "upstream": UpstreamUnavailable("down"),
    "ours": RuntimeError(SECRET),
    "key": KeyError(SECRET),
}


class NoteBody(Body):
    title_text: str = Field(min_length=1, max_length=10)
    amount: Amount
    tags: tuple[str, ...] = ()


class NoteView(View):
    title_text: str
    amount: Amount
    by: str


class After(Position):
    number: int


@app.post("/v1/notes", status_code=201)
@needs(tier="pro", scope="notes:write")
def add(caller: Caller, body: NoteBody) -> NoteView:
    """Add a note."""
    return NoteView(title_text=body.title_text, amount=body.amount, by=caller.external_id)


@app.get("/v1/notes")
@needs(scope="notes:read")
def notes(caller: Caller, limit: Limit = 2, cursor: Cursor = None) -> Listing[NoteView]:
    """Five notes."""
    place = position(cursor, After)
    rows = [Row(number) for number in range(place.number + 1 if place else 0, 5)][: limit + 1]
    return listing(rows, limit, After, number="number")  # type: ignore[return-value] # Row has what NoteView has


@app.get("/v1/notes/other")
@needs()
def others(caller: Caller, cursor: Cursor = None) -> Listing[NoteView]:
    """Another list with the same position."""
    position(cursor, After)
    return Listing(items=[], limit=50)


@app.get("/v1/notes/<note_id>")
@needs()
def note(note_id: UUID, request_id: RequestId, size: Annotated[int, Query(ge=1, le=3)] = 1) -> NoteView:
    """One note."""
    return NoteView(title_text=f"{note_id}", amount=size, by=request_id)


@app.get("/v1/fail/<kind>")
@needs()
def fail(kind: str) -> None:
    """Raise."""
    raise ERRORS[kind]


@app.delete("/v1/admin/notes")
@needs(roles=("admin",))
def clear() -> None:
    """For administrators."""


@app.get("/v1/open")
@public
def opened() -> None:
    """For anybody."""


class Row(NoteView):
    def __init__(self, number: int) -> None:
        super().__init__(title_text=str(number), amount=number, by="x")

    @property
    def number(self) -> int:
        return int(self.title_text)


handler = entry(app)
