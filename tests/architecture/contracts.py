"""An import-linter contract for services: independent but for their doors, with pure engine rooms.

It is derived from the tree, so that a new service is held by it without a line anywhere. docs/architecture.md draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

DOORS = frozenset({"service", "manifest"})
"""The modules of a service that other services may import."""
NOT_FOR_HANDLERS = frozenset({"store", "work", "onchain", "wired"})
"""What a handler never imports of a service: its SQL, the bodies of its jobs, readers of chains."""
NOT_ENGINES = frozenset({"store", "work", "onchain", "providers", "wired", "uses"})
"""Sub-packages of a service that are no engine rooms: they reach databases, queues, nodes, providers, or wire them.

`uses` are use cases of a `service` that would be too long for one file.
"""
IMPURE = (
    "psycopg", "psycopg_pool", "redis", "rq", "boto3", "botocore", "httpx", "web3",
    "premium.storage", "premium.bootstrap", "premium.asks", "premium.jobs", "premium.execution", "premium.streams",
    "premium.notifications", "premium.neighbours", "premium.audit",
)  # fmt: skip
"""What no engine room imports: it has no clock, no network and no database."""

Found = tuple[str, str, str]
"""Importer, imported, and the rule between them."""


class ServicesContract(Contract):  # type: ignore[misc]  # import-linter is not annotated for subclasses
    """`rooms` are the shared packages; every other package under `premium` is a service."""

    type_name = "services"
    rooms = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter's signature
        """Return what breaks the rules of the house."""
        engines = {module for module in graph.modules if _is_engine(module, graph)}
        found = [(a, b, rule) for a, b in _imports(graph) if (rule := self._broken(a, b, a in engines))]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that must go, with the reason."""
        for importer, imported, rule in check.metadata["found"]:
            output.print_error(f"{importer} -> {imported}: {rule}", bold=False)

    def _broken(self, importer: str, imported: str, engine: bool) -> str | None:
        target = self._service(imported)
        source = self._service(importer)
        if importer.startswith(("stacks.", "cdk_app.")) and imported.startswith("premium."):
            declared = imported == "premium.manifest" or imported.endswith(".manifest")
            return None if declared else "infrastructure reads manifests and nothing else of premium"
        if source is not None and engine and _is_impure(imported):
            return "an engine room has no clock, network or database"
        if target is None or target == source:
            return None
        return self._across(importer, source, imported)

    def _across(self, importer: str, source: str | None, imported: str) -> str | None:
        part = [*imported.split("."), ""][2]
        if importer.startswith("handlers."):
            closed = part in NOT_FOR_HANDLERS or (_is_of_another(importer, imported) and part not in {*DOORS, "model"})
            return "a handler enters a service by its door" if closed else None
        if source is not None:
            return None if part in DOORS else "a service enters another by its door"
        if importer.startswith("premium.") and not importer.startswith("premium.cli"):
            return "a shared room knows no service"
        return None

    def _service(self, module: str) -> str | None:
        parts = module.split(".")
        if len(parts) < 2 or parts[0] != "premium" or parts[1] in self.rooms:
            return None
        return parts[1]


def _imports(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    for module in sorted(graph.modules):
        if module.partition(".")[0] in ("premium", "handlers", "workers", "stacks", "cdk_app"):
            yield from ((module, imported) for imported in sorted(graph.find_modules_directly_imported_by(module)))


def _is_of_another(handler: str, imported: str) -> bool:
    """Tell whether `handlers.tax` or `handlers.models.tax` imports of another service than its own.

    The authorizer is of accounts.
    """
    *folder, own = handler.replace("handlers.authorizer", "handlers.accounts").split(".")
    service = imported.split(".")[1]
    return folder in (["handlers"], ["handlers", "models"]) and own != service and not own.startswith(f"{service}_")


def _is_engine(module: str, graph: ImportGraph) -> bool:
    """Tell whether a module lies in a sub-package of a service, whose own `__init__` does, too."""
    parts: list[Any] = module.split(".")
    inside = len(parts) > 3 or (len(parts) == 3 and bool(graph.find_children(module)))
    return inside and parts[2] not in NOT_ENGINES


def _is_impure(imported: str) -> bool:
    return any(imported == name or imported.startswith(f"{name}.") for name in IMPURE)
