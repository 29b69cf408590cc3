"""Take away what is found by its name: objects and keys of Redis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from premium.errors import UpstreamUnavailable
from premium.privacy.places import filled
from premium.subjects import Subject

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.storage.objects import Listed


def objects(platform: Platform, name: str, subject: Subject) -> Iterator[Listed]:
    """Yield the newest version of each object under `<bucket>/<prefix>`."""
    bucket, _, prefix = name.partition("/")
    for each in filled(prefix, subject):
        yield from platform.bucket(bucket).under(each)


def erase_objects(platform: Platform, name: str, subject: Subject) -> int:
    """Take away all versions of the objects under a prefix; return how many."""
    bucket, _, prefix = name.partition("/")
    return sum(platform.bucket(bucket).erase_under(each) for each in filled(prefix, subject))


def keys(platform: Platform, name: str, subject: Subject) -> list[str]:
    """Return which of the named keys of Redis are there."""
    number, _, pattern = name.partition(":")
    redis = platform.redis(int(number))
    try:
        return [each for each in filled(pattern, subject) if redis.exists(each)]
    except RedisError as error:
        raise UpstreamUnavailable("Redis does not answer") from error


def erase_keys(platform: Platform, name: str, subject: Subject) -> int:
    """Take away keys of Redis; return how many there were."""
    number, _, pattern = name.partition(":")
    named = filled(pattern, subject)
    try:
        return int(platform.redis(int(number)).delete(*named)) if named else 0
    except RedisError as error:
        raise UpstreamUnavailable("Redis does not answer") from error
