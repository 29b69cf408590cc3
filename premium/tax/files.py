"""Documents from files and standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from premium.errors import InvalidInput


def read_document(source: str) -> dict[str, Any]:
    """The neutral JSON in a file, or on standard input for `-`; InvalidInput says where it is no JSON.

    A bare list is its transactions. Numbers keep their digits as texts: no float is ever made.
    """
    raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    try:
        document = json.loads(raw, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{source} is not JSON: {str(error)[:200]}") from None
    if isinstance(document, list):
        return {"transactions": document}
    if not isinstance(document, dict):
        raise InvalidInput(f"{source} is neither an object nor a list")
    return document
