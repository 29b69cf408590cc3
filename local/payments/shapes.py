"""Hold requests to the shapes that the providers' own libraries declare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, ForwardRef, get_args, get_origin, is_typeddict
from urllib.parse import parse_qsl


class Misshapen(ValueError):
    """A request that the provider would refuse; the message names the parameter."""


def nested(body: str) -> dict[str, Any]:
    """Return a form as Stripe reads it: `items[0][price]=p` is a list of one object."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        first, *rest = re.findall(r"[^\[\]]+", name)
        place, key = found, first
        for step in rest:
            place, key = place.setdefault(key, {}), step
        place[key] = value
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(each) for key, each in value.items()}


def check_stripe(sent: Mapping[str, Any], shape: Any, module: Any, path: str = "") -> None:
    """Refuse parameters that a TypedDict of the library lacks, at any depth.

    `module` is where the names in its annotations stand.
    """
    known: dict[str, Any] = {}
    for base in (*getattr(shape, "__orig_bases__", ()), shape):
        known |= getattr(base, "__annotations__", {})
    for name, value in sent.items():
        if name not in known:
            raise Misshapen(f"{path}{name}: there is no such parameter")
        inner = _typed_dict(known[name], vars(module))
        if inner is None:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                check_stripe(each, inner, module, f"{path}{name}.")
    for name, kind in known.items():
        if "NotRequired" not in _text(kind) and name not in sent:
            raise Misshapen(f"{path}{name}: is missing")


def _text(kind: Any) -> str:
    return kind.__forward_arg__ if isinstance(kind, ForwardRef) else str(kind)


def _typed_dict(kind: Any, names: Mapping[str, Any]) -> Any:
    """Return the TypedDict that an annotation names, in a list or not."""
    found = [names[word] for word in re.findall(r"\w+", _text(kind)) if is_typeddict(names.get(word))]
    return found[0] if found else None


def check_paddle(sent: Mapping[str, Any], shape: type, path: str = "") -> None:
    """Refuse fields that a dataclass of the library lacks, and those that it wants."""
    known = {field.name: field for field in fields(shape)}
    for name in sent:
        if name not in known:
            raise Misshapen(f"{path}{name}: there is no such field")
    for name, field in known.items():
        if field.default is MISSING and field.default_factory is MISSING and name not in sent:
            raise Misshapen(f"{path}{name}: is missing")


def of_annotation(kind: Any) -> Any:
    """Return what a generic holds, else the annotation itself."""
    return get_args(kind)[0] if get_origin(kind) else kind
