"""What all AWS clients share: time-outs, retries, and one error of outage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from premium.errors import UpstreamUnavailable

_UNAVAILABLE_CODES = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


@cache
def client_config() -> Config:
    """Return the settings of a client: three tries in all.

    The worst case is about 20 s, under the 29 s that API Gateway waits.
    """
    return Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@cache
def s3_config(*, path_style: bool = False) -> Config:
    """Return the same settings for S3, whose links are signed for one region.

    botocore signs links by version 2 in the older regions unless it is told otherwise, which new buckets and
    buckets under KMS refuse; and it names the host of us-east-1, which answers 307 for a bucket of another region.

    `path_style`: buckets in the path, for an emulator whose host has no names below it.
    """
    own = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if path_style else "virtual", "us_east_1_regional_endpoint": "regional"},
    )
    return client_config().merge(own)


@contextmanager
def translated(service: str) -> Iterator[None]:
    """Raise UpstreamUnavailable for failed connections, throttling and 5xx.

    Every other error is ours and stays.
    """
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status < 500 and error_code(error) not in _UNAVAILABLE_CODES:
            raise
        raise UpstreamUnavailable(f"{service} is not available") from error
    except BotoCoreError as error:
        raise UpstreamUnavailable(f"{service} is not available") from error


def error_code(error: ClientError) -> str:
    """Return AWS's code of an error, such as `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))
