"""What the tests of the tree's shape read: modules, their strings and their docstrings, as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from premium.manifest import services

ROOT = Path(__file__).resolve().parents[2]
CODE = ("premium", "handlers", "workers", "migrations", "local", "cdk_app", "stacks")
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+(\w+\s+)?SET|TRUNCATE\s|CALL\s+\w+\(|SELECT\s+pg_"
    r"|COPY\s+\w+\s*(\(|FROM|TO))",
    re.DOTALL,
)
PLUGINS = frozenset({"premium/tax/importers", "premium/tax/rules", "premium/cli"})
"""Folders of one module a format, a country, or a topic that a manifest declares: they may hold more than fifteen."""


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def strings(self) -> Iterator[tuple[int, str]]:
        """Line and text of each literal, docstrings left out; the pieces of an f-string joined."""
        skipped = {id(node) for node in _docstrings(self.tree)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.JoinedStr):
                parts = [part for part in node.values if isinstance(part, ast.Constant)]
                skipped.update(id(part) for part in parts)
                yield node.lineno, " ".join(str(part.value) for part in parts)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
                yield node.lineno, node.value

    def documented(self) -> Iterator[tuple[str, str | None]]:
        """The module and its public classes, functions and methods, with their docstrings."""
        yield self.name, ast.get_docstring(self.tree)
        yield from _documented(self.tree, self.name)


def modules(*folders: str) -> list[Module]:
    """Every module below these folders, `__init__.py` too."""
    return [_module(path) for folder in folders for path in _below(folder)]


@cache
def _below(folder: str) -> tuple[Path, ...]:
    return tuple(sorted((ROOT / folder).rglob("*.py")))


@cache
def _module(path: Path) -> Module:
    """One a file, so that it is parsed once for all tests."""
    return Module(path)


def service_names() -> list[str]:
    """Services proper: what declares itself and answers requests."""
    return [each.name for each in services() if each.routes]


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    """Docstrings, and the strings that stand below a field or a constant to describe it."""
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            yield from (one.value for one in body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))


def _documented(node: ast.AST, name: str) -> Iterator[tuple[str, str | None]]:
    for child in getattr(node, "body", []):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            yield f"{name}::{child.name}", ast.get_docstring(child)
            if isinstance(child, ast.ClassDef):
                yield from _documented(child, f"{name}::{child.name}")
