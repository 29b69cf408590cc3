"""The tier is the newest token's, in whichever order tokens come; a job is read by its service's scope."""

from __future__ import annotations

import time
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from handlers import authorizer, meta
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform
from premium.tax.jobs import REPORT, ReportPayload
from premium.tiers import Tier
from tests.factories.http import ask, verdict
from tests.integration.handlers.asking import rule
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("fresh", [True, False], ids=["another process each", "one process"])
def test_the_newest_token_decides_in_every_order(at: Platform, sign: Sign, order: tuple[int, ...], fresh: bool) -> None:
    now, subject = int(time.time()), f"user_{uuid4().hex}"
    tiers = ("enterprise", "free", "pro")
    tokens = [sign(sub=subject, tier=tier, iat=now - 300 + 100 * age) for age, tier in enumerate(tiers)]
    newest = -1
    for each in order:
        newest = max(newest, each)
        assert rule(token=tokens[each])["tier"] == tiers[newest]
        if fresh:
            authorizer.gatekeeper.cache_clear()
    found = AccountStore(at.database).by_external_id(subject)
    assert found is not None
    assert found.tier == Tier.PRO


@pytest.mark.parametrize("order", [("free", "enterprise"), ("enterprise", "free")])
def test_of_two_tokens_of_one_second_the_lower_tier_stands(at: Platform, sign: Sign, order: tuple[str, ...]) -> None:
    subject, now = f"user_{uuid4().hex}", int(time.time())
    tokens = [sign(sub=subject, tier=tier, iat=now) for tier in order]
    assert [rule(token=each)["tier"] for each in (*tokens, *tokens)][1:] == ["free"] * 3


def test_a_token_without_a_time_of_issue_changes_nothing_that_one_with_it_said(at: Platform, sign: Sign) -> None:
    subject = f"user_{uuid4().hex}"
    assert rule(token=sign(sub=subject, tier="free"))["tier"] == "free"
    assert rule(token=sign(sub=subject, tier="enterprise", iat=None))["verdict"] in ("unauthenticated", "allow")
    found = AccountStore(at.database).by_external_id(subject)
    assert found is not None
    assert found.tier == Tier.FREE


@pytest.mark.parametrize(
    ("scopes", "status"), [("", 403), ("jobs:read", 403), ("portfolio:read", 403), ("tax:read", 200), ("*", 200)]
)
def test_a_job_is_read_by_the_scope_of_its_service(at: Platform, user: UUID, scopes: str, status: int) -> None:
    payload = ReportPayload(year=2025, jurisdiction="US")
    job = at.jobs.start(REPORT, payload, user_id=user, request_id="req_1")
    assert ask(meta.handler, "GET", f"/v1/jobs/{job.id}", by=verdict(user, scopes=scopes)).status == status
    stranger = verdict(uuid4(), scopes=scopes)
    assert ask(meta.handler, "GET", f"/v1/jobs/{job.id}", by=stranger).status == 404
