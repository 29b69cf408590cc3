"""Keep the receipts of erasures where nobody changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from premium.privacy.model import Done, Erasure, ErasureReceipt
from premium.privacy.places import Known, known_places

if TYPE_CHECKING:
    from premium.bootstrap import Platform

PREFIX = "erasures/"
_YEAR = timedelta(days=365.25)


def receipt_of(erasure: Erasure) -> ErasureReceipt:
    """Return the receipt of an erasure whose places are done."""
    started = erasure.started_at or erasure.due_at
    return ErasureReceipt(
        id=erasure.id,
        subject=erasure.subject.hex(),
        requested_at=erasure.requested_at,
        started_at=started,
        places=tuple(_done(each, erasure.counts, started) for each in known_places()),
    )


def keep_receipt(platform: Platform, receipt: ErasureReceipt) -> bool:
    """Write a receipt to the anchors; False where it is there already."""
    body = receipt.model_dump_json(indent=1).encode()
    return platform.bucket("anchors").put_once(f"{PREFIX}{receipt.id}.json", body, "application/json")


def receipts(platform: Platform) -> Iterator[ErasureReceipt]:
    """Yield the receipts that are kept."""
    bucket = platform.bucket("anchors")
    for each in bucket.under(PREFIX):
        with bucket.open(each.key) as stream:
            yield ErasureReceipt.model_validate_json(stream.read())


def _done(each: Known, counts: Mapping[str, int], started: datetime) -> Done:
    place = each.place
    return Done(
        service=each.service,
        store=place.store,
        place=place.name,
        action=place.erasure,
        count=counts.get(each.name, 0),
        reason=place.reason,
        kept_until=started + place.years * _YEAR if place.years else None,
    )
