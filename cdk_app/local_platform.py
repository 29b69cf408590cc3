"""The stage `local`: what the emulator is given; what it leaves out is in stacks/abilities.py."""

from __future__ import annotations

from aws_cdk import App

from cdk_app.parts import api_stack, frame_of
from cdk_app.stages import StageConfig
from stacks.abilities import Abilities
from stacks.constructs.connections import connection, publish
from stacks.constructs.provision import Provision
from stacks.data import DataStack
from stacks.messaging import MessagingStack
from stacks.security import SecurityStack

_SERIES = {"Timeseries": "App", "WorkerTimeseries": "Worker"}


class LocalPlatform:
    """What the emulator is given: keys, secrets, tables, buckets, queues, topics, both APIs and every function."""

    def __init__(self, app: App, config: StageConfig, abilities: Abilities) -> None:
        frame = frame_of(config, abilities)
        self.security = SecurityStack(app, frame=frame, repository=None)
        self.data = DataStack(app, frame=frame, security=self.security, servers=None)
        self.messaging = MessagingStack(
            app, frame=frame, key=self.security.message_key, existing=config.existing, alerts=config.alerts
        )
        series = {name: self.security.secrets[f"Timeseries{role}"] for name, role in _SERIES.items()}
        publish(self.data, series)
        self.api = api_stack(app, frame, config, self, self._provisions(), place=None)

    def _provisions(self) -> dict[str, Provision]:
        series = self.security.secrets["TimeseriesApp"]
        return {
            **self.data.provisions(),
            **self.messaging.provisions(),
            "timeseries": connection("TIMESERIES_SECRET_ARN", series, self.security.data_key),
            "jwt": self.security.jwt,
            "origin": Provision(),  # there is no edge before it
        }
