"""StageConfig: what the spec says of each stage, and a sentence for every wrong value."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cdk_app.assets import ROOT
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES

pytestmark = pytest.mark.infra


def changed(stage: str, **values: Any) -> StageConfig:
    base = STAGES[stage].model_dump()
    for path, value in values.items():
        target = base
        *parents, last = path.split("__")
        for parent in parents:
            target = target[parent]
        target[last] = value
    return StageConfig.model_validate(base)


@pytest.mark.parametrize(
    ("stage", "values", "sentence"),
    [
        ("dev", {"account": "12"}, "account"),
        ("dev", {"region": "mars"}, "region"),
        ("dev", {"zones": ("us-east-1a",)}, "two or three are needed"),
        ("dev", {"zones": ("us-east-1a", "eu-west-1b")}, "eu-west-1b is not in us-east-1"),
        ("dev", {"log_days": 10}, "7, 30 or 365 days"),
        ("dev", {"postgres": None}, "says nothing about postgres"),
        ("dev", {"postgres__max_connections": 60}, "may open"),
        ("dev", {"functions__concurrency": None}, "neither postgres.proxy nor functions.concurrency"),
        ("dev", {"fleet__cpu": 300}, "fleet.cpu"),
        ("dev", {"surprise": 1}, "surprise"),
        ("dev", {"market__nodes": {"etherium": ("a",)}}, "no chain is called 'etherium'; 'ethereum'?"),
        ("dev", {"market__nodes": {"ethereum": ()}}, "names one to 5 entries"),
        ("dev", {"market__nodes": {"ethereum": ("a", "a")}}, "names one to 5 entries, each once"),
        ("dev", {"market__nodes": {"ethereum": ("https://key@node.example",)}}, "market.nodes.ethereum.0"),
        ("dev", {"market__nodes": {"ethereum": ("nodes-AbCdEf",)}}, "name it otherwise"),
        ("dev", {"market__prices": {"url": "http://prices.example"}}, "market.prices.url"),
        ("dev", {"market__prices": {"url": "https://prices.example/{key}"}}, "url asks for a key"),
        ("dev", {"market__prices": {"url": "https://prices.example/{word}", "secret": "a"}}, "only word in braces"),
        ("dev", {"market__prices": {"url": "https://a.b"}, "settings": {"PRICE_API_URL": "https://c.d"}}, "already"),
        ("prod", {"removal": "destroy"}, "would lose its data"),
        ("prod", {"existing__vpc_id": "vpc-0123456789abcdef0"}, "one private and one isolated subnet"),
        ("prod", {"existing__events_queue": "my-queue"}, "existing.events_queue"),
        ("prod", {"existing__http_api_id": "a1b2c3d4e5"}, "go together"),
        ("prod", {"existing__redis_security_group": "sg-0123456789abcdef0"}, "go together"),
    ],
)
def test_a_wrong_value_is_a_sentence_that_names_it(stage: str, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        changed(stage, **values)
    problems = caught.value.errors()
    said = [f"{'.'.join(map(str, problem['loc']))} {problem['msg']}" for problem in problems]
    assert any(sentence in text for text in said), said


def test_a_stage_with_a_provider_of_prices_always_polls_it() -> None:
    assert STAGES["dev"].alerts.tasks == 0
    polled = changed("dev", settings={"PRICE_API_URL": "https://prices.example"})
    assert (polled.alerts.ticks, polled.alerts.tasks) == (True, 1)


def test_a_stage_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError):
        STAGES["dev"].region = "eu-west-1"  # type: ignore[misc]  # that it is refused is the test


def app(context: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"CDK_CONTEXT_JSON": json.dumps(context)}
    environment |= {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    command = [sys.executable, "-m", "cdk_app.app"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("stage", "values", "sentence"),
    [
        ("moon", None, "there is no stage 'moon'"),
        ("dev", "nowhere.json", "cannot be read"),
        ("dev", '{"account": "12", "zones": []}', "account: String should match"),
    ],
)
def test_the_app_ends_with_a_sentence(stage: str, values: str | None, sentence: str, tmp_path: Path) -> None:
    context = {"stage": stage}
    if values is not None:
        file = tmp_path / "values.json"
        if values.startswith("{"):
            file.write_text(values)
        context["values"] = str(file)
    done = app(context)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
