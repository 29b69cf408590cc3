"""Say which operations an answer leads to: the ids in it, and where they go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.runtime.documents.operations import JSON, operations

_LAST = re.compile(r"(?P<parent>.*)/\{(?P<name>\w+)\}(?P<rest>(?:/\w+)*)")
_JOB = "/v1/jobs/{jobId}"


def add_links(paths: dict[str, Any]) -> dict[str, Any]:
    """Return the paths, where answers link to what their ids open.

    A thing that was made or listed at a path is read and changed at the paths below; a job is read at its own.
    """
    for path, method, operation in operations(paths):
        for status, answer in operation["responses"].items():
            if status.startswith("2") and method in ("get", "post") and (links := dict(_links(paths, path, answer))):
                answer["links"] = links
    return paths


def _links(paths: Mapping[str, Any], path: str, answer: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    data = answer.get("content", {}).get(JSON, {}).get("example", {}).get("data")
    listed = isinstance(data, list)
    one = data[0] if listed and data else data
    if not isinstance(one, dict) or "id" not in one:
        return
    source = "$response.body#/data/0/id" if listed else "$response.body#/data/id"
    for below, _, operation in operations(paths):
        found = _LAST.fullmatch(below)
        reads_job = below == _JOB and "progress" in one and "kind" in one
        if found and (found["parent"] == path or reads_job):
            name = operation["operationId"]
            yield name, {"operationId": name, "parameters": {found["name"]: source}}
