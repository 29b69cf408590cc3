"""Statements and functions of Vyper as nodes of Solidity's tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.security.source.tree import Node
from premium.security.vyper.expressions import Expressions
from premium.security.vyper.kinds import BOOL, NUMBER, UNKNOWN, Kind, Tree
from premium.security.vyper.modules import Module, described

_SIGNS = {"Add": "+=", "Sub": "-=", "Mult": "*=", "Div": "/=", "FloorDiv": "/=", "Mod": "%=", "Pow": "**="}
LOCK = "nonreentrant"
"""The modifier that stands for the compiler's own lock."""


class Statements(Expressions):
    """Translates functions of one file."""

    def __init__(self, module: Module, every: Mapping[str, Module], *, locks: bool) -> None:
        """`locks`: the compiler's locks hold; those of three versions do not."""
        super().__init__(module, every)
        self._locks = locks
        self._all_locked = bool((module.tree.get("settings") or {}).get("nonreentrancy_by_default"))

    def function(self, tree: Tree, *, reachable: bool, mark: str) -> Node:
        """Translate a function; `mark` keeps those of several files apart."""
        self.locals = {}
        said = {_decorator(each) for each in tree.get("decorator_list") or ()}
        name = str(tree["name"])
        makes, falls = name == "__init__" or "deploy" in said, name == "__default__"
        given = [self._declaration(str(each["arg"]), each["annotation"], each) for each in tree["args"]["args"]]
        is_open = ("external" in said and reachable) or makes
        mutability = next((each for each in ("view", "pure", "payable") if each in said), "nonpayable")
        what = "constructor" if makes else "fallback" if falls else f"function{mark}"
        body = self.block(tree.get("body") or [], tree)
        return {
            "nodeType": "FunctionDefinition", "id": self.module.functions[name], "src": self.module.src(tree),
            "name": "" if makes or falls else name, "kind": what, "implemented": True,
            "visibility": "external" if is_open else "internal", "stateMutability": mutability,
            "parameters": {"nodeType": "ParameterList", "src": self.module.src(tree), "parameters": given},
            "modifiers": [self._lock(tree)] if self._is_locked(said) else [], "body": body,
        }  # fmt: skip

    def _is_locked(self, said: set[str]) -> bool:
        return self._locks and (LOCK in said or (self._all_locked and "external" in said and "reentrant" not in said))

    def _lock(self, tree: Tree) -> Node:
        return self.node("ModifierInvocation", tree, modifierName={"name": LOCK}, arguments=[])

    def _declaration(self, name: str, annotation: Tree | None, at: Tree, kind: Kind | None = None) -> Node:
        declared = self.module.ids.new()
        kind = kind or self.module.types.of(annotation)
        self.locals[name] = (declared, kind)
        return {
            "nodeType": "VariableDeclaration", "id": declared, "src": self.module.src(at), "name": name,
            "stateVariable": False, "typeDescriptions": described(kind),
        }  # fmt: skip

    def block(self, trees: list[Tree], at: Tree) -> Node:
        """Translate statements that belong together."""
        return self.node("Block", at, statements=[self.statement(each) for each in trees])

    def statement(self, tree: Tree) -> Node:
        """Translate one statement."""
        self._depth += 1
        if self._depth > 300:
            raise RecursionError
        made: Node = getattr(self, f"_does_{str(tree['ast_type']).lower()}", self._does_nothing)(tree)
        self._depth -= 1
        return made

    def _does_nothing(self, tree: Tree) -> Node:
        return self.node("EmptyStatement", tree)

    def _expressed(self, made: Node, tree: Tree) -> Node:
        return self.node("ExpressionStatement", tree, expression=made)

    def _does_expr(self, tree: Tree) -> Node:
        return self._expressed(self.told(tree["value"]), tree)

    def _does_assign(self, tree: Tree) -> Node:
        return self._assigned("=", tree)

    def _does_augassign(self, tree: Tree) -> Node:
        return self._assigned(_SIGNS.get(str(tree["op"]["ast_type"]), "|="), tree)

    def _assigned(self, sign: str, tree: Tree) -> Node:
        right, left = self.told(tree["value"]), self.told(tree["target"])
        made = self.node("Assignment", tree, operator=sign, leftHandSide=left, rightHandSide=right)
        return self._expressed(self.typed(self.kind_of(left), made), tree)

    def _does_annassign(self, tree: Tree) -> Node:
        first = self.told(tree["value"]) if tree.get("value") else None
        made = self._declaration(str(tree["target"]["id"]), tree["annotation"], tree["target"])
        return self.node("VariableDeclarationStatement", tree, declarations=[made], initialValue=first)

    def _does_if(self, tree: Tree) -> Node:
        other = tree.get("orelse") or []
        parts: dict[str, Any] = {
            "condition": self.told(tree["test"]),
            "trueBody": self.block(tree.get("body") or [], tree),
            "falseBody": self.block(other, other[0]) if other else None,
        }
        return self.node("IfStatement", tree, **parts)

    def _does_assert(self, tree: Tree) -> Node:
        asked = self.call(self.identifier("require", tree, None), [self.told(tree["test"])], tree)
        return self._expressed(asked, tree)

    def _does_raise(self, tree: Tree) -> Node:
        return self.node("RevertStatement", tree)

    def _does_return(self, tree: Tree) -> Node:
        return self.node("Return", tree, expression=self.told(tree["value"]) if tree.get("value") else None)

    def _does_log(self, tree: Tree) -> Node:
        return self.node("EmitStatement", tree, eventCall=self.told(tree["value"]))

    def _does_for(self, tree: Tree) -> Node:
        """A loop over a list is one over its places; one over a range counts to its end."""
        target, over = tree["target"], tree["iter"]
        declared = target if target.get("ast_type") == "AnnAssign" else {"target": target, "annotation": None}
        name = str(declared["target"]["id"])
        if (over.get("func") or {}).get("id") == "range":
            given = [self.told(each) for each in over.get("args") or ()]
            kind = self.module.types.of(declared["annotation"]) if declared["annotation"] else NUMBER
            first = self._declared_as(name, given[0] if len(given) > 1 else None, target, kind)
            end = given[-1] if given else self.told(None)
            if len(given) > 1 and (more := _beyond(over)) is not None:
                end = self.told(more)
            counter = self.identifier(name, target, *self.locals[name])
        else:
            listed = self.told(over)
            counter = self.identifier("$place", target, None, NUMBER)
            item = self.kind_of(listed).item or self.module.types.of(declared["annotation"])
            item = item._replace(kept=True)
            place = self.node("IndexAccess", over, baseExpression=listed, indexExpression=counter)
            first = self._declared_as(name, self.typed(item, place), target, item)
            end = self.member(self.told(over), "length", over, NUMBER)
        asked = self.binary("<", counter, end, over, BOOL)
        body = self.block(tree.get("body") or [], tree)
        return self.node("ForStatement", tree, initializationExpression=first, condition=asked, body=body)

    def _declared_as(self, name: str, first: Node | None, at: Tree, kind: Kind = UNKNOWN) -> Node:
        made = self._declaration(name, None, at, kind)
        return self.node("VariableDeclarationStatement", at, declarations=[made], initialValue=first)


def _beyond(over: Tree) -> Tree | None:
    """What is added in `range(a, a + n)`: how often the loop goes round."""
    end = over["args"][-1]
    return end["right"] if end.get("ast_type") == "BinOp" and end["op"]["ast_type"] == "Add" else None


def _decorator(tree: Tree) -> str:
    return str((tree.get("func") or tree).get("id", ""))
