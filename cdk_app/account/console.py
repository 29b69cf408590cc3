"""Bring the built console to a stage: `make console STAGE=prod`.

New files come before the page that names them; files of a release stay for thirty days after the next one, so that a
tab that is open while a release comes goes on.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cdk_app.account.session import Account, sentences
from cdk_app.account.stacks import outputs_of
from cdk_app.account.stage_task import TaskError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUILT = Path(__file__).resolve().parents[2] / "console" / "dist"
PREFIX = "app/"
KEPT = timedelta(days=30)
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"
RELEASES = f"{PREFIX}releases.json"
_EDGE = "us-east-1"
_LAST = "index.html"
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


def publish(s3: S3Client, bucket: str, built: Path, stage: str, *, now: datetime) -> tuple[int, int]:
    """Upload a build, and drop what no release of the last thirty days has.

    Return how many files came and went. TaskError where nothing is built. It may be stopped anywhere, and said again.
    """
    paths = [path for path in built.rglob("*") if path.is_file() and not path.name.startswith(".")]
    files = {path.relative_to(built).as_posix(): path.read_bytes() for path in paths}
    if _LAST not in files:
        raise TaskError("the console is not built: make setup")
    releases = [*_releases(s3, bucket), {"at": now.isoformat(), "files": sorted(files)}]
    _put(s3, bucket, "releases.json", json.dumps(releases).encode())
    _put(s3, bucket, "stage.json", json.dumps({"stage": stage}).encode())
    for name in sorted(files, key=lambda each: (each == _LAST, each)):
        _put(s3, bucket, name, files[name])
    kept = current(releases, now)
    named = {name for release in kept for name in release["files"]}
    gone = sorted({name for release in releases for name in release["files"]} - named)
    for name in gone:
        s3.delete_object(Bucket=bucket, Key=PREFIX + name)
    _put(s3, bucket, "releases.json", json.dumps(kept).encode())
    return len(files), len(gone)


def current(releases: Sequence[Mapping[str, Any]], now: datetime) -> list[Mapping[str, Any]]:
    """Return the newest release, and those that the last thirty days replaced."""
    ended = [datetime.fromisoformat(after["at"]) for _, after in pairwise(releases)]
    return [each for each, at in zip(releases, [*ended, now], strict=True) if now - at <= KEPT]


def _releases(s3: S3Client, bucket: str) -> list[Mapping[str, Any]]:
    try:
        told: list[Mapping[str, Any]] = json.loads(s3.get_object(Bucket=bucket, Key=RELEASES)["Body"].read())
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in {"NoSuchKey", "404"}:
            raise
        return []
    return told


def _put(s3: S3Client, bucket: str, name: str, body: bytes) -> None:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    cache = FOREVER if name.startswith("assets/") else NEVER
    s3.put_object(Bucket=bucket, Key=PREFIX + name, Body=body, ContentType=kind, CacheControl=cache)


@sentences("console")
def main(arguments: Sequence[str]) -> int:
    """Return 0; a sentence and 1 where the account says no."""
    parser = argparse.ArgumentParser(prog="python -m cdk_app.account.console")
    parser.add_argument("stage")
    stage = parser.parse_args(arguments).stage
    account = Account(_EDGE)
    bucket = outputs_of(stage, "edge", account.client("cloudformation")).get("StaticBucket")
    if bucket is None:
        raise TaskError(f"the stack edge of {stage} has no output StaticBucket: deploy this release first")
    came, gone = publish(account.client("s3"), bucket, BUILT, stage, now=datetime.now(UTC))
    print(f"{came} files are at s3://{bucket}/{PREFIX}; {gone} of earlier releases are gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
