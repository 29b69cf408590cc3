"""How much of what a tier allows is used, as each service tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from premium.entitlements import Entitlements
from premium.manifest import Quota
from premium.quotas import declared, owned, used

if TYPE_CHECKING:
    from premium.bootstrap import Platform


@dataclass(frozen=True, kw_only=True)
class UsedQuota:
    """A quota, and what is over it, which is kept and can be removed."""

    quota: str
    used: int
    allowed: int
    exceeding: Sequence[str]
    """The newest first; empty of what is counted alone."""


def used_quotas(platform: Platform, user_id: UUID, allows: Entitlements) -> list[UsedQuota]:
    """Return how much of each declared quota a user has used."""
    return [_used(quota, platform, user_id, allows) for quota in declared()]


def _used(quota: Quota, platform: Platform, user_id: UUID, allows: Entitlements) -> UsedQuota:
    allowed: int = getattr(allows, quota.name)
    has = owned(quota, platform, user_id)
    return UsedQuota(
        quota=quota.name,
        used=len(has) + used(quota, platform, user_id),
        allowed=allowed,
        exceeding=[str(each) for each in reversed(has[allowed:])],
    )
