"""PostgreSQL, Redis, TimescaleDB: encrypted, TLS alone, recoverable, in the database subnets, sized as specified."""

from __future__ import annotations

import re

import pytest

from cdk_app.stages import STAGES
from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra
CLASSES = {"dev": "db.t4g.medium", "staging": "db.t4g.medium", "prod": "db.r6g.large"}
NODES = {"dev": "cache.t4g.small", "staging": "cache.t4g.small", "prod": "cache.t4g.medium"}


def test_postgres_is_encrypted_and_recoverable(stage: Stage) -> None:
    source = next(
        r for r in stage.resources("AWS::RDS::DBInstance") if "SourceDBInstanceIdentifier" not in r.properties
    )
    properties = source.properties
    assert properties["DBInstanceClass"] == CLASSES[stage.name]
    assert properties["Engine"] == "postgres"
    assert properties["EngineVersion"].startswith("16.")
    assert properties["StorageEncrypted"] is True
    assert "DataKey" in text(properties["KmsKeyId"])
    assert properties["BackupRetentionPeriod"] == 7
    assert properties["EnablePerformanceInsights"] is True
    assert properties["PubliclyAccessible"] is False
    assert properties["MultiAZ"] is (stage.name == "prod")
    assert properties["DeletionProtection"] is (stage.name != "dev")
    assert source.body["DeletionPolicy"] == {"dev": "Delete", "staging": "Snapshot", "prod": "Retain"}[stage.name]


def test_postgres_forces_tls(stage: Stage) -> None:
    for group in stage.resources("AWS::RDS::DBParameterGroup"):
        assert group.properties["Parameters"]["rds.force_ssl"] == "1"
        assert group.properties["Parameters"]["password_encryption"] == "scram-sha-256"


def test_databases_stand_in_the_database_subnets(stage: Stage) -> None:
    groups = stage.resources("AWS::RDS::DBSubnetGroup") + stage.resources("AWS::ElastiCache::SubnetGroup")
    for group in groups:
        subnets = group.properties["SubnetIds"]
        assert len(subnets) == len(STAGES[stage.name].zones)
        assert all("database" in text(subnet) for subnet in subnets)


def test_every_stage_but_dev_has_a_proxy_and_none_a_reader_that_nobody_reads(stage: Stage) -> None:
    readers = [r for r in stage.resources("AWS::RDS::DBInstance") if "SourceDBInstanceIdentifier" in r.properties]
    proxies = list(stage.every("AWS::RDS::DBProxy"))
    assert (len(readers), len(proxies)) == {"dev": (0, 0), "staging": (0, 1), "prod": (0, 1)}[stage.name]
    for proxy in proxies:
        assert proxy.properties["RequireTLS"] is True
        assert {auth["ClientPasswordAuthType"] for auth in proxy.properties["Auth"]} == {"POSTGRES_SCRAM_SHA_256"}


def test_the_proxy_has_a_user_who_is_there_before_the_migrations(stage: Stage) -> None:
    """Its target is not available, and the deployment waits, until one of its users can sign in."""
    for proxy in stage.every("AWS::RDS::DBProxy"):
        users = text([auth["SecretArn"] for auth in proxy.properties["Auth"]])
        assert "DatabaseAdmin" in users
        (instance,) = [one for one in stage.resources("AWS::RDS::DBInstance") if "MasterUsername" in one.properties]
        assert "DatabaseAdmin" in text(instance.properties["MasterUserPassword"])


def test_the_proxys_name_changes_with_what_replaces_it(stages: dict[str, Stage]) -> None:
    """AWS asks for a name, and two proxies cannot have one: the new one is made before the old one goes."""
    names = [stages[name].only("AWS::RDS::DBProxy").properties["DBProxyName"] for name in ("prod", "borrowing")]
    assert len(set(names)) == 2, "other subnets, another proxy"
    assert all(re.fullmatch(r"premium-prod-[0-9a-f]{8}", name) for name in names)


def test_processes_connect_through_the_proxy_and_migrations_do_not(prod: Stage) -> None:
    for secret in prod.resources("AWS::SecretsManager::Secret", "data"):
        if "DatabaseConnection" in secret.name:
            assert "PremiumPool" in text(secret.properties["SecretString"])
    task = prod.only("AWS::ECS::TaskDefinition", "migrations")
    environment = {entry["Name"]: entry["Value"] for entry in task.properties["ContainerDefinitions"][0]["Environment"]}
    assert "PremiumInstance" in text(environment["MIGRATION_DATABASE_HOST"])


def test_no_template_holds_a_password(stage: Stage) -> None:
    for secret in stage.resources("AWS::SecretsManager::Secret"):
        if "SecretString" in secret.properties:
            assert "{{resolve:secretsmanager:" in text(secret.properties["SecretString"])
    instance = next(r for r in stage.resources("AWS::RDS::DBInstance") if "MasterUserPassword" in r.properties)
    assert "{{resolve:secretsmanager:" in text(instance.properties["MasterUserPassword"])


def test_redis_keeps_jobs_and_is_closed(stage: Stage) -> None:
    group = stage.only("AWS::ElastiCache::ReplicationGroup").properties
    assert group["CacheNodeType"] == NODES[stage.name]
    assert group["TransitEncryptionEnabled"] is True
    assert group["TransitEncryptionMode"] == "required"
    assert group["AtRestEncryptionEnabled"] is True
    assert "{{resolve:secretsmanager:" in text(group["AuthToken"])
    assert group["AutomaticFailoverEnabled"] is (stage.name == "prod")
    assert group["NumCacheClusters"] == (2 if stage.name == "prod" else 1)
    parameters = stage.only("AWS::ElastiCache::ParameterGroup").properties
    assert parameters["Properties"]["maxmemory-policy"] == "noeviction"


def test_backups_are_daily_and_encrypted(stage: Stage) -> None:
    rule = stage.only("AWS::Backup::BackupPlan").properties["BackupPlan"]["BackupPlanRule"][0]
    assert rule["Lifecycle"]["DeleteAfterDays"] == (35 if stage.name == "prod" else 7)
    assert "DataKey" in text(stage.only("AWS::Backup::BackupVault").properties["EncryptionKeyArn"])
    chosen = stage.only("AWS::Backup::BackupSelection").properties["BackupSelection"]
    assert len(chosen["Resources"]) == 1, "tables recover to any second of 35 days by themselves"
    tags = {tag["Key"]: tag["Value"] for tag in stage.only("AWS::EC2::Volume").properties.get("Tags", [])}
    assert (tags.get("backup") == "daily") is (stage.name != "dev")


def test_the_connection_budget_holds() -> None:
    dev = STAGES["dev"]
    assert dev.postgres is not None
    assert dev.reserved()
    assert dev.connections_needed() <= dev.postgres.max_connections
    for stage in ("staging", "prod"):
        postgres = STAGES[stage].postgres
        assert postgres is not None
        assert postgres.proxy
