"""Wire the stacks of a stage on AWS.

References point from later stacks to earlier ones only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aws_cdk import App, Environment

from cdk_app import assets
from cdk_app.parts import api_stack, exported_socket, frame_of, given, packages_of, service_stacks
from cdk_app.stage_config import StageConfig
from stacks.constructs.access.market import market_provision
from stacks.constructs.access.provision import Provision
from stacks.data import DataStack, Servers
from stacks.edge import EdgeStack, host_of
from stacks.messaging import MessagingStack
from stacks.migrations import MigrationsStack
from stacks.network import PRIVATE, NetworkStack
from stacks.observability import ObservabilityStack
from stacks.rotation import Rotated, RotationStack
from stacks.security import SecurityStack
from stacks.terms.abilities import Abilities
from stacks.terms.frame import EDGE_REGION
from stacks.terms.packages import Place
from stacks.timeseries import TimeseriesStack
from stacks.workers import WorkersStack


class Platform:
    """A stage on AWS: its stacks in the order they are deployed."""

    def __init__(
        self, app: App, config: StageConfig, abilities: Abilities, bases: Mapping[str, str] | None = None
    ) -> None:
        """`bases` are the images that a release builds upon, by digest."""
        self.config, self.app = config, app
        self.frame = replace(frame_of(config, abilities), bases=dict(bases or {}))
        self._know_zones()
        self.network = NetworkStack(
            app,
            frame=self.frame,
            zones=config.zones,
            nat_gateways=config.nat_gateways,
            endpoint_zones=config.endpoint_zones,
            existing=config.existing,
        )
        self.security = SecurityStack(
            app,
            frame=self.frame,
            repository=config.repository,
            vpc=None if config.existing.vpc_id else self.network.vpc,
        )
        self.frame = replace(self.frame, log_key=self.security.log_key)
        self.data = DataStack(app, frame=self.frame, security=self.security, servers=self._servers())
        self.timeseries = self._timeseries()
        self.messaging = MessagingStack(
            app, frame=self.frame, key=self.security.message_key, existing=config.existing, alerts=config.alerts
        )
        self.image = str(assets.worker_context())
        self.migrations = self._migrations()
        place = Place(self.network.vpc, PRIVATE, self.network.groups.functions)
        packages, provisions = packages_of(config, abilities, place), self._provisions()
        self.api = api_stack(self, packages, provisions)
        self.services = service_stacks(self, packages, provisions, self.api)
        self.workers = self._workers()
        self.edge = self._edge()
        self.rotation = self._rotation()
        self.observability = self._observability()
        for stack in (self.api, *self.services.values(), self.workers):
            stack.add_stack_dependency(self.migrations, "new code never meets an old schema")

    def _servers(self) -> Servers:
        config = self.config
        return Servers(
            vpc=self.network.vpc,
            groups=self.network.groups,
            postgres=given(config.postgres, "postgres"),
            redis=given(config.redis, "redis"),
            existing=config.existing,
        )

    def _timeseries(self) -> TimeseriesStack:
        return TimeseriesStack(
            self.app,
            frame=self.frame,
            size=given(self.config.timescale, "timescale"),
            subnet=self.network.server_subnet,
            groups=self.network.groups,
            security=self.security,
            data=self.data,
        )

    def _migrations(self) -> MigrationsStack:
        return MigrationsStack(
            self.app,
            frame=self.frame,
            vpc=self.network.vpc,
            groups=self.network.groups,
            image_directory=self.image,
            security=self.security,
            data=self.data,
            timeseries=self.timeseries,
        )

    def _provisions(self) -> dict[str, Provision]:
        return {
            **self.data.provisions(),
            **self.timeseries.provisions(),
            **self.messaging.provisions(),
            **self.security.provisions(),
            "market": market_provision(self.security, self.config.market, self.security.data_key),
        }

    def _workers(self) -> WorkersStack:
        own = self.data.worker_provisions() | self.timeseries.worker_provisions()
        return WorkersStack(
            self.app,
            frame=self.frame,
            vpc=self.network.vpc,
            groups=self.network.groups,
            fleet=given(self.config.fleet, "fleet"),
            resident=self._resident(),
            image_directory=self.image,
            provisions=self._provisions() | own | exported_socket(self.api) | self._operated(),
            shell=self.config.shell_access,
        )

    def _operated(self) -> dict[str, Provision]:
        """Return what the operator's task alone is given."""
        return {"dead_letters": self.messaging.operated(self.api.schedule_dead_letters)}

    def _resident(self) -> dict[str, int]:
        """Return the tasks that run even where nothing waits: who matches, and who delivers what matched."""
        matching = self.config.alerts.tasks
        return {"alerts": matching, "notifications": min(matching, 1)}

    def _edge(self) -> EdgeStack:
        apart = self.config.region != EDGE_REGION
        environment = Environment(account=self.config.account, region=EDGE_REGION)
        return EdgeStack(
            self.app,
            frame=replace(self.frame, environment=environment, cross_region=apart, log_key=None),
            http_domain=host_of(self.api.http.endpoint),
            socket_domain=host_of(self.api.socket.api.api_endpoint),
            uploads_domain=self.data.exports.bucket_regional_domain_name,
            origin_secret=self.security.secrets["Origin"],
            domain=self.config.domain,
            networks=self.config.networks,
            alerting=self.config.alerting,
        )

    def _rotation(self) -> RotationStack:
        rotated = Rotated(
            security=self.security,
            data=self.data,
            timeseries=self.timeseries,
            migrations=self.migrations,
            edge=self.edge,
        )
        return RotationStack(
            self.app,
            frame=self.frame,
            vpc=self.network.vpc,
            group=self.network.groups.migrations,
            every_days=self.config.rotation_days,
            rotated=rotated,
        )

    def _observability(self) -> ObservabilityStack:
        return ObservabilityStack(
            self.app,
            frame=self.frame,
            key=self.security.message_key,
            postgres=given(self.config.postgres, "postgres"),
            alerting=self.config.alerting,
            data=self.data,
            timeseries=self.timeseries,
            messaging=self.messaging,
            migrations=self.migrations,
            api=self.api,
            workers=self.workers,
            edge=self.edge,
        )

    def _know_zones(self) -> None:
        """Set the availability zones that the configuration names.

        Neither the synth nor an imported VPC asks an account for them then.
        """
        if self.config.account:
            key = f"availability-zones:account={self.config.account}:region={self.config.region}"
            self.app.node.set_context(key, list(self.config.zones))
