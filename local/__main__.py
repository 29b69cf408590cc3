"""Start and look after the stage `local`: `python -m local up|down|status|logs|reset|demo|deploy|env`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click
from filelock import FileLock, Timeout

from local import chain, environment, up
from local import transfer as transfers
from local.clients import Clients
from local.demo import demo
from local.down import down, reset
from local.errors import LocalError, as_local_error
from local.inbox import kept
from local.journey.tokens import token as issue
from local.logs import follow
from local.neighbours import Neighbours
from local.places import Places
from local.progress import say
from local.status import status
from premium.plaintext import line as plain_line
from premium.tiers import Tier


@click.group(help=__doc__)
def cli() -> None:
    """Group the subcommands below; the make targets call them."""


def _places() -> Places:
    return Places.from_environment(os.environ)


def _alone(places: Places) -> FileLock:
    """Lock the stage, which one command at a time may change."""
    try:
        places.state.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError:  # such as below /proc; what else may be wrong with a folder is told of all of them
        raise LocalError(f"The folder {places.state} cannot be made.", "Name another: PREMIUM_STATE_DIR") from None
    lock = FileLock(places.state / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LocalError(
            "Another make up, down, demo or reset works on this stage.", "Wait until it is done."
        ) from None
    return lock


@cli.command("up", help="Start what does not run, deploy what changed.")
def up_command() -> None:
    places = _places()
    with _alone(places):
        up.addresses(up.up(places))


@cli.command("demo", help="Bring the stage up and walk one user's journey over HTTP.")
def demo_command() -> None:
    places = _places()
    with _alone(places):
        demo(places)


@cli.command(
    "show",
    help="Bring the stage up and show an account's life, gas, a wallet's portfolio, security, or taxes.",
)
@click.argument(
    "name", default="accounts", type=click.Choice(["accounts", "console", "gas", "portfolio", "security", "tax"])
)
def show_command(name: str) -> None:
    from local.show import SHOWS  # noqa: PLC0415 - the services, which other commands need not

    places = _places()
    with _alone(places):
        SHOWS[name](places)


@cli.command("screenshots", help="Bring the stage up and draw every page of the console into dist/screenshots.")
def screenshots_command() -> None:
    from local.screenshots import screenshots  # noqa: PLC0415 - a browser's driver, which other commands need not

    places = _places()
    with _alone(places):
        screenshots(places)


@cli.command(help="Deploy again, changed or not.")
def deploy() -> None:
    places = _places()
    with _alone(places):
        up.addresses(up.up(places, force=True))


@cli.command("down", help="Stop what was started; the data stay.")
def down_command() -> None:
    places = _places()
    with _alone(places):
        down(places)


@cli.command("reset", help="Stop and delete the data.")
def reset_command() -> None:
    places = _places()
    with _alone(places):
        reset(places)


@cli.command("status", help="Processes, health, queues; exit code 1 when something is not healthy.")
def status_command() -> None:
    sys.exit(0 if status(_places()) else 1)


@cli.command(help="Show the logs and follow them: all, one process, or `functions`.")
@click.argument("name", required=False)
@click.option("--once", is_flag=True, help="Print what is there and end.")
@click.option("--lines", type=click.IntRange(1), help="How many of the last of each source: 200 with --once, else 20.")
def logs(name: str | None, once: bool, lines: int | None) -> None:
    places = _places()
    endpoint = Neighbours.at(places).aws.endpoint
    for line in follow(places, Clients(endpoint), name, lines=lines or (200 if once else 20), forever=not once):
        say(line)


@cli.command(help="Show what would have been sent by e-mail, push, Telegram, Slack, Discord and SMS, the newest last.")
@click.option("--last", default=20, show_default=True, help="How many messages.")
def inbox(last: int) -> None:
    box = Neighbours.at(_places()).inbox
    for one in list(kept(box.messages))[-last:]:
        say(f"{one['at']}  {one['channel']} to {one['to']}: {plain_line(one['title'])}\n    {plain_line(one['text'])}")
    say(f"As a page: {box.url}" if box.healthy() else "The inbox does not run: make up")


@cli.command(help="Send coins or tokens on the local chain, for rules on transfers to see: 12.5 ETH by default.")
@click.argument("token", default="ETH")
@click.argument("amount", default="12.5")
@click.option("--from", "sender", help="The sender, who is given what is sent.")
@click.option("--to", "receiver", help="The receiver.")
def transfer(token: str, amount: str, sender: str | None, receiver: str | None) -> None:
    places = _places()
    evm = Neighbours.at(places).evm
    if evm.pid is None:
        raise LocalError("The EVM node does not run.", "Start it: make up")
    sent = transfers.transfer(evm, chain.prepare(places, evm), token, amount, sender=sender, receiver=receiver)
    say(f"{amount} {token} from {sent.sender} to {sent.receiver}")
    say(f"in block {sent.block}, transaction {sent.transaction}")
    say("Rules on it fire within seconds: GET /v1/alerts/history, and make inbox for what they send")


@cli.command(help='Print what leads a shell to this stage, and away from AWS: eval "$(make env)"')
@click.pass_obj
def env(account: list[str] | None) -> None:
    places = _places()
    if not places.outputs.exists():
        click.echo("The stage is not deployed yet, so its tables and queues are not told: make up", err=True)
    for line in environment.shell(places, Clients(Neighbours.at(places).aws.endpoint), account or ()):
        click.echo(line)


@cli.command(help="Print a JWT of this stage, as the free platform would issue it; one hour.")
@click.argument("subject", default="me")
@click.option("--tier", default="pro", show_default=True, type=click.Choice([tier.value for tier in Tier]))
def token(subject: str, tier: str) -> None:
    say(issue(_places().state, subject, tier=tier))


def main() -> None:
    try:
        cli(standalone_mode=False, obj=environment.leave_account(os.environ))
    except LocalError as error:
        sys.exit(f"error: {error}")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit("interrupted; what runs goes on: make status, make down")
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout.close()
    except Exception as error:
        if (known := as_local_error(error)) is None:
            raise
        sys.exit(f"error: {known}")


if __name__ == "__main__":
    main()
