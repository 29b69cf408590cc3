"""Ask the services what a user has of each quota, as their manifests declare it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.manifest import Quota, services

if TYPE_CHECKING:
    from premium.bootstrap import Platform


def declared() -> list[Quota]:
    """Return the quotas that services declare."""
    return [quota for service in services() for quota in service.quotas]


def owned(quota: Quota, platform: Platform, user_id: UUID) -> Sequence[UUID]:
    """Return the ids of what a user has of a quota, the oldest first.

    None of what is counted alone.
    """
    return [] if quota.owned is None else _call(quota.owned, platform, user_id)


def used(quota: Quota, platform: Platform, user_id: UUID) -> int:
    """Return how much of a quota that is only counted a user has used up."""
    return 0 if quota.used is None else int(_call(quota.used, platform, user_id, quota.name))


def keeps(platform: Platform, user_id: UUID, name: str) -> bool:
    """Tell whether a user has anything of a quota, as from an earlier tier."""
    return any(owned(quota, platform, user_id) for quota in declared() if quota.name == name)


def jobs_today(platform: Platform, user_id: UUID, name: str) -> int:
    """Return how many jobs of a day's quota a user has started; named by manifests."""
    return platform.jobs.used_today(user_id, name)


def _call(function: str, *arguments: Any) -> Any:
    module, _, name = function.rpartition(".")
    return getattr(import_module(module), name)(*arguments)
