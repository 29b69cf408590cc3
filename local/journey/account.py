"""Walk the life of an account, from its first payment to its erasure.

What the clock does (the drain, the monitor) is asked for at once; everything else goes over the public API, and the
payment comes as signed webhooks from the cashier that stands for Stripe.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from local.errors import LocalError
from local.inbox import Inbox, kept
from local.journey.client import Client, Refused
from local.journey.walk import must_equal
from local.patience import wait_for
from local.payments.prices import AGREED, AGREED_REQUESTS
from premium.billing.service import Webhooks
from premium.bootstrap import Platform
from premium.entitlements import ENTITLEMENTS
from premium.jobs.model import SYSTEM
from premium.metering.counts import requests_of_month
from premium.metering.work import drain
from premium.tiers import Tier
from premium.usage.service import Usage

FREE, ENTERPRISE = (ENTITLEMENTS[tier].requests_a_minute for tier in (Tier.FREE, Tier.ENTERPRISE))
_PROFILE = "/v1/users/profile"
_LEVEL = AGREED_REQUESTS * 80 // 100
_WORKERS = "See: make logs NAME=workers"


@dataclass(frozen=True)
class AccountWalk:
    """A user who logged in, and the stage that he walks."""

    api: Client
    user: UUID
    platform: Platform
    inbox: Inbox
    email: str

    def confirm_email(self) -> None:
        """Give an address, and the code that was sent there."""
        self.api.call("PUT", _PROFILE, {"email": self.email})
        self._wait(lambda: bool(self.mails()), f"the code to {self.email}")
        code = next(word.strip(".:,") for word in self.mails()[-1]["text"].split() if _is_code(word.strip(".:,")))
        told = self.api.post(f"{_PROFILE}/email", {"email": self.email, "code": code})
        must_equal("the confirmed address", told["email"], self.email)

    def pay(self) -> float:
        """Have signed events tell of an agreement; return the seconds to the new limit."""
        must_equal("the limit before", (self.api.get(_PROFILE)["tier"], self.api.limit), ("free", FREE))
        asked = urllib.request.Request(f"{self.inbox.url}/payments/agree/{AGREED}/{self.user}", method="POST")  # noqa: S310 - the inbox of this machine
        with urllib.request.urlopen(asked, timeout=10):  # noqa: S310 - the same
            heard = self._heard()
        self._asks_under(Tier.ENTERPRISE)
        return (datetime.now(UTC) - heard).total_seconds()

    def _asks_under(self, tier: Tier) -> None:
        """Ask once a tier is written, until a request is under its limit.

        Who asked again and again all the while would use up what he is shown to use.
        """

        def written() -> bool:
            with self.platform.worker_database.transaction() as connection:
                row = connection.execute("SELECT tier FROM premium_users WHERE id = %s", [self.user]).fetchone()
            return row is not None and row["tier"] == tier.value

        self._wait(written, f"the tier {tier.value}", pause=0.1)
        limit = ENTITLEMENTS[tier].requests_a_minute
        self._wait(lambda: self._limit() == limit, f"the limit of {limit:,} a minute")

    def _limit(self) -> int:
        self.api.get(_PROFILE)
        return self.api.limit

    def _heard(self) -> datetime:
        """Return when the first of the events was received, as the stage wrote it down."""
        store, found = Webhooks.of_operator(self.platform), list[datetime]()

        def heard() -> bool:
            mine = [each for each in store.page(provider="stripe") if str(self.user) in json.dumps(each.payload)]
            found[:] = sorted(each.received_at for each in mine)
            return bool(found)

        self._wait(heard, "a webhook of Stripe's", pause=0.1)
        return found[0]

    def events(self) -> list[str]:
        """Return what the stage kept of Stripe's events of this user, and what each did."""
        page = Webhooks.of_operator(self.platform).page(provider="stripe")
        return [f"{each.type}: {each.outcome or each.state}" for each in page if str(self.user) in str(each.payload)]

    def use(self) -> int:
        """Ask until 80 % of the quota is used; return what the table counts.

        Every request that was answered is counted; of those that were sent again, as a busy machine did not answer,
        each may have been.
        """
        while len(self.api.request_ids) < _LEVEL + 1:
            self.api.get(_PROFILE)
        drain(self.platform, datetime.now(UTC))
        counted = requests_of_month(self.platform, self.user, "requests_a_month")
        answered, sent = len(self.api.request_ids), self.api.sent
        if not answered <= counted <= sent:
            raise LocalError(f"The table counts {counted} requests; {answered} were answered, {sent} sent.", _WORKERS)
        return counted

    def watch_quota(self) -> list[Mapping[str, Any]]:
        """Have the monitor look twice; return the mails of the quota.

        The clock does so each hour.
        """
        for _ in range(2):
            job = Usage.of(self.platform).monitor(SYSTEM, request_id="req_show", idempotency_key=None)
            self._wait(partial(self._has_ended, job.id), "the monitor")
        self._wait(lambda: bool(self._of_quota()), f"the mail of the quota to {self.email}")
        time.sleep(1)  # a second one would have come by now
        return self._of_quota()

    def _has_ended(self, job: UUID) -> bool:
        return self.platform.jobs.store.get(job).status.ended

    def cancel(self) -> None:
        """End the subscription at once; the tier goes with the provider's event."""
        self.api.call("DELETE", "/v1/subscriptions?when=now")
        self._asks_under(Tier.FREE)

    def export(self) -> Mapping[str, int]:
        """Take the archive, hold it against its manifest; return files and rows."""
        job = self.api.wait_for(self.api.post("/v1/users/export", {}))
        body = self.api.download(self.api.get(f"/v1/users/exports/{job['id']}")["url"])
        must_equal("the archive's SHA-256", hashlib.sha256(body).hexdigest(), job["result"]["sha256"])
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            for each in manifest["files"]:
                content = archive.read(each["name"])
                must_equal(f"the SHA-256 of {each['name']}", hashlib.sha256(content).hexdigest(), each["sha256"])
        return {"files": job["result"]["files"], "rows": job["result"]["rows"]}

    def erase(self) -> None:
        """Erase the account at once; wait until its token opens nothing."""
        self.api.call("DELETE", "/v1/users/me", {"confirm": True, "atOnce": True})
        self._wait(self._is_shut_out, "the end of the token", pause=1)

        def gone() -> bool:
            with self.platform.worker_database.transaction() as connection:
                statement = "SELECT count(*) AS n FROM premium_users WHERE id = %s AND erased_at IS NULL"
                row = connection.execute(statement, [self.user]).fetchone()
            return row is not None and row["n"] == 0

        self._wait(gone, "the end of the account")

    def _is_shut_out(self) -> bool:
        try:
            self.api.get("/v1/auth/session")
        except Refused as refused:
            return refused.status == 401
        return False

    def mails(self) -> list[Mapping[str, Any]]:
        """Return what the inbox caught for this user's address."""
        return [each for each in kept(self.inbox.messages) if each["to"] == self.email]

    def _of_quota(self) -> list[Mapping[str, Any]]:
        return [each for each in self.mails() if "% of this month" in each["title"]]

    @staticmethod
    def _wait(done: Callable[[], bool], what: str, pause: float = 0.3) -> None:
        wait_for(what, done, remedy=_WORKERS, pause=pause)


def _is_code(word: str) -> bool:
    return len(word) == 9 and word[4] == "-" and word.replace("-", "").isalnum()
