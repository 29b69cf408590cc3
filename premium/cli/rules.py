"""Switch rules off and on: `premium rules`."""

from __future__ import annotations

import click

from premium.cli.switches import topic

_EFFECT = "A rule that is off makes no alert, whatever its owner sets; what waits of it is not sent."

rules = topic("rule", click.UUID, _EFFECT)
