"""A private bucket: KMS, TLS only, versioned, with a lifecycle and its reads logged."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.access.resource import resource
from stacks.terms.frame import Frame

_HALF_DONE = s3.LifecycleRule(
    abort_incomplete_multipart_upload_after=Duration.days(1),
    noncurrent_version_expiration=Duration.days(30),
)


def private_bucket(
    scope: Construct,
    name: str,
    *,
    frame: Frame,
    key: kms.IKey,
    logs: s3.IBucket,
    expire_days: int | None = None,
    archive_days: int | None = None,
    locked_days: int | None = None,
) -> s3.Bucket:
    """Make a private bucket whose objects are moved and expire after given days.

    To infrequent access after `archive_days`, away after `expire_days`. For `locked_days` nobody deletes or changes
    one, the account's root neither, where the stage keeps its stores; a stage that is destroyed takes them along.
    """
    locked = locked_days is not None and frame.store_removal == RemovalPolicy.RETAIN
    rules = [_HALF_DONE]
    if expire_days is not None:
        rules.append(s3.LifecycleRule(expiration=Duration.days(expire_days)))
    if archive_days is not None:
        moved = s3.Transition(
            storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(archive_days)
        )
        rules.append(s3.LifecycleRule(transitions=[moved]))
    return s3.Bucket(
        scope,
        name,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        object_lock_enabled=True if locked else None,
        object_lock_default_retention=s3.ObjectLockRetention.compliance(Duration.days(locked_days or 1))
        if locked
        else None,
        lifecycle_rules=rules,
        server_access_logs_bucket=logs,
        server_access_logs_prefix=f"{name.lower()}/",
        removal_policy=frame.store_removal,
        auto_delete_objects=emptied(frame),
    )


def tell_event_bus(bucket: s3.Bucket) -> None:
    """Send the bucket's events to EventBridge.

    By the resource's own property: the class would add a function to set it.
    """
    told = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    configuration = s3.CfnBucket.NotificationConfigurationProperty(event_bridge_configuration=told)
    resource(bucket, s3.CfnBucket).notification_configuration = configuration


def log_bucket(
    scope: Construct,
    name: str,
    *,
    frame: Frame,
    ownership: s3.ObjectOwnership = s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
) -> s3.Bucket:
    """Make the bucket for the other buckets' access logs.

    S3 delivers them only under its own key (SSE-S3).
    """
    return s3.Bucket(
        scope,
        name,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=ownership,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        lifecycle_rules=[_HALF_DONE, s3.LifecycleRule(expiration=Duration.days(frame.log_days))],
        removal_policy=frame.store_removal,
        auto_delete_objects=emptied(frame),
    )


def emptied(frame: Frame) -> bool:
    """Return whether a destroyed stage takes its objects along."""
    return frame.store_removal == RemovalPolicy.DESTROY and frame.abilities.auto_delete_objects
