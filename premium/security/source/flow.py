"""What a function does, in order, with its modifiers and inner calls laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from premium.security.source.events import Condition, Event, What
from premium.security.source.members import is_low, is_pointer, is_view, leaves, operands, returns, unwrapped
from premium.security.source.model import Unit
from premium.security.source.tree import Node, bare, has, kind, named, spend, typed

MAX_EVENTS, MAX_STEPS, MAX_ASKED = 20_000, 100_000, 64
"""Of one function: what is kept, statements walked, and conditions at either end that a step remembers."""
_DEPTH = 5


@dataclass
class Flow:
    """Walks one function; `events` is what it found."""

    unit: Unit
    contract: Node
    events: list[Event] = field(default_factory=list)
    aliases: dict[Any, Node] = field(default_factory=dict)
    """Local variables and parameters to what they were given: pointers, and arguments of inner calls."""
    arguments: set[int] = field(default_factory=set)
    """The parameters of the function that was entered."""
    steps: int = 0
    """Statements walked: over the bound the rest was not read."""
    _conditions: list[Condition] = field(default_factory=list)
    _loops: list[Node] = field(default_factory=list)
    _stack: list[int] = field(default_factory=list)
    _owners: list[Node] = field(default_factory=list)
    _home: Node | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the function was too large to be walked to its end."""
        return self.steps > MAX_STEPS or len(self.events) > MAX_EVENTS

    def function(self, node: Node) -> Flow:
        """Walk a function with its modifiers."""
        if not self._stack:
            self.arguments = {each["id"] for each in (node.get("parameters") or {}).get("parameters") or ()}
        self._stack.append(node["id"])
        self._owners.append(node)
        self._with_modifiers(node, list(node.get("modifiers") or ()))
        self._owners.pop()
        self._stack.pop()
        return self

    def _with_modifiers(self, node: Node, left: list[Node]) -> None:
        if not left:
            if node.get("body"):
                self._statement(node["body"])
            return
        invoked, *rest = left
        for given in invoked.get("arguments") or ():
            self._expression(given)
        found = self.unit.modifier(self.contract, invoked)
        if found is None or not found.get("body"):
            self._with_modifiers(node, rest)
            return
        self._bind(found, invoked.get("arguments") or ())
        self._owners.append(found)
        outer, self._home = self._home, invoked
        self._statement(found["body"], lambda: self._placed(node, rest))
        self._home = outer
        self._owners.pop()

    def _placed(self, node: Node, rest: list[Node]) -> None:
        outer, self._home = self._home, None
        self._owners.append(node)
        self._with_modifiers(node, rest)
        self._owners.pop()
        self._home = outer

    def _bind(self, callee: Node, given: list[Node] | tuple[Node, ...]) -> None:
        wanted = (callee.get("parameters") or {}).get("parameters") or ()
        for parameter, argument in zip(wanted, given, strict=False):
            self.aliases[parameter["id"]] = argument

    def _statement(self, node: Node, place: object = None) -> None:  # noqa: C901, PLR0912 - one branch a statement
        self.steps += 1
        spend(1)
        if self.is_cut:
            return
        what = kind(node)
        if what in ("Block", "UncheckedBlock"):
            for each in node.get("statements") or ():
                self._statement(each, place)
            return
        is_home = self._home is None
        if is_home:
            self._home = node
        if what == "PlaceholderStatement":
            if callable(place):
                place()
        elif what == "IfStatement":
            self._if(node, place, is_home=is_home)
        elif what in ("ForStatement", "WhileStatement", "DoWhileStatement"):
            self._loop(node, place, is_home=is_home)
        elif what == "VariableDeclarationStatement":
            self._declared(node)
        elif what == "TryStatement":
            self._expression(node["externalCall"])
            self._inside(node, [each["block"] for each in node.get("clauses") or ()], place, is_home=is_home)
        elif what == "InlineAssembly":
            self._add("other", node)
        elif what in ("ExpressionStatement", "Return", "EmitStatement", "RevertStatement"):
            found = node.get("expression") or node.get("eventCall") or node.get("errorCall")
            if found:
                self._expression(found)
        if is_home:
            self._home = None

    def _inside(self, node: Node, parts: list[Node], place: object, *, is_home: bool) -> None:
        """Statements inside a statement are homes of their own."""
        if is_home:
            self._home = None
        for each in parts:
            self._statement(each, place)
        if is_home:
            self._home = node

    def _if(self, node: Node, place: object, *, is_home: bool) -> None:
        condition, then, other = node["condition"], node["trueBody"], node.get("falseBody")
        self._expression(condition)
        self._add("check", condition, target=then if leaves(then) and not has(then, returns) else None)
        before = len(self._conditions)
        self._conditions.append(Condition(condition, True))
        self._inside(node, [then], place, is_home=is_home)
        del self._conditions[before:]
        if other:
            self._conditions.append(Condition(condition, False))
            self._inside(node, [other], place, is_home=is_home)
            del self._conditions[before:]
        if leaves(then):
            self._conditions.append(Condition(condition, False, has(then, returns)))
        elif other and leaves(other):
            self._conditions.append(Condition(condition, True, has(other, returns)))

    def _loop(self, node: Node, place: object, *, is_home: bool) -> None:
        before = len(self._conditions)
        if first := node.get("initializationExpression"):
            self._statement(first)
        if node.get("condition"):
            self._expression(node["condition"])
        self._loops.append(node)
        self._add("loop", node)
        self._inside(node, [node["body"]], place, is_home=is_home)
        if last := node.get("loopExpression"):
            self._statement(last)
        self._loops.pop()
        del self._conditions[before:]

    def _declared(self, node: Node) -> None:
        made = [each for each in node.get("declarations") or () if each]
        first = node.get("initialValue")
        if first is None:
            return
        self._expression(first)
        self._add("other", node)
        if len(made) == 1:
            self.aliases[made[0]["id"]] = first

    def _expression(self, node: Node | None) -> None:  # noqa: C901 - one branch an expression
        if node is None or self.is_cut:
            return
        what = kind(node)
        if what == "Assignment":
            self._expression(node["rightHandSide"])
            if node["operator"] != "=":
                self._expression(node["leftHandSide"])
            self._written(node["leftHandSide"], node)
        elif what == "UnaryOperation":
            self._expression(node["subExpression"])
            if node["operator"] in ("++", "--", "delete"):
                self._written(node["subExpression"], node)
        elif what == "FunctionCall":
            self._call(node)
        elif what == "Identifier":
            found = self.state_of(node)
            if found is not None:
                self._add("read", node, variable=found)
        elif what == "BinaryOperation":
            self._expression(node["leftExpression"])
            self._expression(node["rightExpression"])
        elif what == "Conditional":
            self._expression(node["condition"])
            self._expression(node["trueExpression"])
            self._expression(node["falseExpression"])
        elif what not in ("Literal", "ElementaryTypeNameExpression"):
            for each in operands(node):
                self._expression(each)

    def _written(self, target: Node, node: Node) -> None:
        target = bare(target) or target
        if kind(target) == "TupleExpression":
            for each in target.get("components") or ():
                if each:
                    self._written(each, node)
            return
        if kind(target) == "IndexAccess":
            self._expression(target.get("indexExpression"))
        found = self.state_of(target)
        if found is not None:
            self._add("write", node, variable=found, target=target)
        elif kind(target) == "Identifier" and kind(node) == "Assignment" and node["operator"] == "=":
            self._add("other", node)
            self.aliases[target["referencedDeclaration"]] = node["rightHandSide"]
        elif kind(target) == "Identifier":
            self._add("other", node, target=target)

    def state_of(self, node: Node | None) -> int | None:
        """Return the state variable that an expression lies in; None for others."""
        for _ in range(50):
            node = bare(node)
            if kind(node) in ("IndexAccess", "IndexRangeAccess") and node is not None:
                node = node["baseExpression"]
            elif kind(node) == "MemberAccess" and node is not None:
                node = node["expression"]
            elif kind(node) == "Identifier" and node is not None:
                declared = node.get("referencedDeclaration")
                if declared in self.unit.states:
                    return int(declared)
                if not is_pointer(node) or declared not in self.aliases:
                    return None
                node = self.aliases[declared]
            else:
                return None
        return None

    def _call(self, node: Node) -> None:
        given = node.get("arguments") or ()
        for each in given:
            self._expression(each)
        callee, value = unwrapped(node["expression"])
        if value is not None:
            self._expression(value)
        if node.get("kind") == "typeConversion":
            return
        if kind(callee) == "MemberAccess" and callee is not None:
            self._member_call(node, callee, value, list(given))
            return
        if named(callee, "require", "assert") and given:
            self._add("check", given[0], target=node)
            self._conditions.append(Condition(given[0], True))
        elif named(callee, "selfdestruct", "suicide"):
            self._add("destroy", node)
        elif kind(callee) == "NewExpression":
            if typed(callee).startswith("function") and "contract" in typed(node):
                self._add("create", node)
        elif kind(callee) == "Identifier" and callee is not None:
            self._inner(self.unit.called(self.contract, callee), given)

    def _member_call(self, node: Node, callee: Node, value: Node | None, given: list[Node]) -> None:
        target, name = callee["expression"], callee["memberName"]
        self._expression(target)
        if is_low(callee):
            what: What = (
                "delegate" if name in ("delegatecall", "callcode") else "view" if name == "staticcall" else "call"
            )
            if name in ("send", "transfer"):
                what, value = "send", given[0] if given else None
            self._add(what, node, target=target, value=value)
        elif name in ("push", "pop") and self.state_of(target) is not None:
            self._add("write", node, variable=self.state_of(target), target=target)
        else:
            found = self.unit.nodes.get(callee.get("referencedDeclaration"))
            if kind(found) == "FunctionDefinition" and found is not None and self.unit.is_inside(found, callee):
                bound = [target, *given] if self.unit.is_library(found) and "type(" not in typed(target) else given
                self._inner(self.unit.virtual(self.contract, found, callee), bound)
            elif typed(target).startswith("contract"):
                stands = kind(found) == "VariableDeclaration" or (is_view(found) and self.unit.keeps_views)
                self._add("view" if stands else "call", node, target=target, value=value)

    def _inner(self, callee: Node | None, given: list[Node] | tuple[Node, ...]) -> None:
        if callee is None or not callee.get("body") or callee["id"] in self._stack or len(self._stack) >= _DEPTH:
            return
        self._bind(callee, given)
        before = len(self._conditions)
        self.function(callee)
        self._conditions[before:] = [each for each in self._conditions[before:] if not each.returns]

    def _asked(self) -> tuple[Condition, ...]:
        every = self._conditions
        return tuple(every if len(every) <= 2 * MAX_ASKED else [*every[:MAX_ASKED], *every[-MAX_ASKED:]])

    def _add(self, what: What, node: Node, **more: Any) -> None:
        self.events.append(
            Event(
                what, node, self._home or node, conditions=self._asked(), loops=tuple(self._loops),
                inner=len(self._stack) - 1, owner=self._owners[-1] if self._owners else None, **more,
            )
        )  # fmt: skip
