"""A program of Vyper as the answer of Solidity's compiler: trees, codes, selectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.security.source.tree import Node
from premium.security.vyper.kinds import NUMBER, Tree
from premium.security.vyper.modules import VIEW, Ids, Module, described, modules
from premium.security.vyper.statements import LOCK, Statements

_VIEW: Node = {
    "nodeType": "FunctionDefinition", "id": VIEW, "src": "0:0:0", "name": "", "kind": "function",
    "visibility": "external", "stateMutability": "view", "implemented": False,
}  # fmt: skip
"""What calls that change nothing call."""
RULES = (0, 8, 0)
"""The version of Solidity whose numbers and views Vyper's are like: checked, and kept."""


def solidity_shaped(
    trees: Mapping[str, Tree], texts: Mapping[str, str], targets: Mapping[str, Mapping[str, Any]], *, locks: bool
) -> dict[str, Any]:
    """Return what rules of sources read.

    `trees`: of every file of the program; `targets`: those that are contracts, with what was made of them;
    `locks`: whether the compiler's locks hold.
    """
    ids = Ids()
    every = modules(trees, texts, ids)
    sources = {
        path: {"id": one.number, "ast": _file(one, every, is_contract=path in targets, locks=locks)}
        for path, one in every.items()
    }
    shown = {path: made["ast"]["nodes"][0] for path, made in sources.items()}
    for path, one in shown.items():
        one["linearizedBaseContracts"] = [one["id"], *(shown[each]["id"] for each in _closure(path, every))]
    contracts = {path: {every[path].name: made} for path, made in targets.items()}
    return {"sources": sources, "contracts": contracts}


def _closure(path: str, every: Mapping[str, Module]) -> Iterator[str]:
    """The files that one brings with it, itself apart."""
    seen, waiting = {path}, list(every[path].others.values())
    while waiting:
        one = waiting.pop(0)
        if one not in seen:
            seen.add(one)
            yield one
            waiting += every[one].others.values()


def _file(one: Module, every: Mapping[str, Module], *, is_contract: bool, locks: bool) -> Node:
    reader = Statements(one, every, locks=locks)
    nodes: list[Node] = [_state(reader, each) for each in one.body("VariableDecl")]
    if is_contract:
        nodes += _lock(reader, one.tree)
    mark = "" if is_contract else f" of {one.path}"
    outside = set(_exported(one, every)) if not is_contract else set()
    for each in one.body("FunctionDef"):
        reachable = is_contract or each["name"] in outside
        nodes.append(reader.function(each, reachable=reachable, mark=mark))
    contract = reader.node(
        "ContractDefinition", one.tree, name=one.name, contractKind="contract", nodes=nodes, linearizedBaseContracts=[]
    )
    return {"nodeType": "SourceUnit", "src": one.src(one.tree), "nodes": [contract, _VIEW]}


def _exported(one: Module, every: Mapping[str, Module]) -> Iterator[str]:
    """Functions that another file makes part of its interface."""
    for other in every.values():
        names = {alias for alias, path in other.others.items() if path == one.path}
        for each in other.body("ExportsDecl"):
            told = each.get("annotation") or {}
            for part in told.get("elements") or [told]:
                if (part.get("value") or {}).get("id") in names:
                    named = str(part.get("attr", ""))
                    yield from one.functions if named == "__interface__" else (named,)


def _state(reader: Statements, tree: Tree) -> Node:
    module, name = reader.module, str(tree["target"]["id"])
    kind = module.kinds[name]
    return {
        "nodeType": "VariableDeclaration", "id": module.states[name], "src": module.src(tree), "name": name,
        "stateVariable": True, "constant": bool(tree.get("is_constant")), "typeDescriptions": described(kind),
        "value": reader.told(tree["value"]) if tree.get("value") else None,
    }  # fmt: skip


def _lock(reader: Statements, at: Tree) -> list[Node]:
    """The compiler's lock, written out: a switch that is asked, set, and set back."""
    kept = reader.module.ids.new()
    state = {
        "nodeType": "VariableDeclaration", "id": kept, "src": "0:0:0", "name": "$lock", "stateVariable": True,
        "constant": False, "typeDescriptions": described(NUMBER), "value": None,
    }  # fmt: skip

    def lock() -> Node:
        return reader.identifier("$lock", at, kept, NUMBER)

    def number(value: str) -> Node:
        return reader.typed(NUMBER, reader.node("Literal", at, value=value))

    def put(value: str) -> Node:
        made = reader.node("Assignment", at, operator="=", leftHandSide=lock(), rightHandSide=number(value))
        return reader.node("ExpressionStatement", at, expression=made)

    free = reader.binary("==", lock(), number("0"), at, NUMBER)
    asked = reader.call(reader.identifier("require", at, None), [free], at)
    steps = [
        reader.node("ExpressionStatement", at, expression=asked),
        put("1"),
        reader.node("PlaceholderStatement", at),
        put("0"),
    ]
    body = reader.node("Block", at, statements=steps)
    return [state, reader.node("ModifierDefinition", at, name=LOCK, body=body, parameters={"parameters": []})]
