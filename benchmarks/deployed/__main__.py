"""`python -m benchmarks.deployed`: brings the local stage up if need be, and leaves it running."""

from __future__ import annotations

import os
import sys

import click

from benchmarks.deployed import endpoints, imports, synthesis
from local.errors import LocalError
from local.places import Places
from local.up import up


@click.command()
@click.option("--rounds", default=200, show_default=True, help="Requests of each endpoint.")
@click.option("--synth/--no-synth", default=True, show_default=True, help="Synthesize dev, staging and prod thrice.")
def main(rounds: int, synth: bool) -> None:
    """Endpoints, imports, synthesis."""
    try:
        stage = up(Places.from_environment(os.environ))
        endpoints.measure(stage, rounds)
    except LocalError as error:
        sys.exit(f"error: {error}")
    imports.measure(5)
    if synth:
        synthesis.measure()


if __name__ == "__main__":
    main()
