"""What a worker of the local stage is told follows from the stacks' outputs and from the manifests."""

from __future__ import annotations

import pytest

from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES
from local.environment import asked_settings, local_settings, variables_of_outputs
from local.errors import LocalError
from premium.manifest import services, wrong_settings
from stacks.constructs.access.connections import output_of

pytestmark = pytest.mark.unit


def test_an_output_is_the_setting_of_its_name() -> None:
    given = variables_of_outputs(
        {"JobsTable": "t", "EventsQueueUrl": "q", "WebsocketEndpoint": "w", "EdgeUrl": "nobody reads it"}
    )
    assert given == {"JOBS_TABLE": "t", "EVENTS_QUEUE_URL": "q", "WEBSOCKET_ENDPOINT": "w"}


def test_a_worker_connects_by_its_own_role() -> None:
    given = variables_of_outputs({"DatabaseSecretArn": "app", "WorkerDatabaseSecretArn": "worker"})
    assert given == {"DATABASE_SECRET_ARN": "worker"}


def test_every_declared_secret_is_told() -> None:
    variables = {secret.variable for service in services() for secret in service.secrets}
    assert set(variables_of_outputs({output_of(variable): "arn" for variable in variables})) == variables


def test_what_deployed_stages_refuse_is_given_here() -> None:
    assert local_settings()["WEBHOOKS_TO_LOOPBACK"] == "true"


def test_settings_of_services_are_taken_from_the_users_environment_and_checked() -> None:
    assert asked_settings({"ALERT_SHARDS": "3", "PATH": "/bin"}) == {"ALERT_SHARDS": "3"}
    with pytest.raises(LocalError, match=r"ALERT_SHARDS: .*must be 1 at least"):
        asked_settings({"ALERT_SHARDS": "0"})


@pytest.mark.parametrize(("name", "value"), [("ALERT_SHARDS", "many"), ("ALERT_SHARDZ", "2")])
def test_a_stage_with_a_wrong_setting_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        StageConfig.model_validate(STAGES["dev"].model_dump() | {"settings": {name: value}})


def test_what_the_stage_local_sets_can_be_read() -> None:
    """A wrong one lets no worker start."""
    assert wrong_settings(local_settings()) == []
