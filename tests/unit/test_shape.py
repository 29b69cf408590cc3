"""The tree has the shape that docs/architecture.md gives: who knows one service finds the way in every other."""

from __future__ import annotations

import ast
import re
from typing import get_args

import pytest

from premium.jobs.state import What
from premium.manifest import Service, services
from tests.architecture.contracts import NOT_ENGINES
from tests.architecture.tree import CODE, PLUGINS, ROOT, SQL, Module, modules, service_names

pytestmark = pytest.mark.unit

PRODUCT = modules("premium")
PROGRAM = modules("premium", "handlers", "workers")
WORDS = 15
MOST = 15
# Nouns of the field that happen to end so.
NOUNS = frozenset(
    {"staking", "wrapping", "bridging", "trading", "billing", "metering", "messaging", "string", "ring", "timing"}
)
OWNERS = {table: each.name for each in services() for table in each.tables}


@pytest.mark.parametrize("each", services(), ids=lambda each: each.name)
def test_a_service_has_the_files_of_every_service(each: Service) -> None:
    folder = ROOT / "premium" / each.name
    wanted = ["__init__.py", "manifest.py"]
    wanted += ["service.py", "model.py"] if each.routes else []
    wanted += ["jobs.py"] if each.kinds else []
    assert [name for name in wanted if not (folder / name).exists()] == []
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text())), "a paragraph: what it is, and its door"
    either = [("store.py", "store/__init__.py")] if each.tables else []
    either += [("work.py", "work/__init__.py")] if each.kinds or each.residents else []
    assert [pair for pair in either if not any((folder / name).exists() for name in pair)] == []
    handler = ROOT / "handlers"
    outside = [handler / f"{each.name}.py", handler / "models" / f"{each.name}.py"] if each.routes else []
    outside += [handler / "events" / f"{consumer.name}.py" for consumer in each.consumers]
    outside += [ROOT / "premium" / "cli" / f"{command.name}.py" for command in each.commands]
    assert [str(path) for path in outside if not path.exists()] == []


def test_a_folder_holds_at_most_fifteen_modules() -> None:
    counts: dict[str, int] = {}
    for module in (*PRODUCT, *modules("stacks", "cdk_app")):
        folder = str(module.path.parent.relative_to(ROOT))
        counts[folder] = counts.get(folder, 0) + (module.path.name != "__init__.py")
    # The top of `premium` holds the shared rooms of one module.
    assert {f: n for f, n in counts.items() if n > MOST and f not in PLUGINS | {"premium"}} == {}


def test_modules_are_named_by_what_they_hold() -> None:
    strange = [m.name for m in modules(*CODE) if m.path.stem.endswith("ing") and m.path.stem not in NOUNS]
    assert strange == []


def test_sql_stands_in_stores_alone() -> None:
    found = [
        f"{module.name}:{line}"
        for module in PROGRAM
        if not _is_store(module)
        for line, text in module.strings()
        if SQL.search(text)
    ]
    assert found == []


def test_a_table_is_named_by_its_owner_alone() -> None:
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, OWNERS)) + r")\b")
    found = [
        f"{module.name}:{line} names {name}, a table of {OWNERS[name]}"
        for module in PRODUCT
        if _is_store(module)
        for line, text in module.strings()
        if SQL.search(text) or "JOIN" in text
        for name in set(pattern.findall(text))
        if OWNERS[name] != _owner(module)
    ]
    assert found == []


def test_every_table_and_view_of_the_migrations_has_an_owner() -> None:
    """Another's data cannot be guarded where nobody is said to own it: add the table to its service's manifest."""
    text = "\n".join(
        path.read_text() for path in sorted((ROOT / "migrations").rglob("*.sql")) if "rollback" not in path.name
    )
    made = _made(text)
    views = set(re.findall(r"CREATE (?:OR REPLACE )?(?:MATERIALIZED )?VIEW ([a-z_]+)", text))
    parts = {name for name in made if any(name.startswith(f"{table}_") for table in OWNERS)}
    assert (made - parts | views) - OWNERS.keys() - {"public"} == set(), "add each to tables of its service's manifest"
    assert OWNERS.keys() - made - views == set(), "no migration makes these tables of a manifest"


