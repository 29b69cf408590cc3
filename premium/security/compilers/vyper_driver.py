"""Compile Vyper inside its compiler's own environment.

No file but the compiler's is opened, no network asked, no process started. Run by `python -I`; reads one JSON text and
writes one. Nothing of the product is imported here.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

_WARM = "x: public(uint256)\n@external\ndef put(n: uint256):\n    self.x = n\n"
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.spawn",
    "os.posix_spawn",
    "os.system",
    "ctypes.dlopen",
    "shutil.",
)
_CHANGES = frozenset(
    {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"}
)
_OURS = tuple({os.path.realpath(each) for each in (sys.prefix, sys.base_prefix)})


def _closed(event: str, given: tuple[Any, ...]) -> None:
    """Refuse what a compiler has no need of; a hook cannot be taken off again."""
    if event.startswith(_REFUSED) or event in _CHANGES:
        raise PermissionError(event)
    if event in ("open", "os.listdir", "os.scandir") and given and isinstance(given[0], str | bytes | os.PathLike):
        path = os.path.realpath(os.fsdecode(given[0]))
        writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or not path.startswith(tuple(f"{each}{os.sep}" for each in _OURS)):
            raise PermissionError(event)


def _former(given: dict[str, Any]) -> dict[str, Any]:
    """Compile by a version before 0.4: each file alone, with the interfaces that it names."""
    vyper, words = import_module("vyper"), import_module("vyper.cli.vyper_json")
    texts = {path: text for path, text in given["sources"].items() if path.endswith(".vy")}
    abis = {path: json.loads(text) for path, text in given["sources"].items() if path.endswith(".json")}
    interfaces = words.get_input_dict_interfaces({"interfaces": abis})
    told: dict[str, Any] = {"trees": {}, "made": {}}
    for path in given["targets"]:
        codes = words.get_interface_codes(None, path, texts, interfaces)
        made = vyper.compile_codes(
            {path: texts[path]}, ["ast_dict", *given["formats"]], interface_codes=codes, settings=_settings(given)
        )[path]
        told["made"][path] = made
        told["trees"][path] = made.pop("ast_dict")["ast"]
    return told


def _newest(given: dict[str, Any]) -> dict[str, Any]:
    """Compile by 0.4: a program of modules."""
    vyper, bundles = import_module("vyper"), import_module("vyper.compiler.input_bundle")
    pure = import_module("pathlib").PurePath
    read = {
        pure(path): {"abi": json.loads(text)} if path.endswith(".json") else {"content": text}
        for path, text in given["sources"].items()
    }
    bundle = bundles.JSONInputBundle(read, search_paths=[pure(".")])
    told: dict[str, Any] = {"trees": {}, "made": {}}
    for path in given["targets"]:
        made = vyper.compile_from_file_input(
            bundle.load_file(pure(path)), input_bundle=bundle, output_formats=["annotated_ast_dict", *given["formats"]],
            settings=_settings(given),
        )  # fmt: skip
        told["made"][path] = made
        tree = made.pop("annotated_ast_dict")
        told["trees"][path] = tree["ast"]
        for each in tree["imports"]:
            told["trees"].setdefault(str(each.get("path")), each)
    return told


def _settings(given: dict[str, Any]) -> Any:
    settings = import_module("vyper.compiler.settings")
    stated, optimize = given["settings"], given["settings"].get("optimize")
    level = settings.OptimizationLevel
    if isinstance(optimize, bool):
        optimize = "gas" if optimize else "none"
    wanted = level.from_string(optimize) if isinstance(optimize, str) else None
    return settings.Settings(evm_version=stated.get("evmVersion"), optimize=wanted)


def main() -> None:
    """Compile what standard input says."""
    given = json.loads(sys.stdin.buffer.read())
    compile_ = _former if given["former"] else _newest
    try:
        compile_({**given, "sources": {"warm.vy": _WARM}, "targets": ["warm.vy"], "settings": {}})
        sys.addaudithook(_closed)
        told = compile_(given)
    except RecursionError:
        told = {"error": "it is nested too deeply"}
    except Exception as error:  # noqa: BLE001 - whatever a compiler says of a source is its answer
        told = {"error": f"{type(error).__name__}: {error}"[:4000]}
    sys.stdout.write(json.dumps(told, default=str))


main()
