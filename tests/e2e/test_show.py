"""The shows on the deployed stage: an account's life, gas, a wallet's portfolio, security, and taxes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.browser import HOW, program
from local.show.accounts import walk_account
from local.show.console import walk_console
from local.show.gas import walk_gas
from local.show.platform import run_apart
from local.show.portfolio import walk_apart, walk_portfolio
from local.show.security import walk_security
from local.show.tax import COUNTRIES, walk_tax
from local.up import Stage

# The first test of a run waits for the stage's deployment, which takes over a minute on a busy machine.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def test_an_accounts_life_is_as_it_is_shown(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Each step compares what it finds with what must be."""
    walk_account(stack)
    shown = capsys.readouterr().out
    for step in ("A wallet logs in", "one mail", "He erases himself", "tampered with", "holds again"):
        assert step in shown


def test_a_portfolio_is_as_it_is_shown(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    holder = walk_portfolio(stack)
    shown = capsys.readouterr().out
    for step in ("add up to it, to the last digit", "Bait is told", "paid exactly that", "rebuilt", "as CSV"):
        assert step in shown
    walk_apart(stack, holder)
    shown = capsys.readouterr().out
    steps = (
        "complete: false", "south does not answer", "redeeming paid exactly", "to the last unit",
        "rebuilt from what is stored", "none twice, none left out", "bytecode of pair and router",
    )  # fmt: skip
    for step in steps:
        assert step in shown, shown


def test_what_gas_says_is_as_it_is_shown(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    walk_gas(stack)
    run_apart(stack, "local.show.fees")
    shown = capsys.readouterr().out
    steps = (
        "as was told before it", "each base fee is the market's", "send_now", "the node's eth_feeHistory says the same",
        "each to the wei", "exact: False", "log_ridge", "it beats them all", "wait\n", "saved", "What is not done",
    )  # fmt: skip
    for step in steps:
        assert step in shown, shown


def test_taxes_are_as_they_are_shown(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    walk_tax(stack)
    shown = capsys.readouterr().out
    steps = ("sent again it adds none", "buy 120.5 LINK", "form_8949_pdf", "schedule_d_pdf", "turbotax_txf")
    for step in (*steps, *(f"{each}: every method" for each in COUNTRIES)):
        assert step in shown


def test_what_security_says_is_as_it_is_shown(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    # Apart from this thread, in which the browser's journeys may have left a loop of theirs running.
    with ThreadPoolExecutor(max_workers=1) as apart:
        apart.submit(walk_security, stack).result()
    shown = capsys.readouterr().out
    for step in ("hides an approval", "imitates a friend", "another chain", "in the simulator alone", "newcomer only"):
        assert step in shown
    for step in ("of Vyper", "no longer names him", "holds no longer", "The watch tells", "may take nothing"):
        assert step in shown


def test_the_console_is_as_it_is_shown(stack: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    if program() is None:
        pytest.skip(f"there is no Chromium here: {HOW}")
    with ThreadPoolExecutor(max_workers=1) as apart:
        apart.submit(walk_console, stack).result()
    shown = capsys.readouterr().out
    for said in ("wants you to sign in", "exactly", "ETH is at", "its files", "the session goes on", "parts say so"):
        assert said in shown
