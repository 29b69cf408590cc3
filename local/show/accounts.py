"""Bring the stage up and show the life of one account.

`make show NAME=accounts` prints each step with what proves it.
"""

from __future__ import annotations

import time
from uuid import UUID, uuid4

from local.journey.account import ENTERPRISE, AccountWalk
from local.journey.client import Client
from local.journey.trail import Trail
from local.journey.walk import must_equal
from local.journey.wallet import Wallet, login
from local.payments.prices import AGREED_REQUESTS
from local.places import Places
from local.progress import say, step
from local.show.platform import worker_platform
from local.up import Stage, up


def show_accounts(places: Places) -> None:
    stage = up(places)
    say("\nThe life of one account; what the clock does is asked for at once:\n")
    begun = time.monotonic()
    walk_account(stage)
    say(f"\nShown in {time.monotonic() - begun:.1f} s. Everything runs on. Stop it with: make down")


def walk_account(stage: Stage) -> None:
    """Walk through an account's life and print each step's evidence.

    LocalError where something is not as it should be.
    """
    with worker_platform(stage) as platform:
        wallet = Wallet.new()
        with step("A wallet logs in (EIP-4361)") as note:
            made = login(stage.api, wallet)
            note.text = f"{wallet.address} is user {made['user']['id']}"
        api = Client(stage.api, made["accessToken"])
        inbox, user = stage.neighbours.inbox, UUID(made["user"]["id"])
        walk = AccountWalk(api, user, platform, inbox, f"{uuid4().hex[:10]}@example.org")
        with step("His address, confirmed by a code from its mail") as note:
            walk.confirm_email()
            note.text = walk.email
        _pay(walk)
        _use(walk)
        with step("He cancels at once") as note:
            walk.cancel()
            note.text = f"the limit is {walk.api.limit:,} a minute again"
        with step("He takes his data with him") as note:
            found = walk.export()
            note.text = f"{found['rows']} rows in {found['files']} files, each as its manifest says"
        with step("He erases himself") as note:
            walk.erase()
            note.text = "his token opens nothing, no row says who he was"
        _trail(Trail(platform), user)


def _pay(walk: AccountWalk) -> None:
    with step("Stripe's signed events make him enterprise") as note:
        seconds = walk.pay()
        note.text = f"{seconds:.1f} s from the first event to the limit of {ENTERPRISE:,} a minute"
    for event in walk.events():
        say(f"    {event}")


def _use(walk: AccountWalk) -> None:
    with step(f"He uses 80 % of an agreed quota of {AGREED_REQUESTS} requests") as note:
        note.text = f"{walk.use()} counted, {walk.api.sent} sent"
    with step("The monitor looks twice: one mail") as note:
        mails = walk.watch_quota()
        must_equal("the number of mails of his quota", len(mails), 1)
        note.text = f"{mails[0]['title']}: {mails[0]['text'].splitlines()[0]}"


def _trail(trail: Trail, user: UUID) -> None:
    with step("The audit trail of today holds") as note:
        verdict = trail.verify()
        must_equal("the problems of the audit trail", verdict.problems, [])
        note.text = f"{verdict.entries} entries in {verdict.chains} chains"
    for name in trail.of_user(user):
        say(f"    {name}")
    with step("One entry is tampered with, and found") as note:
        name, found = trail.tampered(user)
        must_equal("whether the change was found", bool(found.problems), True)
        note.text = f"'{name}' was renamed"
    for problem in found.problems:
        say(f"    {problem}")
    with step("It is put back, and the trail holds again"):
        must_equal("the problems of the audit trail", trail.verify().problems, [])
