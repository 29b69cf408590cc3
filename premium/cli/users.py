"""Switch users off and on: `premium users`."""

from __future__ import annotations

from uuid import UUID

import click

from premium.accounts.service import end_streams
from premium.bootstrap import Platform
from premium.cli.switches import topic

_EFFECT = (
    "A user who is off is refused with 403 from his next request on, and his streams end at once; none of his rules "
    "fires, and what waits for him fails (`premium alerts deliveries resend` sends it later)."
)


def _end_streams(at: Platform, user_id: UUID) -> str:
    return f"; {end_streams(at, user_id)} streams ended" if at.has_streams else ""


users = topic("user", click.UUID, _EFFECT, _end_streams)
