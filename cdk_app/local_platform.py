"""Wire the stacks of the stage `local`.

What the emulator is not given is in stacks/terms/abilities.py.
"""

from __future__ import annotations

from aws_cdk import App

from cdk_app.parts import api_stack, frame_of, packages_of, service_stacks
from cdk_app.stage_config import StageConfig
from stacks.constructs.access.connections import connection, publish
from stacks.constructs.access.provision import Provision
from stacks.data import DataStack
from stacks.messaging import MessagingStack
from stacks.security import SecurityStack
from stacks.terms.abilities import Abilities

_SERIES = {"Timeseries": "App", "WorkerTimeseries": "Worker"}


class LocalPlatform:
    """The stacks that the emulator is given.

    Keys, secrets, tables, buckets, queues, topics, both APIs and every function.
    """

    def __init__(self, app: App, config: StageConfig, abilities: Abilities) -> None:
        self.app, self.config, self.frame = app, config, frame_of(config, abilities)
        frame = self.frame
        self.security = SecurityStack(app, frame=frame, repository=None)
        self.data = DataStack(app, frame=frame, security=self.security, servers=None)
        self.messaging = MessagingStack(
            app, frame=frame, key=self.security.message_key, existing=config.existing, alerts=config.alerts
        )
        series = {name: self.security.secrets[f"Timeseries{role}"] for name, role in _SERIES.items()}
        publish(self.data, series)
        packages, provisions = packages_of(config, abilities, None), self._provisions()
        self.api = api_stack(self, packages, provisions)
        self.services = service_stacks(self, packages, provisions, self.api)

    def _provisions(self) -> dict[str, Provision]:
        series = self.security.secrets["TimeseriesApp"]
        return {
            **self.data.provisions(),
            **self.messaging.provisions(),
            **self.security.provisions(),
            "timeseries": connection("TIMESERIES_SECRET_ARN", series, self.security.data_key),
            "market": Provision(),  # the node beside it is in CHAINS_FILE
            "origin": Provision(),  # there is no edge before it
        }
