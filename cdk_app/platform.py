"""Wires the stacks of one stage; references point from later stacks to earlier ones only."""

from __future__ import annotations

from aws_cdk import App, Environment
from aws_cdk import aws_lambda as lambda_

from cdk_app import assets
from cdk_app.stages import StageConfig
from stacks.abilities import Abilities
from stacks.api import ApiStack
from stacks.constructs.connections import connection, publish
from stacks.constructs.provision import Provision
from stacks.data import DataStack
from stacks.frame import Frame
from stacks.messaging import MessagingStack
from stacks.packages import Packages
from stacks.security import SecurityStack


class Platform:
    """The stacks of a stage, in the order they are deployed."""

    def __init__(self, app: App, config: StageConfig, abilities: Abilities) -> None:
        self.frame = Frame(
            stage=config.name,
            environment=Environment(account=config.account, region=config.region),
            removal=config.removal,
            log_days=config.log_days,
            abilities=abilities,
        )
        self.security = SecurityStack(app, frame=self.frame)
        self.data = DataStack(app, frame=self.frame, key=self.security.data_key)
        self.messaging = MessagingStack(app, frame=self.frame, key=self.security.message_key, existing=config.existing)
        self.api = ApiStack(
            app,
            frame=self.frame,
            packages=packages(abilities),
            sizes=config.functions,
            throttle=config.throttle,
            origins=config.origins,
            provisions=self._provisions(),
            place=None,
            chain_events=self.messaging.events,
            message_key=self.security.message_key,
        )

    def _provisions(self) -> dict[str, Provision]:
        return {
            **self.data.provisions(),
            **self._connections(),
            "jwt": self.security.jwt,
            "events": self.messaging.events_provision,
        }

    def _connections(self) -> dict[str, Provision]:
        """The emulator has no database: `local` writes the addresses of this machine's into the secrets."""
        secrets, key = self.security.secrets, self.security.data_key
        publish(
            self.security,
            {
                "Database": secrets["DatabaseApp"],
                "WorkerDatabase": secrets["DatabaseWorker"],
                "Timeseries": secrets["TimeseriesApp"],
                "WorkerTimeseries": secrets["TimeseriesWorker"],
                "Redis": secrets["RedisAuth"],
            },
        )
        return {
            "database": connection("DATABASE_SECRET_ARN", secrets["DatabaseApp"], key),
            "timeseries": connection("TIMESERIES_SECRET_ARN", secrets["TimeseriesApp"], key),
            "redis": connection("REDIS_SECRET_ARN", secrets["RedisAuth"], key),
        }


def packages(abilities: Abilities) -> Packages:
    """Archives for AWS (arm64), or for the Python and processor of the machine that emulates it."""
    return Packages(
        code_archive=assets.code(),
        dependencies_archive=assets.dependencies(assets.LAMBDA if abilities.native_runtime else assets.THIS_MACHINE),
        runtime=lambda_.Runtime.PYTHON_3_13,
    )
