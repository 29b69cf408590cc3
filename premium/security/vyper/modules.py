"""What each file of a program declares: variables, functions, types, and other files' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePosixPath
from typing import Any

from premium.security.vyper.kinds import UNKNOWN, Kind, Tree, Types

_VIEWS = frozenset(
    {
        "name", "symbol", "decimals", "totalSupply", "balanceOf", "allowance", "ownerOf", "getApproved",
        "isApprovedForAll", "supportsInterface", "tokenURI", "asset", "totalAssets", "convertToAssets",
        "convertToShares", "maxDeposit", "maxMint", "maxRedeem", "maxWithdraw", "previewDeposit", "previewMint",
        "previewRedeem", "previewWithdraw",
    }
)  # fmt: skip
"""Of the interfaces that the compiler brings, whose text is not among the sources."""


VIEW = 0
"""The id of what stands for every function of another contract that changes nothing."""


class Ids:
    """Numbers for nodes, each once in a program."""

    def __init__(self) -> None:
        self._next = count(1)

    def new(self) -> int:
        """Return the next number."""
        return next(self._next)


@dataclass
class Module:
    """One file and its names."""

    path: str
    number: int
    tree: Tree
    starts: list[int]
    """The byte at which each line begins."""
    ids: Ids
    states: dict[str, int] = field(default_factory=dict)
    """Variables, constants and immutables to their ids."""
    kinds: dict[str, Kind] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    returns: dict[str, Kind] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    """Names of imported files to their paths among the sources."""
    views: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Of interfaces: whether a function changes nothing."""
    events: frozenset[str] = frozenset()
    types: Types = field(default_factory=lambda: Types({}, frozenset(), frozenset(), {}))

    @property
    def name(self) -> str:
        """Return the contract's name: the file's."""
        return PurePosixPath(self.path).stem

    def src(self, node: Tree) -> str:
        """Return a node's place as Solidity writes it."""
        first = self.starts[min(max(int(node.get("lineno") or 1), 1), len(self.starts)) - 1]
        last = self.starts[min(max(int(node.get("end_lineno") or 1), 1), len(self.starts)) - 1]
        start = first + int(node.get("col_offset") or 0)
        return f"{start}:{max(last + int(node.get('end_col_offset') or 0) - start, 1)}:{self.number}"

    def is_view(self, interface: str, name: str) -> bool:
        """Tell whether a function of an interface says that it changes nothing."""
        return self.views.get((interface, name), name in _VIEWS)

    def body(self, *what: str) -> Iterator[Tree]:
        """Yield what stands at the file's outermost level, of some types."""
        return (each for each in self.tree.get("body") or () if each.get("ast_type") in what)


def modules(trees: Mapping[str, Tree], texts: Mapping[str, str], ids: Ids) -> dict[str, Module]:
    """Return the files of a program by path, with what each declares."""
    made: dict[str, Module] = {}
    for number, (path, tree) in enumerate(trees.items()):
        raw = texts.get(path, "").encode()
        starts = [0, *(at + 1 for at, byte in enumerate(raw) if byte == 0x0A)]
        one = made[path] = Module(path, number, tree, starts, ids)
        _types(one)
        _variables(one)
        _functions(one)
    for one in made.values():
        _imports(one, made)
    return made


def _types(one: Module) -> None:
    structs = {
        str(each["name"]): {str(part["target"]["id"]): part["annotation"] for part in _parts(each, "AnnAssign")}
        for each in one.body("StructDef")
    }
    interfaces = {str(each["name"]) for each in one.body("InterfaceDef")}
    interfaces |= {_alias(each) for each in one.body("Import", "ImportFrom")}
    numbers = {
        str(each["target"]["id"]): int(each["value"]["value"])
        for each in one.body("VariableDecl")
        if each.get("is_constant") and (each.get("value") or {}).get("ast_type") == "Int"
    }
    flags = frozenset(str(each["name"]) for each in one.body("FlagDef", "EnumDef"))
    one.types = Types(structs, frozenset(interfaces), flags, numbers)
    one.events = frozenset(str(each["name"]) for each in one.body("EventDef"))
    for each in one.body("InterfaceDef"):
        for part in _parts(each, "FunctionDef"):
            said = [str((line.get("value") or {}).get("id")) for line in part.get("body") or ()]
            one.views[str(each["name"]), str(part["name"])] = bool({"view", "pure", "constant"} & set(said))


def _parts(node: Tree, what: str) -> Iterator[Tree]:
    return (each for each in node.get("body") or () if each.get("ast_type") == what)


def _alias(node: Tree) -> str:
    return str(node.get("alias") or str(node.get("name") or "").rsplit(".", 1)[-1])


def _variables(one: Module) -> None:
    for each in one.body("VariableDecl"):
        name = str(each["target"]["id"])
        one.states[name] = one.ids.new()
        one.kinds[name] = one.types.of(each["annotation"])


def _functions(one: Module) -> None:
    for each in one.body("FunctionDef"):
        name = str(each["name"])
        one.functions[name] = one.ids.new()
        one.returns[name] = one.types.of(each.get("returns")) if each.get("returns") else UNKNOWN


def _imports(one: Module, every: Mapping[str, Module]) -> None:
    """Files among the sources that this one names; others are interfaces."""
    by_name = {each.name: path for path, each in every.items()}
    for each in one.body("Import", "ImportFrom"):
        wanted = str(each.get("name") or "").rsplit(".", 1)[-1]
        if wanted in by_name and by_name[wanted] != one.path:
            one.others[_alias(each)] = by_name[wanted]
            for key, told in every[by_name[wanted]].views.items():
                one.views.setdefault(key, told)


def described(kind: Kind) -> dict[str, Any]:
    """Return a type as Solidity's tree writes it."""
    return {"typeString": kind.text, "typeIdentifier": f"t_{kind.text}{'_storage' if kind.kept else ''}"}
