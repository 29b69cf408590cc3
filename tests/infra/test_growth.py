"""Room for all services: a dozen more need no edit of the infrastructure, in any stage."""

from __future__ import annotations

import pytest

from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES
from tests.infra.conftest import GROWN
from tests.infra.growth import ROUTES, grown, made_up
from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra
LIMIT = 500
"""Resources that CloudFormation takes a stack."""


@pytest.fixture(params=GROWN)
def grown_stage(request: pytest.FixtureRequest, grown_stages: dict[str, Stage]) -> Stage:
    return grown_stages[request.param]


def test_each_has_a_stack_with_its_routes_and_room_for_400_more(grown_stage: Stage) -> None:
    for name in made_up():
        stack = f"service-{name}"
        assert len(grown_stage.resources("AWS::ApiGatewayV2::Route", stack)) == ROUTES
        assert len(grown_stage.stacks[stack]["Resources"]) - ROUTES + 400 < LIMIT
        boards = list(grown_stage.every("AWS::CloudWatch::Dashboard", stack))
        assert len(boards) == int(STAGES[grown_stage.name.removeprefix("grown-")].service_dashboards)


def test_no_stack_is_near_its_limit(grown_stage: Stage) -> None:
    for name, template in grown_stage.stacks.items():
        assert len(template["Resources"]) < LIMIT / 2, name


def test_each_is_given_what_it_declares(grown_stage: Stage) -> None:
    tasks = {t.name: text(t.properties) for t in grown_stage.resources("AWS::ECS::TaskDefinition", "workers")}
    default = next(body for name, body in tasks.items() if name.startswith("DefaultQueue"))
    for name, service in made_up().items():
        (secret,) = service.secrets
        function = grown_stage.functions()[f"handlers.{name}.handler"]
        assert secret.variable in function.properties["Environment"]["Variables"]
        assert (secret.variable in default) is (service.queue == "default")
    assert any(name.startswith("ExtraaQueue") for name in tasks)


def test_the_connections_stay_within_the_database() -> None:
    with grown():
        for name in ("dev", "staging", "prod"):
            config = StageConfig.model_validate(STAGES[name].model_dump())
            assert config.postgres is not None
            if not config.postgres.proxy:
                assert config.connections_needed() <= config.postgres.max_connections
                assert min(config.reserved().values()) >= 2


def test_a_budget_that_is_too_small_is_a_sentence() -> None:
    values = STAGES["dev"].model_dump()
    values["functions"]["concurrency"] = 5
    with pytest.raises(ValueError, match="raise it, or set"):
        StageConfig.model_validate(values)
