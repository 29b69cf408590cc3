"""A change of somebody's standing holds in every process: no request that begins after it is judged by what was."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest

from handlers import accounts
from premium.accounts.service import api_keys, sessions
from premium.bootstrap import Platform
from premium.people.service import People
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration

PROCESSES = 10
PROGRAM = """
import json, sys, time
from tests.integration.handlers.asking import rule
credentials = json.loads(sys.argv[1])
for name, one in credentials.items():
    rule(**one)
print("ready", flush=True)
for line in sys.stdin:
    pass_ends = time.time() + float(line)
    while time.time() < pass_ends:
        for name, one in credentials.items():
            time.sleep(0.02)
            begun = time.time()
            said = rule(**one)
            print(json.dumps([begun, name, said["verdict"], said["roles"], said["tier"]]), flush=True)
    print("done", flush=True)
"""


@pytest.fixture
def running(at: Platform) -> Iterator[Callable[[dict[str, Any]], list[subprocess.Popen[str]]]]:
    with ExitStack() as stack:

        def start(credentials: dict[str, Any]) -> list[subprocess.Popen[str]]:
            command = [sys.executable, "-c", PROGRAM, json.dumps(credentials)]
            made = [
                stack.enter_context(
                    subprocess.Popen(
                        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
                    )
                )
                for _ in range(PROCESSES)
            ]
            for process in made:
                stack.callback(process.kill)
                _until(process, "ready")
            return made

        yield start


def _until(process: subprocess.Popen[str], word: str) -> list[Any]:
    assert process.stdout is not None
    lines: list[Any] = []
    for line in process.stdout:
        if line.strip() == word:
            return lines
        if line.startswith("["):
            lines.append(json.loads(line))
    raise AssertionError(f"a process ended with {process.wait()}")


def test_ten_processes_act_on_it_with_their_next_request(
    at: Platform, sign: Sign, postgres: Databases, running: Callable[[dict[str, Any]], list[subprocess.Popen[str]]]
) -> None:
    owner = sign(sub="user_owner", tier="enterprise")
    body = {"name": "bot", "scopes": ["profile:read"]}
    key = through(accounts.handler, "POST", "/v1/users/api-keys", token=owner, body=body).data
    member, staff = sign(sub="user_member", tier="pro"), sign(sub="user_staff", tier="pro")
    owner_id, member_id, staff_id = (UUID(rule(token=token)["userId"]) for token in (owner, member, staff))
    opened = sessions(at).open(staff_id, amr=("wallet",), ip="", user_agent="")
    people = People.of(at)
    people.change_roles(staff_id, by=None, grant=["support"], revoke=[])
    processes = running(
        {
            "key": {"key": key["key"]},
            "member": {"token": member},
            "staff": {"token": staff},
            "session": {"token": opened.access_token},
        }
    )
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("2.5\n")
        process.stdin.flush()
    time.sleep(0.7)
    changed: dict[str, float] = {}
    changes: dict[str, Callable[[], object]] = {
        "key": lambda: api_keys(at).revoke(owner_id, UUID(key["id"])),
        "member": lambda: people.restrict(member_id, by=staff_id, restricted=True),
        "session": lambda: sessions(at).revoke(staff_id, opened.session_id),
        "staff": lambda: people.change_roles(staff_id, by=None, grant=[], revoke=["support"]),
    }
    for name, change in changes.items():
        change()
        changed[name] = time.time()
    rulings = [line for process in processes for line in _until(process, "done")]
    before = {name: set() for name in changes}
    after: dict[str, set[tuple[str, str]]] = {name: set() for name in changes}
    for begun, name, verdict, roles, _ in rulings:
        if begun < changed["key"] - 0.3:
            before[name].add((verdict, roles))
        elif begun > changed[name]:
            after[name].add((verdict, roles))
    assert before == {
        "key": {("allow", "")}, "member": {("allow", "")},
        "session": {("allow", "support")}, "staff": {("allow", "support")},
    }  # fmt: skip
    # Ten processes ask more than anybody may: over the limit comes first, whatever a credential is worth.
    assert {name: {verdict for verdict, _ in seen} - {"rate_limited"} for name, seen in after.items()} == {
        "key": {"unauthenticated"}, "member": {"forbidden"}, "session": {"unauthenticated"}, "staff": {"allow"},
    }  # fmt: skip
    assert {roles for _, roles in after["staff"]} == {""}
