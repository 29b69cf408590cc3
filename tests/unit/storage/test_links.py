"""Links to S3 as a deployed process makes them: signature version 4, at the region's own address."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from premium.bootstrap import Platform
from premium.config import Settings
from premium.storage.objects import Objects

pytestmark = pytest.mark.unit
# The first has a host of its own beside the global one; the last is of those where botocore would sign by 4 by itself.
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2", "eu-south-2")


@pytest.fixture(params=REGIONS)
def region(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, request.param)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "temporary")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # another test's would keep that one's credentials
    return str(request.param)


@pytest.fixture
def objects(region: str) -> Objects:
    return Platform(Settings(premium_stage="prod", reports_bucket="premium-reports")).objects


def test_a_link_to_read_is_signed_for_its_region(objects: Objects, region: str) -> None:
    link = urlsplit(objects.presigned_get("tax/1.pdf", 900, filename="report.pdf"))
    assert link.hostname == f"premium-reports.s3.{region}.amazonaws.com"
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-Credential"].split("/")[2:] == [region, "s3", "aws4_request"]
    assert query["X-Amz-Expires"] == "900"
    assert query["X-Amz-Security-Token"] == "temporary"
    assert not {"Signature", "AWSAccessKeyId"} & set(query)


def test_an_upload_form_is_signed_for_its_region(objects: Objects, region: str) -> None:
    form = objects.presigned_post("uploads/1", 600, max_bytes=1000, content_type="text/csv")
    assert urlsplit(form["url"]).hostname == f"premium-reports.s3.{region}.amazonaws.com"
    assert form["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert form["fields"]["x-amz-credential"].split("/")[2] == region
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert ["content-length-range", 1, 1000] in policy["conditions"]