def _made(text: str) -> set[str]:
    """Names of the tables that are left when all migrations have run, in their order."""
    steps = re.compile(
        r"^ *(?:CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)|DROP TABLE (?:IF EXISTS )?([a-z_]+)"
        r"|ALTER TABLE (?:IF EXISTS )?([a-z_]+) RENAME TO ([a-z_]+);)",
        re.MULTILINE,
    )
    made: set[str] = set()
    for created, dropped, before, after in steps.findall(text):
        made = (made | {created, after}) - {dropped, before, ""}
    return made


def test_each_migration_has_a_number_of_its_own() -> None:
    """Two that landed side by side with one number stop every stage."""
    names = {(path.parent.name, path.name.split(".")[0]) for path in (ROOT / "migrations").glob("*/[0-9]*.sql")}
    numbers = sorted((database, name[:4]) for database, name in names)
    assert numbers
    assert numbers == sorted(set(numbers))


def test_scopes_that_routes_ask_for_are_declared() -> None:
    for each in services():
        for name in {each.name} if each.routes else set():
            asked = _asked_scopes(Module(ROOT / "handlers" / f"{name}.py"))
            assert asked <= set(each.scopes), f"add to scopes of premium/{each.name}/manifest.py"


@pytest.mark.parametrize("each", services(), ids=lambda each: each.name)
def test_every_alarm_has_a_heading_in_the_runbook_of_its_service(each: Service) -> None:
    """Every function has the three that canaries, throttles and logs wake somebody for."""
    wanted = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", alarm.name).lower() for alarm in each.alarms}
    wanted |= {"canary", "throttled", "logged errors"} if each.routes or each.consumers else set()
    path = ROOT / "docs" / "runbooks" / f"{each.name}.md"
    lines = path.read_text().splitlines() if path.exists() else []
    found = {line.lstrip("#").strip().replace("-", " ").lower() for line in lines if line.startswith("#")}
    assert wanted - found == set(), f"headings that docs/runbooks/{each.name}.md lacks"


def test_every_kind_of_line_of_the_status_has_a_heading_that_says_what_to_do() -> None:
    text = (ROOT / "docs" / "runbooks" / "status.md").read_text()
    assert set(re.findall(r"^## (.+)$", text, re.MULTILINE)) == {"process", *get_args(What)}
    for section in text.split("\n## ")[1:]:
        assert re.findall(r"^- \*\*(\w+)\*\*:", section, re.MULTILINE) == ["Means", "Look", "Stop", "Undo"], section


@pytest.mark.parametrize("module", modules(*CODE), ids=lambda module: module.name)
def test_first_lines_of_docstrings_are_sentences_of_fifteen_words(module: Module) -> None:
    wrong = {}
    for name, text in module.documented():
        first = (text or "").split("\n")[0].strip()
        if first and (len(first.split()) > WORDS or first[-1] not in ".:"):
            wrong[name] = first
    assert wrong == {}


def test_every_service_has_a_door_that_is_made_from_the_platform() -> None:
    for name in service_names():
        tree = Module(ROOT / "premium" / name / "service.py").tree
        doors = [c for c in tree.body if isinstance(c, ast.ClassDef) and not c.name.startswith("_")]
        made = [c for c in doors if any(isinstance(m, ast.FunctionDef) and m.name == "of" for m in c.body)]
        assert made, f"premium/{name}/service.py: a class with of(platform)"


def test_engine_rooms_read_no_clock() -> None:
    """What they compute depends on what they are given alone; import-linter holds their imports.

    Notifications are a shared room, whose channels speak to providers.
    """
    calls = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|SystemClock)\(")
    found = [
        module.name
        for name in set(service_names()) - {"notifications"}
        for module in modules(f"premium/{name}")
        if len(module.path.relative_to(ROOT).parts) > 3
        and not NOT_ENGINES & set(module.path.relative_to(ROOT).parts[2:3])
        and calls.search(module.path.read_text())
    ]
    assert found == []


def _is_store(module: Module) -> bool:
    folder, *parts = module.path.relative_to(ROOT).parts
    inside = parts[0] == "storage" or parts[1:2] == ["store.py"] or "store" in parts[1:-1]
    return folder == "premium" and inside


def _owner(module: Module) -> str:
    return module.path.relative_to(ROOT / "premium").parts[0]


def _asked_scopes(module: Module) -> set[str]:
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    marks = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "needs"]
    return {
        keyword.value.value
        for call in marks
        for keyword in call.keywords
        if keyword.arg == "scope" and isinstance(keyword.value, ast.Constant)
    }
