"""What accounts.md asks a fresh proof for is a list in code, and the API's document asks for exactly that."""

from __future__ import annotations

import pytest

from handlers.runtime import needs, router
from handlers.runtime.requests.proofs import LOGIN, proof_of
from tests.unit.handlers.test_permissions import of_document

pytestmark = pytest.mark.unit


def test_each_route_asks_for_the_proof_of_the_list_and_no_other() -> None:
    found = {route: row["proof"] for route, row in of_document().items()}
    wanted = {}
    for route in found:
        method, _, path = route.partition(" ")
        wanted[route] = proof_of(method, path.replace("{", "<").replace("}", ">")) or ""
    assert found == wanted
    asked = {route.replace(route[route.index("{"):route.index("}") + 1], "<>") if "{" in route else route
             for route, proof in found.items() if proof == "login"}  # fmt: skip
    assert asked == LOGIN, "nothing stands in the list that no route is"


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        ("/v1/users/api-keys", {}),
        ("/v1/notes", {"recent": True}),
        ("/v1/payouts", {"recent": True}),
        ("/v1/admin/x", {}),
    ],
)  # fmt: skip
def test_a_route_that_asks_otherwise_cannot_be_registered(rule: str, asks: dict[str, bool]) -> None:
    app = router("Notes")

    @needs(**asks)  # type: ignore[arg-type] # of booleans
    def add_note() -> None:
        """Add a note."""

    with pytest.raises(TypeError, match="proof"):
        app.post(rule)(add_note)
