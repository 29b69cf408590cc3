"""What holds data: encrypted by our key, recoverable, kept, reached over TLS alone."""

from __future__ import annotations

import pytest

from stacks.terms.tables import TABLES
from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra


def test_tables_are_encrypted_recoverable_and_forget(stage: Stage) -> None:
    tables = stage.resources("AWS::DynamoDB::Table")
    assert len(tables) == len(TABLES)
    for table in tables:
        assert table.properties["SSESpecification"]["SSEType"] == "KMS"
        assert "DataKey" in text(table.properties["SSESpecification"]["KMSMasterKeyId"])
        assert table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table.properties["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
        assert table.properties["BillingMode"] == "PAY_PER_REQUEST"


def test_prod_keeps_its_tables_and_buckets(prod: Stage) -> None:
    for table in prod.resources("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True
        assert table.body["DeletionPolicy"] == "Retain"
    for bucket in prod.resources("AWS::S3::Bucket"):
        assert bucket.body["DeletionPolicy"] == "Retain", bucket.name


def test_indexes_are_those_the_stores_query(prod: Stage) -> None:
    found = {
        index["IndexName"]
        for table in prod.resources("AWS::DynamoDB::Table")
        for index in table.properties.get("GlobalSecondaryIndexes", [])
    }
    assert found == {index.name for shape in TABLES.values() for index in shape.indexes}


def test_buckets_are_private_versioned_and_expire(stage: Stage) -> None:
    for bucket in stage.resources("AWS::S3::Bucket"):
        where = f"{bucket.stack}/{bucket.name}"
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}, where
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}, where
        assert bucket.properties["BucketEncryption"], where


def test_customers_objects_are_under_our_key_with_a_lifecycle(stage: Stage) -> None:
    buckets = {bucket.name.rstrip("0123456789ABCDEF"): bucket for bucket in stage.resources("AWS::S3::Bucket", "data")}
    for name in ("Reports", "Exports"):
        rule = buckets[name].properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert "DataKey" in text(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
        assert "LoggingConfiguration" in buckets[name].properties
    rules = buckets["Exports"].properties["LifecycleConfiguration"]["Rules"]
    assert any(rule.get("ExpirationInDays") == 30 for rule in rules)


def test_buckets_refuse_plain_http_and_old_tls(stage: Stage) -> None:
    policies = {text(policy.properties["Bucket"]): policy for policy in stage.resources("AWS::S3::BucketPolicy")}
    for bucket in stage.resources("AWS::S3::Bucket"):
        denied = [
            statement
            for statement in policies[text({"Ref": bucket.name})].properties["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
        ]
        assert any(s["Condition"].get("Bool") == {"aws:SecureTransport": "false"} for s in denied), bucket.name


def test_keys_rotate(stage: Stage) -> None:
    for key in stage.resources("AWS::KMS::Key"):
        assert key.properties["EnableKeyRotation"] is True


def test_queues_and_topics_are_encrypted_and_refuse_plain_http(stage: Stage) -> None:
    guarded = text([p.properties["PolicyDocument"] for p in stage.resources("AWS::SQS::QueuePolicy")])
    for queue in stage.resources("AWS::SQS::Queue"):
        assert "MessageKey" in text(queue.properties["KmsMasterKeyId"])
        assert text({"Fn::GetAtt": [queue.name, "Arn"]}) in guarded
    for topic in stage.resources("AWS::SNS::Topic"):
        assert "Key" in text(topic.properties["KmsMasterKeyId"])
    assert "aws:SecureTransport" in guarded


def test_every_queue_has_dead_letters(stage: Stage) -> None:
    redriven = [q for q in stage.resources("AWS::SQS::Queue", "messaging") if "RedrivePolicy" in q.properties]
    dead = [q for q in stage.resources("AWS::SQS::Queue", "messaging") if "RedrivePolicy" not in q.properties]
    tries = {queue.name[:6]: queue.properties["RedrivePolicy"]["maxReceiveCount"] for queue in redriven}
    # Failed events come again within half a minute: five tries would end long before a store is back.
    assert tries == {"Events": 200}
    assert len(redriven) == len(dead) == 1
    assert {queue.properties["MessageRetentionPeriod"] for queue in dead} == {14 * 86400}


def test_secrets_are_under_our_key(stage: Stage) -> None:
    for secret in stage.resources("AWS::SecretsManager::Secret"):
        assert "DataKey" in text(secret.properties["KmsKeyId"]), secret.name


def test_local_has_every_table_bucket_queue_and_secret(stages: dict[str, Stage]) -> None:
    local, dev = stages["local"], stages["dev"]
    for kind, stack in (
        ("AWS::DynamoDB::Table", "data"),
        ("AWS::SQS::Queue", "messaging"),
        ("AWS::SNS::Topic", "messaging"),
    ):
        assert {r.name for r in local.resources(kind, stack)} == {r.name for r in dev.resources(kind, stack)}
    assert {r.name for r in local.resources("AWS::SecretsManager::Secret", "security")} == {
        r.name for r in dev.resources("AWS::SecretsManager::Secret", "security")
    }
