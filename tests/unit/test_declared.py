"""What manifests name exists, and what exists for a manifest is named in one: each test names the missing line."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from handlers.runtime.router import Router
from premium import manifest
from premium.cli.main import TOPICS
from premium.declaration_rules import check
from premium.jobs.kinds import declared
from premium.jobs.model import JobKind, Moment
from premium.manifest import Alarm, Metric, Resident, Service, queues, services
from premium.streams.connections import CHANNELS
from stacks.terms.functions import functions
from tests.architecture.tree import ROOT, Module, modules
from workers.residents import resident_queues

pytestmark = pytest.mark.unit
PROGRAM = modules("premium", "handlers", "workers")
KINDS = sorted(declared().values(), key=lambda kind: kind.name)


def named(dotted: str) -> Callable[..., Any]:
    module, _, name = dotted.rpartition(".")
    function = getattr(import_module(module), name, None)
    assert callable(function), f"a manifest names {dotted}, which is no function"
    return function  # type: ignore[no-any-return]


def functions_of(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The public functions of a module."""
    found = (node for node in module.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return (function for function in found if not function.name.startswith("_"))


def takes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [ast.unparse(each.annotation) for each in function.args.args if each.annotation is not None]


def dotted(module: Module, name: str) -> str:
    return module.name.removesuffix(".py").replace("/", ".") + f".{name}"


def test_residents_are_functions_and_every_such_function_is_declared() -> None:
    """One that is misspelt would be started in vain once a second; one without a line never."""
    told = {resident.function for service in services() for resident in service.residents}
    for function in told:
        named(function)
    found = {dotted(m, f.name) for m in modules("premium") for f in functions_of(m) if takes(f)[:1] == ["Residence"]}
    assert found - told == set(), "add Resident(name=…, queue=…, function=…) to the service's manifest"


def test_every_task_of_the_clock_has_a_schedule() -> None:
    told = {schedule.task for service in services() for schedule in service.schedules}
    ticks = ["Platform", "datetime"]
    found = {dotted(m, f.name) for m in modules("premium") for f in functions_of(m) if takes(f) == ticks}
    assert found - told == set(), "add Schedule(name=…, every=…, task=…) to the service's manifest"


def test_every_job_of_the_clock_has_a_schedule() -> None:
    told = {schedule.job for service in services() for schedule in service.schedules}
    for kind in KINDS:
        if issubclass(kind.payload, Moment):
            assert kind.name in told, f"nothing starts {kind.name}: add Schedule(…, job={kind.name!r}) to its manifest"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_job_waits_in_a_queue_that_residents_serve(kind: JobKind[Any]) -> None:
    assert kind.queue not in resident_queues(), f"{kind.name}: no worker takes jobs of the queue {kind.queue}"


def test_a_class_of_workers_has_what_its_residents_need(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = Resident(name="notes.runner", queue="alerts", function="nowhere.serve")
    notes = Service(name="notes", title="Notes", residents=(runner,), worker_needs=("mail",))
    monkeypatch.setattr(manifest, "services", lambda: (notes,))
    assert manifest.needs_of_queue("alerts") == ("mail",)


def test_an_alarm_looks_back_for_three_hours_at_most() -> None:
    metric = Metric(name="NotesLost", title="Lost")
    alarm = Alarm(name="NotesLost", metric=metric.name, text="lost", severity="info", above=0, minutes=60, periods=4)
    with pytest.raises(ValueError, match="looks back 240 minutes, 180 at most"):
        check([Service(name="notes", title="Notes", metrics=(metric,), alarms=(alarm,))])


def test_what_operators_are_shown_is_told_by_functions_of_the_platform() -> None:
    named = [each.states for each in services() if each.states]
    named += [queue.waits for queue in queues() if queue.waits]
    found = {dotted(m, f.name) for m in modules("premium") for f in functions_of(m) if takes(f) == ["Platform"]}
    assert set(named) - found == set()
    assert {queue.name for queue in queues() if queue.waits} == {each.queue for s in services() for each in s.residents}


def test_senders_of_notices_name_functions() -> None:
    """A name that is wrong is logged, and the notice goes out without its permit."""
    for service in services():
        for kind in service.notices:
            for function in (kind.permits, kind.ended):
                if function is not None:
                    named(function)


def test_notices_are_of_declared_kinds() -> None:
    """`notify` refuses others, with the change that told of them; a kind may be a constant of its module."""
    known = {kind.name for service in services() for kind in service.notices}
    for module in modules("premium"):
        for call in module.calls:
            if isinstance(call.func, ast.Name) and call.func.id == "Notice":
                (kind,) = [each.value for each in call.keywords if each.arg == "kind"]
                scope = vars(import_module(dotted(module, "x").removesuffix(".x")))
                value = scope.get(kind.id) if isinstance(kind, ast.Name) else ast.literal_eval(kind)
                where = f"{module.name}:{call.lineno}"
                assert value in known, f"{where}: add NoticeKind(name={value!r}) to the service's manifest"


def test_a_secret_is_a_setting_of_its_service_and_the_reverse() -> None:
    for service in services():
        fields = set(service.settings.model_fields) if service.settings else set()
        asked = {name.upper() for name in fields if name.endswith("_secret_arn")}
        given = {secret.variable for secret in service.secrets}
        assert asked == given, f"premium/{service.name}/manifest.py: secrets and fields of settings"


def test_every_setting_of_a_service_is_read() -> None:
    text = "\n".join(module.path.read_text() for module in PROGRAM if module.path.name != "manifest.py")
    for service in services():
        for name in service.settings.model_fields if service.settings else ():
            assert re.search(rf"(\.|\"){name}\b", text), f"{service.name} declares {name.upper()}, which nobody reads"


def test_classes_of_settings_are_declared() -> None:
    for module in [Module(path) for path in sorted((ROOT / "premium").glob("*/manifest.py"))]:
        bases = {node.name for node in module.tree.body if isinstance(node, ast.ClassDef)}
        used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
        assert bases <= used, f"{module.name}: settings={', '.join(bases - used)} is missing"


def test_streams_speak_on_declared_channels() -> None:
    """A client cannot subscribe to another one."""
    for module in PROGRAM:
        for call in module.calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "publish" and len(call.args) == 3:
                channel = call.args[1]
                if isinstance(channel, ast.Constant):
                    where = f"{module.name}:{call.lineno}"
                    assert channel.value in CHANNELS, f"{where}: add {channel.value!r} to channels in its manifest"


def test_every_handler_is_a_function_of_a_stage() -> None:
    """Routes of a module that no manifest has are a 404, and events that no consumer has are lost."""
    found = {
        dotted(module, "handler").removesuffix(".handler")
        for folder in ("handlers", "handlers/events")
        for module in [Module(path) for path in sorted((ROOT / folder).glob("*.py"))]
        if "handler" in names(module)
    }
    assert found == {function.module for function in functions()}


def names(module: Module) -> set[str]:
    assigned = {
        target.id
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return assigned | {function.name for function in functions_of(module)}


def test_every_topic_of_the_command_is_declared() -> None:
    own = [Module(path) for path in sorted((ROOT / "premium/cli").glob("*.py")) if path.stem != "main"]
    parts = {node.module for m in own for node in ast.walk(m.tree) if isinstance(node, ast.ImportFrom)}
    topics = {m.path.stem for m in own if m.path.stem in names(m) and f"premium.cli.{m.path.stem}" not in parts}
    assert topics == set(TOPICS), "add Command(name=…, text=…) to the manifest of the service"


ROUTED = [service for service in services() if service.routes]


@pytest.mark.parametrize("service", ROUTED, ids=lambda service: service.name)
def test_a_function_needs_what_its_routes_use(service: Service) -> None:
    """What it is not given it misses at the first request of a deployed stage."""
    app: Router = import_module(f"handlers.{service.name}").app
    routes = app._static_routes + app._dynamic_routes
    # Tables of time series alone, as of gas, are their workers': the function reads what those put into Redis.
    premium = "".join(path.read_text() for path in (ROOT / "migrations/premium").glob("*.sql"))
    wanted = {"database"} if any(re.search(rf"\b{table}\b", premium) for table in service.tables) else set()
    wanted |= {"idempotency"} if any(route.method == "POST" for route in routes) else set()
    wanted |= {"jobs", "redis"} if any(route.status_code == 202 for route in routes) else set()
    assert wanted <= set(service.needs), f"premium/{service.name}/manifest.py: needs=(…, {wanted - set(service.needs)})"


def test_every_table_of_users_is_a_place_of_its_service() -> None:
    """What nobody declares is neither exported nor erased; the catalogue of a real database is read by another test."""
    text = "\n".join(
        path.read_text() for path in sorted((ROOT / "migrations").rglob("*.sql")) if "rollback" not in path.name
    )
    made = re.findall(r"^CREATE TABLE ([a-z_]+) \((.*?)^\)", text, re.MULTILINE | re.DOTALL)
    owned = {name for name, columns in made if re.search(r"^ +user_id ", columns, re.MULTILINE)}
    gone = set(re.findall(r"^DROP TABLE (?:IF EXISTS )?([a-z_]+)", text, re.MULTILINE))
    gone |= set(re.findall(r"ALTER TABLE ([a-z_]+) RENAME TO", text))
    known = {place.name for service in services() for place in service.places}
    assert len(owned) > 20, "the test itself"
    assert owned - gone - known == set(), "add Place(store=…, name=…) to places of its service's manifest"
