"""Switch users off and on: `premium users`."""

from __future__ import annotations

import click

from premium.cli.switches import topic

_EFFECT = (
    "A user who is off is refused with 403 within half a minute; none of his rules fires, and what waits "
    "for him fails (`premium alerts deliveries resend` sends it later)."
)

users = topic("user", click.UUID, _EFFECT)
