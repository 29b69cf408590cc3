"""Bring the stage up, whatever is left of an earlier one: `make up`."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from local import after_deploy, buckets, chain, databases, environment, preflight, processes, secret_values, stacks
from local.aws import Aws
from local.cdk import Cdk
from local.clients import Clients
from local.deploy import deploy
from local.fleet import Fleet
from local.market import Market
from local.neighbours import Neighbours
from local.patience import wait_for
from local.payments.prices import STAGE_FILE
from local.places import Places
from local.progress import say, step
from local.readiness import Readiness, readiness
from local.secret_values import PAYMENTS
from local.secrets import write_private
from stacks.terms.abilities import LOCAL_OMISSIONS


@dataclass(frozen=True)
class Stage:
    """A local stage that is up."""

    places: Places
    neighbours: Neighbours
    clients: Clients
    fleet: Fleet
    market: Market

    @property
    def api(self) -> str:
        return stacks.output(self.places.outputs, "ApiUrl")

    @property
    def socket(self) -> str:
        return stacks.output(self.places.outputs, "WebSocketUrl")


def up(places: Places, *, force: bool = False) -> Stage:
    """Bring the stage up and check the API's health.

    It starts what does not run, migrates, deploys what changed and starts the workers.
    """
    begun = time.monotonic()
    preflight.check(places.state)
    neighbours = Neighbours.at(places)
    neighbours.require_ports()
    places.keep()
    clients = Clients(neighbours.aws.endpoint)
    with step("PostgreSQL, Redis, AWS emulator, EVM node, inbox") as note:
        note.text = _start(neighbours)
    with step("Migrations of both databases") as note:
        note.text = databases.migrate(neighbours.postgres, places.logs / "migrations.log")
    with step("Market on the local chain (tokens, Uniswap, trades)"):
        market = chain.prepare(places, neighbours.evm)
    with step("Deployment of the stage local (cdk deploy)") as note:
        deployment = deploy(places, clients, force=force)
        moved = buckets.carry_over(clients, stacks.outputs(places.outputs), places.state / "buckets.json")
        note.text = deployment.reason + (f"; {moved} objects of S3 kept" if moved else "")
    with step("Addresses and passwords into the stage's secrets"):
        after_deploy.restore_settings(clients, Cdk(places, clients.endpoint).assembly)
        secret_values.fill(clients, neighbours, places.state)
        _tell_cashier(places)
    stage = Stage(places, neighbours, clients, Fleet(places, neighbours.redis.url), market)
    with step("Worker fleet") as note:
        given = environment.write(places, clients)
        note.text = "started" if stage.fleet.start(given) else "runs"
    with step("The API answers"):
        _smoke(stage)
    say(f"Left out here, proved by template tests: {', '.join(LOCAL_OMISSIONS)}.")
    say(f"Up in {time.monotonic() - begun:.1f} s.")
    return stage


def _tell_cashier(places: Places) -> None:
    """Tell the inbox's cashier where the API is, and by which secrets its webhooks are signed."""
    signs = {name.lower(): secret_values.webhook_secret(places.state, name.lower())["value"] for name in PAYMENTS}
    told = {"api": stacks.output(places.outputs, "ApiUrl"), "secrets": signs}
    write_private(places.state / "inbox" / STAGE_FILE, json.dumps(told))


def _start(neighbours: Neighbours) -> str:
    """Start the neighbours and return the names of those that did not run."""
    missing = [service.name for service in neighbours.own if service.pid is None]
    neighbours.start()
    return f"started {', '.join(missing)}" if missing else "all run"


def addresses(stage: Stage) -> None:
    say()
    say(f"  Console      {stage.neighbours.console.page}   (the web console; sign in with a wallet, or `make token`)")
    say(f"  API          {stage.api}")
    say(f"  Reference    {stage.api}/docs   (of /v1/openapi.json)")
    say(f"  WebSocket    {stage.socket}")
    say(f"  AWS          AWS_ENDPOINT_URL={stage.neighbours.aws.endpoint}")
    say(f"  PostgreSQL   {stage.neighbours.postgres.address}   (passwords: {stage.places.state}/*/passwords.json)")
    say(f"  Redis        {stage.neighbours.redis.address}")
    say(f"  EVM node     {stage.neighbours.evm.url}   (chain id 31337)")
    say(f"  Inbox        {stage.neighbours.inbox.url}   (what e-mail, push, chats and SMS would bring; make inbox)")
    say(f"  Payments     {stage.neighbours.inbox.url}/payments   (stands for Stripe and Paddle: docs/billing.md)")
    say("  Logs: make logs   Health: make status   Stop: make down")


def _smoke(stage: Stage) -> None:
    """Ask the API for its readiness.

    The request goes through the gateway and a function to every store. A function that starts on a busy machine takes
    its time: while the emulator works on it, it is waited for; an answer that names a store is believed sooner.
    """
    api, aws, ready = stage.api, stage.neighbours.aws, Readiness()

    def answers() -> bool:
        nonlocal ready
        ready = readiness(api, seconds=60)
        return ready.well

    wait_for(
        f"the API to be ready ({api}/v1/health/ready)", answers,
        remedy="See: make logs NAME=functions, make status", said=lambda: ready.said,
        progress=lambda: ready.said if ready.answered or not isinstance(aws, Aws) else processes.worked(aws.record),
        pause=0.5,
    )  # fmt: skip
