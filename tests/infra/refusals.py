"""Which calls a stage's roles would refuse, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.fixtures.calls import Call
from tests.infra.kept import kept
from tests.infra.rights import Process, Roles, needed, processes
from tests.infra.templates import Stage, listed

ANYWHERE = ("cloudwatch:PutMetricData", "ec2:CreateNetworkInterface")
"""Rights on no resource of ours: `*` alone names it."""


def refusals(stage: Stage, calls: frozenset[Call]) -> list[str]:
    """A sentence for each call that its role refuses, or whose variable its process is not given."""
    roles, known_processes = Roles(stage), dict(processes(stage))
    return [f"{call.who} {why}" for call in sorted(calls) for why in _refused(roles, known_processes, call)]


def _refused(roles: Roles, known_processes: dict[str, Process], call: Call) -> Iterator[str]:
    process = known_processes.get(call.who)
    if process is None:
        yield "is no process of the stage"
    elif call.variable and call.variable not in process.environment:
        yield f"calls {call.action} on {call.variable}, which it is not given"
    elif call.variable or call.action in ANYWHERE:
        place = roles.place(process.stack, process.environment[call.variable]) if call.variable else "*"
        for action, resource, detail in needed(roles, call.action, arn_of(place), call.detail):
            if why := roles.refusal(process, action, resource, detail):
                yield f"{why} [{call.variable or call.action}]"
    elif not any(call.action in listed(each["Action"]) for each in roles.statements(process)):
        yield f"may not {call.action} on anything"


def arn_of(place: str) -> str:
    """The resource that a variable's address leads to: an API's endpoint is a stage of it."""
    found = re.search(r"<[^<>]+>", place)
    if found is None:
        return place
    return f"{found[0]}/{place.rpartition('/')[2]}" if place.startswith("https://") else found[0]


def refused_in_prod(calls: frozenset[Call]) -> list[str]:
    """The refusals of prod, if its templates of this tree were made already; empty otherwise."""
    folder = kept("stages")
    return [] if folder is None else refusals(Stage("prod", folder / "prod"), calls)
