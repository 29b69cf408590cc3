"""The places where our code calls AWS, read from its source: a module, a function, an operation of boto3."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from botocore.session import Session

from cdk_app.assets import ROOT
from tests.fixtures.calls import action_of

PACKAGES = ("premium", "handlers", "workers")
_BEYOND = {
    "download_file": ("s3:GetObject",),
    "download_fileobj": ("s3:GetObject",),
    "generate_presigned_post": ("s3:PutObject",),
    "generate_presigned_url": ("s3:GetObject", "s3:PutObject"),
    "upload_file": ("s3:PutObject",),
    "upload_fileobj": ("s3:PutObject",),
    "transact_write_items": ("dynamodb:PutItem", "dynamodb:UpdateItem"),
    "post_to_connection": ("execute-api:ManageConnections",),
    "delete_connection": ("execute-api:ManageConnections",),
    "send_email": ("ses:SendEmail",),
}
"""Methods whose rights have other names."""


class Site(NamedTuple):
    """`place` is `module:function` as a recorded call names it; one of `actions` is needed."""

    place: str
    method: str
    actions: tuple[str, ...]


@cache
def sites() -> tuple[Site, ...]:
    """Every place of the product's code."""
    return tuple(site for module, tree in modules() for site in sites_in(module, tree, operations()))


def modules() -> Iterator[tuple[str, ast.Module]]:
    """(dotted name, tree) of the product's code."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def sites_in(module: str, tree: ast.AST, known: Mapping[str, tuple[str, ...]]) -> Iterator[Site]:
    """The places of a module.

    boto3's methods take named arguments alone, which tells `client.publish(TopicArn=…)` from Redis'
    `connection.publish(channel, text)`; a method of several words counts wherever it is named.
    """
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for function, node, called in _walk(tree, "", calls):
        if node.attr in known and ("_" in node.attr or (called is not None and _named_alone(called))):
            yield Site(f"{module}:{function or '<module>'}", node.attr, known[node.attr])


def functions_in(tree: ast.AST, within: str = "") -> Iterator[str]:
    """Functions by their qualified names; what is defined inside of one counts as it."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{within}{child.name}"
        else:
            yield from functions_in(child, f"{within}{child.name}." if isinstance(child, ast.ClassDef) else within)


@cache
def operations() -> Mapping[str, tuple[str, ...]]:
    """The rights of each method of the services whose clients the code makes."""
    session, found = Session(), dict[str, tuple[str, ...]]()
    for service in _services():
        for operation in session.get_service_model(service).operation_names:
            method = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()
            right = f"{service}:{action_of(service, operation)}"
            found[method] = (*found.get(method, ()), right)
    return found | _BEYOND


def _services() -> set[str]:
    """Named where a client or a resource is made."""
    available, found = set(Session().get_available_services()), {"s3", "dynamodb"}
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                if node.func.attr in {"client", "resource"} and isinstance(first, ast.Constant):
                    found |= {str(first.value)} & available
    return found


def _walk(
    tree: ast.AST, within: str, called: Mapping[int, ast.Call], inside: bool = False
) -> Iterator[tuple[str, ast.Attribute, ast.Call | None]]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Attribute):
            yield within.rstrip("."), child, called.get(id(child))
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not inside:
            yield from _walk(child, f"{within}{child.name}", called, inside=True)
        elif isinstance(child, ast.ClassDef) and not inside:
            yield from _walk(child, f"{within}{child.name}.", called)
        else:
            yield from _walk(child, within, called, inside)


def _named_alone(call: ast.Call) -> bool:
    return not call.args and bool(call.keywords)
