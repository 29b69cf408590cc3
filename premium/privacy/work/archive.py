"""Write the archive of a user's data: JSON by service, and a manifest.

manifest.json                        files, rows, SHA-256; what is kept where nobody can take it out, and why
<service>/<store>.<place>.json       an array, a row a line; numbers are exact, secrets left out
files/<bucket>/…                     his own files, as they are
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.clock import rfc3339
from premium.errors import NotFound
from premium.privacy.model import Exported
from premium.privacy.places import Known, filled, known_places
from premium.privacy.store import PersonalRows
from premium.privacy.work import plain
from premium.privacy.work.eraser import Eraser
from premium.storage.plain import to_json
from premium.subjects import Subject

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from premium.bootstrap import Platform

FORMAT = "premium-export/1"
MOST_BYTES = 2 << 30
"""Of files, in all; what is beyond is listed in the manifest, and fetched by its own route."""
_CHUNK = 1 << 20
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass
class _Written:
    """What the manifest says of the files so far."""

    files: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Make archives by the worker's rights."""

    platform: Platform
    rows: PersonalRows

    @classmethod
    def of(cls, platform: Platform) -> Archive:
        """Return the maker of a process."""
        return cls(platform=platform, rows=PersonalRows(platform.worker_database))

    def write(
        self, user_id: UUID, path: Path, *, as_of: datetime, progress: Callable[[Decimal], None] = lambda _: None
    ) -> Exported:
        """Write a user's archive; NotFound for no user.

        All tables are read as of one instant; other stores one after the other.
        """
        subject = Eraser.of(self.platform).subject(user_id)
        places, written = [each for each in known_places() if each.place.exported], _Written()
        with ExitStack() as stack:
            archive = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6))
            connection = stack.enter_context(self.rows.snapshot(user_id))
            if next(self.rows.read(connection, "premium_users", "id"), None) is None:
                raise NotFound("There is no such user")
            for number, each in enumerate(places, 1):
                self._place(archive, written, each, connection, subject)
                progress(Decimal(number) / Decimal(len(places) + 1))
            archive.writestr("manifest.json", json.dumps(_manifest(user_id, as_of, written), indent=1))
        rows = sum(each.get("rows", 0) for each in written.files)
        return Exported(size=path.stat().st_size, sha256=_digest(path), rows=rows, files=len(written.files))

    def _place(
        self,
        archive: zipfile.ZipFile,
        written: _Written,
        each: Known,
        connection: Connection[DictRow],
        subject: Subject,
    ) -> None:
        place = each.place
        if place.store == "s3":
            self._objects(archive, written, place.name, subject)
            return
        rows: Iterable[Mapping[str, Any] | str]
        if place.reads is not None:
            rows = each.call(place.reads, self.platform, subject)
        elif place.store == "premium" and place.user:
            rows = self.rows.read(connection, place.name, place.user)
        else:
            return
        name = f"{each.service}/{place.store}.{_STRANGE.sub('-', place.name)}.json"
        written.files.append(_array(archive, name, rows))

    def _objects(self, archive: zipfile.ZipFile, written: _Written, place: str, subject: Subject) -> None:
        bucket, _, prefix = place.partition("/")
        (start,) = filled(prefix, subject)
        for each in plain.objects(self.platform, place, subject):
            name = f"files/{bucket}/{start.partition('/')[0]}/{each.key.removeprefix(start)}"
            if written.bytes + each.size > MOST_BYTES:
                written.left_out.append({"name": name, "bytes": each.size, "why": "more than 2 GiB of files"})
                continue
            written.bytes += each.size
            try:
                with self.platform.bucket(bucket).open(each.key) as stream:
                    written.files.append(_copied(archive, name, iter(lambda: stream.read(_CHUNK), b"")))
            except NotFound:  # removed since it was listed
                written.left_out.append({"name": name, "bytes": each.size, "why": "it was removed meanwhile"})


def _array(archive: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any] | str]) -> dict[str, Any]:
    count = 0

    def parts() -> Iterator[bytes]:
        nonlocal count
        yield b"["
        for row in rows:
            text = row if isinstance(row, str) else to_json(row)
            yield f"{',' if count else ''}\n{text}".encode()
            count += 1
        yield b"\n]\n"

    said = _copied(archive, name, parts())
    return {**said, "rows": count}


def _copied(archive: zipfile.ZipFile, name: str, parts: Iterator[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as target:
        for part in parts:
            target.write(part)
            digest.update(part)
            size += len(part)
    return {"name": name, "bytes": size, "sha256": digest.hexdigest()}


def _manifest(user_id: UUID, as_of: datetime, written: _Written) -> dict[str, Any]:
    kept = [
        {"service": each.service, "place": each.name, "reason": each.place.reason, "years": each.place.years}
        for each in known_places()
        if each.place.erasure == "keep"
    ]
    return {
        "format": FORMAT,
        "user": str(user_id),
        "asOf": rfc3339(as_of),
        "files": written.files,
        "leftOut": written.left_out,
        "keptAfterErasure": kept,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
