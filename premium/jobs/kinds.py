"""Every kind of job that the platform declares, by name; loads payload models only, never worker code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from premium.jobs.model import JobKind

DECLARING = (
    "premium.execution.schedule",
    "premium.portfolio.jobs",
    "premium.security.jobs",
    "premium.tax.jobs",
)
"""Modules whose top level holds `JobKind`s."""


@cache
def declared() -> Mapping[str, JobKind[Any]]:
    """Kinds by name, `portfolio.refresh`; two of one name are a ValueError at the start."""
    kinds: dict[str, JobKind[Any]] = {}
    for module in DECLARING:
        for value in vars(import_module(module)).values():
            if not isinstance(value, JobKind):
                continue
            if kinds.setdefault(value.name, value) is not value:
                raise ValueError(f"two kinds of job are named {value.name}")
    return MappingProxyType(kinds)
