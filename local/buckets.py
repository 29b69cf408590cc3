"""Keep the objects of S3 when the emulator crashes.

They are on disk, but the next deploy makes buckets with new names. The names that hold our objects are written down
once the objects are there; an interrupted move is taken up again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.clients import Clients
from local.secrets import write_private

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ASSETS = "cdk-hnb659fds-assets-000000000000-us-east-1"


def forget_assets(clients: Clients) -> None:
    """Delete the bucket of the CDK toolkit and its objects.

    Its name is fixed and its content is uploaded again; left there it stops the bootstrap.
    """
    if exists(clients.s3, ASSETS):
        empty(clients.s3, ASSETS)
        clients.s3.delete_bucket(Bucket=ASSETS)


def carry_over(clients: Clients, outputs: dict[str, str], names: Path) -> int:
    """Move the objects of renamed buckets and return their number.

    A bucket is renamed when its name differs from the one in the file `names`.
    """
    now = {name: bucket for name, bucket in outputs.items() if name.endswith("Bucket")}
    before: dict[str, str] = json.loads(names.read_text()) if names.exists() else {}
    moved = 0
    for name, bucket in now.items():
        old = before.get(name)
        if old and old != bucket and exists(clients.s3, old):
            moved += _copy(clients.s3, old, bucket)
            empty(clients.s3, old)
            clients.s3.delete_bucket(Bucket=old)
    if now != before:
        write_private(names, json.dumps(now, indent=2))
    return moved


def exists(s3: S3Client, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True


def empty(s3: S3Client, bucket: str) -> None:
    """Delete every version and every delete marker of a bucket."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


def _copy(s3: S3Client, old: str, new: str) -> int:
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=old):
        for one in page.get("Contents", []):
            s3.copy_object(Bucket=new, Key=one["Key"], CopySource={"Bucket": old, "Key": one["Key"]})
            count += 1
    return count
