"""Read a user's own declaration of a file that no importer knows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.base import Importer
from premium.tax.importers.declared.builder import declaration_of
from premium.tax.importers.declared.formats import importer_of

FIELD = "map"
LONGEST = 16_384
"""Characters of a mapping as JSON; the longest that is shipped has a quarter of it."""
MOST_PATTERNS = 100
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SHIPPED_ALONE = ("notice", "digits", "within")


def mapping_of(said: Any) -> Importer:
    """Return the importer of a mapping; InvalidInput names the member that is amiss.

    `{"name", "wallet", "time", "kind", "kinds", "change", …}`, as docs/tax-exports.md describes them.
    """
    if not isinstance(said, Mapping):
        raise InvalidInput.about(FIELD, "not an object of columns and words")
    if len(_text(said)) > LONGEST:
        raise InvalidInput.about(FIELD, f"longer than {LONGEST} characters")
    members = dict(said)
    name = members.pop("name", "file")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidInput.about(FIELD, "name: small letters, digits and - alone, 32 at most")
    listed = _listed(members.pop("columns", ()))
    try:
        _refuse_shipped(members)
        declaration = declaration_of(members, f"mapped-{name}", listed)
    except (ValueError, RecursionError) as error:
        raise InvalidInput.about(FIELD, str(error)[:400]) from None
    if len(declaration.like) > MOST_PATTERNS:
        raise InvalidInput.about(FIELD, f"more than {MOST_PATTERNS} words with *")
    columns = declaration.columns()
    return importer_of(declaration, columns=columns, optional=("*",), source="the user's own mapping")


def mapping_from(text: str) -> Importer:
    """Return the importer of a mapping that is written as JSON."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput.about(FIELD, f"not JSON: {str(error)[:200]}") from None
    return mapping_of(said)


def digest_of(said: Mapping[str, Any] | None) -> str | None:
    """Return what tells two mappings apart, of None None."""
    return None if said is None else hashlib.sha256(_text(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _text(said: Mapping[str, Any]) -> str:
    try:
        return json.dumps(said, sort_keys=True, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput.about(FIELD, "holds what is no JSON") from None


def _refuse_shipped(members: Mapping[str, Any]) -> None:
    for name in _SHIPPED_ALONE:
        if name in members:
            raise ValueError(f"{name}: not for a mapping")
    pair = members.get("pair")
    if isinstance(pair, Mapping) and "pattern" in pair:
        raise ValueError("pair.pattern: not for a mapping; say split or quotes")


def _listed(columns: Any) -> list[str]:
    """Columns that are taken whole, whatever blanks and signs their names hold."""
    if not isinstance(columns, list | tuple) or not all(isinstance(each, str) for each in columns):
        raise InvalidInput.about(FIELD, "columns: not a list of texts")
    return list(columns)
