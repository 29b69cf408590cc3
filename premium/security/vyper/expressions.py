"""Expressions of Vyper as nodes of Solidity's tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from premium.security.source.tree import Node
from premium.security.vyper.kinds import ADDRESS, BOOL, HASH, NUMBER, TEXT, UNKNOWN, Kind, Tree, unwrapped
from premium.security.vyper.modules import VIEW, Module, described

_SIGNS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "/", "Mod": "%", "Pow": "**", "BitAnd": "&",
    "BitOr": "|", "BitXor": "^", "LShift": "<<", "RShift": ">>", "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=",
    "Gt": ">", "GtE": ">=", "And": "&&", "Or": "||", "Not": "!", "USub": "-", "Invert": "~",
}  # fmt: skip
_LITERALS = frozenset({"Int", "Decimal", "Hex", "Str", "Bytes", "HexBytes", "NameConstant", "Ellipsis"})
_UNCHECKED = {"unsafe_add": "Add", "unsafe_sub": "Sub", "unsafe_mul": "Mult", "unsafe_div": "Div"}
_SURROUNDINGS = {
    ("msg", "sender"): ADDRESS, ("tx", "origin"): ADDRESS, ("block", "coinbase"): ADDRESS, ("msg", "data"): TEXT,
    ("block", "prevhash"): HASH,
}  # fmt: skip
_RETURNS = {
    "keccak256": HASH, "sha256": HASH, "blockhash": HASH, "blobhash": HASH, "ecrecover": ADDRESS, "len": NUMBER,
    "concat": TEXT, "slice": TEXT, "abi_encode": TEXT, "_abi_encode": TEXT, "method_id": TEXT,
    "create_minimal_proxy_to": ADDRESS, "create_copy_of": ADDRESS, "create_from_blueprint": ADDRESS,
    "raw_create": ADDRESS,
}  # fmt: skip
_OPTIONS = frozenset({"value", "gas"})
_DEPTH = 300


class Expressions:
    """Translates expressions of one file."""

    def __init__(self, module: Module, every: Mapping[str, Module]) -> None:
        """Take the file and the program that it is part of."""
        self.module, self._every = module, every
        self.locals: dict[str, tuple[int, Kind]] = {}
        """Parameters and local variables of the function at hand: id and type."""
        self._depth = 0

    def node(self, what: str, at: Tree, **parts: Any) -> Node:
        """Make a node with an id, a place and a type."""
        return {
            "nodeType": what, "id": self.module.ids.new(), "src": self.module.src(at),
            "typeDescriptions": described(UNKNOWN), **parts,
        }  # fmt: skip

    def kind_of(self, node: Node | None) -> Kind:
        """Return the type that a translated expression bears."""
        return (node or {}).get("vyper") or UNKNOWN

    def told(self, tree: Tree | None) -> Node:
        """Translate an expression; RecursionError where it is nested too deeply."""
        if tree is None:
            return {"nodeType": "Literal", "value": "", "src": "0:0:0"}
        self._depth += 1
        if self._depth > _DEPTH:
            raise RecursionError
        try:
            made = getattr(self, f"_{str(tree['ast_type']).lower()}", self._other)(tree)
        finally:
            self._depth -= 1
        return made

    def typed(self, kind: Kind, made: Node) -> Node:
        """Write a type onto a node."""
        return {**made, "typeDescriptions": described(kind), "vyper": kind}

    def identifier(self, name: str, at: Tree, declared: int | None, kind: Kind = UNKNOWN) -> Node:
        """Make a name that stands for a declaration."""
        return self.typed(kind, self.node("Identifier", at, name=name, referencedDeclaration=declared))

    def call(self, callee: Node, given: list[Node], at: Tree, kind: Kind = UNKNOWN, what: str = "functionCall") -> Node:
        """Make a call."""
        return self.typed(kind, self.node("FunctionCall", at, kind=what, expression=callee, arguments=given))

    def member(self, base: Node, name: str, at: Tree, kind: Kind = UNKNOWN, declared: int | None = None) -> Node:
        """Make a member of an expression."""
        made = self.node("MemberAccess", at, expression=base, memberName=name, referencedDeclaration=declared)
        return self.typed(kind, made)

    def binary(self, sign: str, left: Node, right: Node, at: Tree, kind: Kind) -> Node:
        """Make an operation upon two expressions."""
        made = self.node("BinaryOperation", at, leftExpression=left, operator=sign, rightExpression=right)
        return self.typed(kind, made)

    def _other(self, tree: Tree) -> Node:
        if tree["ast_type"] in _LITERALS:
            return self._literal(tree)
        parts = [self.told(each) for each in tree.get("elements") or () if isinstance(each, dict)]
        return self.node("TupleExpression", tree, components=parts)

    def _literal(self, tree: Tree) -> Node:
        kind = {"Int": NUMBER, "NameConstant": BOOL}.get(str(tree["ast_type"]), UNKNOWN)
        value = tree.get("value")
        if tree["ast_type"] == "Hex" and len(str(value)) == 42:
            kind = ADDRESS
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return self.typed(kind, self.node("Literal", tree, value=text, kind="number" if kind is NUMBER else "string"))

    def _name(self, tree: Tree) -> Node:
        name = str(tree["id"])
        if name == "self":
            return self.identifier("this", tree, None, ADDRESS)
        if name in self.locals:
            declared, kind = self.locals[name]
            return self.identifier(name, tree, declared, kind)
        return self.identifier(name, tree, self.module.states.get(name), self.module.kinds.get(name, UNKNOWN))

    def _attribute(self, tree: Tree) -> Node:
        base, name = tree["value"], str(tree["attr"])
        owner = base.get("id") if base.get("ast_type") == "Name" else None
        if owner == "self" and name in self.module.states:
            return self.identifier(name, tree, self.module.states[name], self.module.kinds[name])
        if owner == "block" and name == "prevhash":
            return self.call(self.identifier("blockhash", tree, None), [], tree, HASH)
        if (other := self.file(owner)) is not None and name in other.states:
            return self.identifier(name, tree, other.states[name], other.kinds[name])
        if owner in ("msg", "tx", "block", "chain") and owner not in self.locals:
            around = self.identifier(str(owner), base, None)
            return self.member(around, name, tree, _SURROUNDINGS.get((str(owner), name), NUMBER))
        inside = self.told(base)
        kind = self.module.types.field(self.kind_of(inside), name)
        kinds = {"balance": NUMBER, "codesize": NUMBER, "codehash": HASH, "is_contract": BOOL, "address": ADDRESS}
        return self.member(inside, name, tree, kind if kind.text else kinds.get(name, UNKNOWN))

    def file(self, alias: object) -> Module | None:
        """Return the imported file that a name stands for."""
        return None if alias in self.locals else self._every.get(self.module.others.get(str(alias), ""))

    def _subscript(self, tree: Tree) -> Node:
        base = self.told(tree["value"])
        index = self.told(unwrapped(tree["slice"]))
        made = self.node("IndexAccess", tree, baseExpression=base, indexExpression=index)
        return self.typed(self.kind_of(base).item or UNKNOWN, made)

    def _binop(self, tree: Tree) -> Node:
        left, right = self.told(tree["left"]), self.told(tree["right"])
        kind = self.kind_of(left) if self.kind_of(left).text else self.kind_of(right)
        return self.binary(_SIGNS.get(tree["op"]["ast_type"], "?"), left, right, tree, kind)

    def _compare(self, tree: Tree) -> Node:
        left, what = self.told(tree["left"]), str(tree["op"]["ast_type"])
        if what not in ("In", "NotIn"):
            return self.binary(_SIGNS.get(what, "?"), left, self.told(tree["right"]), tree, BOOL)
        among = tree["right"].get("elements") if tree["right"].get("ast_type") == "List" else None
        if not among:
            return self.call(self.identifier("in", tree, None), [left, self.told(tree["right"])], tree, BOOL)
        sign, join = ("==", "||") if what == "In" else ("!=", "&&")
        each = [self.binary(sign, left, self.told(one), tree, BOOL) for one in among]
        return self._joined(join, each, tree)

    def _joined(self, sign: str, parts: list[Node], at: Tree) -> Node:
        whole = parts[0]
        for each in parts[1:]:
            whole = self.binary(sign, whole, each, at, BOOL)
        return whole

    def _boolop(self, tree: Tree) -> Node:
        return self._joined(_SIGNS[tree["op"]["ast_type"]], [self.told(each) for each in tree["values"]], tree)

    def _unaryop(self, tree: Tree) -> Node:
        inside = self.told(tree["operand"])
        sign = _SIGNS.get(tree["op"]["ast_type"], "?")
        made = self.node("UnaryOperation", tree, operator=sign, prefix=True, subExpression=inside)
        return self.typed(self.kind_of(inside), made)

    def _ifexp(self, tree: Tree) -> Node:
        parts = {
            "condition": self.told(tree["test"]),
            "trueExpression": self.told(tree["body"]),
            "falseExpression": self.told(tree["orelse"]),
        }
        return self.typed(self.kind_of(parts["trueExpression"]), self.node("Conditional", tree, **parts))

    def _extcall(self, tree: Tree) -> Node:
        return self.told(tree["value"])

    def _staticcall(self, tree: Tree) -> Node:
        return (
            self._outside(tree["value"], is_view=True) if tree["value"].get("ast_type") == "Call" else self.told(None)
        )

    def _call(self, tree: Tree) -> Node:
        callee = tree["func"]
        if callee.get("ast_type") == "Attribute":
            return self._called_member(tree, callee)
        name = str(callee.get("id", ""))
        if name in self.module.types.interfaces and len(tree["args"]) == 1:
            cast = self.identifier(name, callee, None)
            return self.call(cast, self._given(tree), tree, Kind(f"contract {name}"), "typeConversion")
        if name in self.module.types.structs:
            made = self.identifier(name, callee, None)
            return self.call(made, self._given(tree), tree, Kind(f"struct {name}"), "structConstructorCall")
        built: Callable[[Tree], Node] | None = getattr(self, f"_built_{name}", None)
        if built is not None:
            return built(tree)
        if name in _UNCHECKED and len(tree["args"]) == 2:
            left, right = self._given(tree)
            kind = self.kind_of(left) if self.kind_of(left).text else self.kind_of(right)
            made = self.binary(_SIGNS[_UNCHECKED[name]], left, right, tree, kind if kind.text else NUMBER)
            return {**made, "unchecked": True}
        return self.call(self.identifier(name, callee, None), self._given(tree), tree, _RETURNS.get(name, UNKNOWN))

    def _called_member(self, tree: Tree, callee: Tree) -> Node:
        base, name = callee["value"], str(callee["attr"])
        owner = base.get("id") if base.get("ast_type") == "Name" else None
        module = self.module if owner == "self" else self.file(owner)
        if module is not None and name in module.functions:
            target = self.identifier(name, callee, module.functions[name])
            return self.call(target, self._given(tree), tree, module.returns[name])
        if module is not None and name == "__interface__":
            return self.call(
                self.identifier(module.name, callee, None), self._given(tree), tree, Kind(f"contract {module.name}"),
                "typeConversion",
            )  # fmt: skip
        if name in ("append", "pop"):
            target = self.member(self.told(base), {"append": "push"}.get(name, name), callee)
            return self.call(target, self._given(tree), tree)
        return self._outside(tree, is_view=None)

    def _outside(self, tree: Tree, *, is_view: bool | None) -> Node:
        """A call of another contract; 0.4 says whether it may change anything, before it the interface does."""
        callee = tree["func"]
        if callee.get("ast_type") != "Attribute":
            return self.told(tree)
        target = self.told(callee["value"])
        if not self.kind_of(target).text.startswith("contract"):
            target = self.typed(Kind("contract"), target)
        interface = self.kind_of(target).text.removeprefix("contract ")
        if is_view is None:
            is_view = self.module.is_view(interface, str(callee["attr"]))
        made = self.member(target, str(callee["attr"]), callee, declared=VIEW if is_view else None)
        return self.call(self._with_options(made, tree), self._given(tree, but=_OPTIONS), tree, UNKNOWN)

    def _with_options(self, callee: Node, tree: Tree) -> Node:
        options = [each for each in tree.get("keywords") or () if each.get("arg") in _OPTIONS]
        if not options:
            return callee
        names, values = [str(each["arg"]) for each in options], [self.told(each["value"]) for each in options]
        return self.node("FunctionCallOptions", tree, expression=callee, names=names, options=values)

    def _given(self, tree: Tree, but: frozenset[str] = frozenset()) -> list[Node]:
        words = [each["value"] for each in tree.get("keywords") or () if each.get("arg") not in but]
        return [self.told(each) for each in (*(tree.get("args") or ()), *words)]

    def _built_convert(self, tree: Tree) -> Node:
        wanted = self.module.types.of(tree["args"][1]) if len(tree["args"]) > 1 else UNKNOWN
        cast = self.identifier(wanted.text, tree, None)
        return self.call(cast, [self.told(tree["args"][0])], tree, wanted, "typeConversion")

    def _built_empty(self, tree: Tree) -> Node:
        kind = self.module.types.of(tree["args"][0]) if tree["args"] else UNKNOWN
        return self.typed(kind, self.node("Literal", tree, value="0", kind="number"))

    def _built_len(self, tree: Tree) -> Node:
        return self.member(self.told(tree["args"][0]), "length", tree, NUMBER)

    def _built_send(self, tree: Tree) -> Node:
        """It fails with its caller; with gas it is a call like any other."""
        to, value = self.told(tree["args"][0]), self.told(tree["args"][1])
        target = self.typed(ADDRESS, to)
        if not any(each.get("arg") == "gas" for each in tree.get("keywords") or ()):
            return self.call(self.member(target, "transfer", tree), [value], tree)
        return self._required(self._low("call", target, [], [value], tree), tree)

    def _built_raw_call(self, tree: Tree) -> Node:
        words = {str(each.get("arg")): each["value"] for each in tree.get("keywords") or ()}
        name = "delegatecall" if _is_true(words.get("is_delegate_call")) else "call"
        name = "staticcall" if _is_true(words.get("is_static_call")) else name
        target = self.typed(ADDRESS, self.told(tree["args"][0]))
        value = [self.told(words["value"])] if "value" in words else []
        made = self._low(name, target, [self.told(each) for each in tree["args"][1:2]], value, tree)
        answers = "revert_on_failure" in words and not _is_true(words["revert_on_failure"])
        return made if answers else self._required(made, tree)

    def _low(self, name: str, target: Node, given: list[Node], value: list[Node], tree: Tree) -> Node:
        callee = self.member(target, name, tree)
        if value:
            callee = self.node("FunctionCallOptions", tree, expression=callee, names=["value"], options=value)
        return self.call(callee, given, tree, BOOL)

    def _required(self, made: Node, tree: Tree) -> Node:
        return self.call(self.identifier("require", tree, None), [made], tree)


def _is_true(tree: Tree | None) -> bool:
    return bool((tree or {}).get("value"))
