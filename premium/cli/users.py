"""Switch users off and on, and give them roles: `premium users`."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

import click

from premium.accounts.service import end_streams
from premium.bootstrap import Platform, platform
from premium.cli.operators import changes_state, reason
from premium.cli.switches import topic
from premium.people.model import Role
from premium.people.service import People

_EFFECT = (
    "A user who is off is refused with 403 from his next request on, and his streams end at once; none of his rules "
    "fires, and what waits for him fails (`premium alerts deliveries resend` sends it later)."
)


def _end_streams(at: Platform, user_id: UUID) -> str:
    return f"; {end_streams(at, user_id)} streams ended" if at.has_streams else ""


users = topic("user", click.UUID, _EFFECT, _end_streams)


@users.command("roles")
@click.argument("user", type=click.UUID, metavar="USER")
@click.option("--grant", multiple=True, type=click.Choice(get_args(Role)), help="A role to give; may be repeated.")
@click.option("--revoke", multiple=True, type=click.Choice(get_args(Role)), help="A role to take; may be repeated.")
@reason("For the audit trail; 200 characters at most.")
@changes_state
def roles(user: UUID, *, grant: tuple[str, ...], revoke: tuple[str, ...], why: str) -> None:  # noqa: ARG001 - audited
    """Give a user roles of staff, or take them, from his next request on.

    For the first administrator; the others are made by `POST /v1/admin/users/{id}/roles`. What a token of the free
    platform says of its own roles stays. Keys lose what their user loses.
    """
    if not grant and not revoke:
        raise click.UsageError("say --grant or --revoke")
    left = People.of(platform(), by_operator=True).change_roles(user, by=None, grant=grant, revoke=revoke).roles
    click.echo(f"{user} has {'the roles ' + ', '.join(left) if left else 'no role'}")
