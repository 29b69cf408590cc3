"""The parts of a courier's process, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from premium.bootstrap import Platform
from premium.neighbours import open_client
from premium.neighbours_metrics import show
from premium.notifications.channels.guard import open_guarded
from premium.notifications.channels.providers import Channels, adapters_of, providers_of
from premium.notifications.delivery.courier import Courier
from premium.notifications.delivery.lanes import Lanes
from premium.notifications.delivery.office import PostOffice
from premium.notifications.delivery.stream import StreamedNotices
from premium.notifications.manifest import NotificationSettings
from premium.notifications.model import REST_SECONDS, PostedNotice
from premium.notifications.store.deliveries import DeliveryStore
from premium.streams.service import Streams


@dataclass(frozen=True)
class Desk:
    """Where notices come in: to the post office and to the stream."""

    office: PostOffice
    stream: StreamedNotices
    channels: Channels

    async def accept(self, notices: Sequence[PostedNotice]) -> None:
        """Claim the notices' deliveries and start on them, and stream their messages."""
        self.stream.add(notices)
        await self.office.accept((each, notice.user_id) for notice in notices for each in notice.deliveries)


@asynccontextmanager
async def open_desk(
    platform: Platform, store: DeliveryStore | None = None, *, rest: float = REST_SECONDS
) -> AsyncIterator[Desk]:
    """Open clients, adapters and lanes, and close them at the end.

    `rest`: seconds that a failing destination is left alone.
    """
    loopback = platform.settings.of(NotificationSettings).webhooks_to_loopback
    async with open_client() as outside, open_guarded(loopback=loopback) as guarded:
        channels = Channels(
            partial(providers_of, platform),
            partial(adapters_of, outside=outside, guarded=guarded, loopback=loopback),
        )
        lanes = Lanes(rest=rest, on_change=show)
        office = PostOffice(store or DeliveryStore(platform.worker_database), Courier(channels, lanes))
        yield Desk(office, StreamedNotices(_streams(platform)), channels)


def _streams(platform: Platform) -> Streams | None:
    settings = platform.settings
    return platform.streams if settings.connections_table and settings.websocket_endpoint else None
