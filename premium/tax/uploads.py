"""Use cases of files over the request limit, which S3 takes and a job imports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.clock import Clock
from premium.errors import NotFound
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.principal import Principal
from premium.tax.jobs import IMPORT, ImportPayload
from premium.tax.manifest import UPLOADS

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.storage.objects import Objects

UPLOAD_SECONDS = 900
MAX_UPLOAD = 256 * 2**20
_OPTIONS = "import"


@dataclass(frozen=True, kw_only=True)
class TaxUploads:
    """Files over the request limit: where they are sent, and the jobs that import them."""

    bucket: Objects
    jobs: JobService
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> TaxUploads:
        """Return the use cases over the bucket of uploads."""
        return cls(bucket=platform.bucket("exports"), jobs=platform.jobs, clock=platform.clock)

    def form(self, by: Principal, upload: UUID, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an upload's form (`url`, `fields`), which ends with the caller's credential at the latest.

        `options` of its import (fields of ImportPayload) travel with the file: its arrival alone starts the job.
        """
        return self.bucket.presigned_post(
            upload_key(by.user_id, upload),
            by.seconds_left(UPLOAD_SECONDS, self.clock.now()),
            max_bytes=MAX_UPLOAD,
            content_type="application/octet-stream",
            notes={_OPTIONS: json.dumps(dict(options))},
        )

    def start_import(
        self,
        user_id: UUID,
        upload: UUID,
        options: Mapping[str, Any],
        *,
        request_id: str,
        idempotency_key: str | None = None,
    ) -> JobRecord:
        """Start the import of an upload; NotFound while this user has no such upload.

        With the upload's own options this is the job that its arrival started; with others a further one.
        """
        own = ImportPayload(upload=str(upload), **self._options_of(user_id, upload))
        payload = own.model_copy(update=dict(options))
        key = f"upload {upload}" if payload == own else idempotency_key
        return self.jobs.start(IMPORT, payload, user_id=user_id, request_id=request_id, idempotency_key=key)

    def start_arrived(self, key: str, *, request_id: str) -> JobRecord:
        """Start the import of an upload that S3 names by its key.

        Told again, it is the same job.
        """
        user_id, upload = key.removeprefix(UPLOADS).split("/")
        return self.start_import(UUID(user_id), UUID(upload), {}, request_id=request_id)

    def _options_of(self, user_id: UUID, upload: UUID) -> Mapping[str, Any]:
        try:
            notes = self.bucket.notes(upload_key(user_id, upload))
        except NotFound:  # the bucket's own words name a key, which is no business of a caller's
            raise NotFound(f"there is no upload {upload}") from None
        options: Mapping[str, Any] = json.loads(notes.get(_OPTIONS, "{}"))
        return options


def upload_key(user_id: UUID, upload: UUID) -> str:
    """Return the key of an upload in its bucket."""
    return f"{UPLOADS}{user_id}/{upload}"
