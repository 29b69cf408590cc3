"""S3 objects: written whole with their hash, read by short-lived links only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from premium.errors import NotFound
from premium.storage.aws import error_code, s3_config, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 20
# Without s3:ListBucket, which no role of ours has, S3 calls an absent key forbidden.
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "403", "AccessDenied"})

_THERE = frozenset({"412", "PreconditionFailed"})


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object in the bucket: `sha256` in hex, `size` in bytes."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An object as a listing shows it: `size` in bytes, `modified` as RFC 3339."""

    key: str
    size: int
    modified: str


def s3(*, path_style: bool = False) -> S3Client:
    """Return the client; boto3 reads region and endpoint from the environment."""
    import boto3

    return boto3.client("s3", config=s3_config(path_style=path_style))


class Objects:
    """The objects of one bucket.

    Keys are made from a job's id by the caller, so that a job run twice writes one object.
    """

    def __init__(self, bucket: str, *, client: S3Client | None = None, path_style: bool = False) -> None:
        self.bucket = bucket
        self._given = client
        self._path_style = path_style

    @cached_property
    def _s3(self) -> S3Client:
        return self._given or s3(path_style=self._path_style)

    def put_file(self, path: Path, key: str, *, content_type: str) -> StoredObject:
        """Write a file, in parts where it is large."""
        digest = _sha256(path)
        with translated("S3"):
            self._s3.upload_file(
                str(path), self.bucket, key, ExtraArgs={"ContentType": content_type, "Metadata": {"sha256": digest}}
            )
        return StoredObject(key=key, size=path.stat().st_size, sha256=digest)

    def put_once(self, key: str, body: bytes, content_type: str) -> bool:
        """Write a small object unless it is there; tell whether it was written."""
        try:
            with translated("S3"):
                self._s3.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    IfNoneMatch="*",
                    ChecksumAlgorithm="SHA256",
                    ContentType=content_type,
                    Metadata={"sha256": hashlib.sha256(body).hexdigest()},
                )
        except ClientError as error:
            if error_code(error) in _THERE:
                return False
            raise
        return True

    def open(self, key: str, *, start: int = 0) -> IO[bytes]:
        """Return a stream of an object's bytes, which the caller closes.

        From byte `start` on. NotFound where there is none.
        """
        part: Any = {"Range": f"bytes={start}-"} if start else {}
        with translated("S3"), _absent_as_not_found(key):
            return self._s3.get_object(Bucket=self.bucket, Key=key, **part)["Body"]  # type: ignore[return-value]  # botocore's StreamingBody is IO[bytes] for reading

    def notes(self, key: str) -> Mapping[str, str]:
        """Return what was written beside an object (`x-amz-meta-…`); NotFound where there is none."""
        with translated("S3"), _absent_as_not_found(key):
            return self._s3.head_object(Bucket=self.bucket, Key=key)["Metadata"]

    def under(self, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose keys begin so."""
        with translated("S3"):
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for each in page.get("Contents", ()):
                    yield Listed(key=each["Key"], size=each["Size"], modified=each["LastModified"].isoformat())

    def erase_under(self, prefix: str) -> int:
        """Take away all versions of the objects whose keys begin so; return how many."""
        if not prefix.endswith("/"):
            raise ValueError(f"the prefix {prefix!r} must end with /, or it is the beginning of others, too")
        gone: set[str] = set()
        with translated("S3"):
            for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix):
                versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                gone |= {each["Key"] for each in page.get("Versions", ())}
                for each in versions:
                    self._s3.delete_object(Bucket=self.bucket, Key=each["Key"], VersionId=each["VersionId"])
        return len(gone)

    def presigned_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """Return a link that reads `key` for `seconds`; a browser saves it as `filename`."""
        parameters: dict[str, Any] = {"Bucket": self.bucket, "Key": key}
        if filename is not None:
            parameters["ResponseContentDisposition"] = attachment(filename)
        return self._s3.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds)

    def presigned_post(
        self, key: str, seconds: int, *, max_bytes: int, content_type: str, notes: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Return `{"url", "fields"}` of a form upload to exactly `key`.

        It takes 1 to `max_bytes` bytes of `content_type`.

        `notes` (ASCII) are signed with it and stay beside the object.
        """
        fixed = {"Content-Type": content_type} | {f"x-amz-meta-{name}": text for name, text in (notes or {}).items()}
        return self._s3.generate_presigned_post(
            self.bucket,
            key,
            Fields=dict(fixed),
            Conditions=[["content-length-range", 1, max_bytes], *({name: text} for name, text in fixed.items())],
            ExpiresIn=seconds,
        )


def attachment(filename: str) -> str:
    """Return a Content-Disposition for any file name, safe from quotes and controls.

    An ASCII fallback and the exact name (RFC 6266).
    """
    ascii_only = "".join(c if " " <= c <= "~" and c not in '"\\' else "_" for c in filename)
    return f"attachment; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _absent_as_not_found:  # noqa: N801 - used as a statement, like contextlib.suppress
    """Raise NotFound for a missing key.

    S3 says 404, NoSuchKey or NotFound by operation.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, ClientError) and error_code(error) in _ABSENT:
            raise NotFound(f"there is no object {self._key} that this process may read") from error
