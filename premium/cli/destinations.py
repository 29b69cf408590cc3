"""Switch destinations off and on: `premium destinations`."""

from __future__ import annotations

import click

from premium.cli.switches import topic

_EFFECT = (
    "A destination is named as deliveries name it (`premium alerts deliveries list`): a webhook's URL, an "
    "address, a chat. What would go there fails, and can be sent again."
)

destinations = topic("destination", click.STRING, _EFFECT)
