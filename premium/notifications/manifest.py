"""Declare the notifications room."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from premium.manifest import LOCAL_ONLY, NoticeKind, Place, Queue, Resident, Schedule, Secret, Service, ServiceSettings


class NotificationSettings(ServiceSettings):
    """What the environment tells the courier."""

    notifications_secret_arn: str | None = Field(default=None, description="Secret of the notification providers")
    webhooks_to_loopback: bool = Field(
        default=False,
        description="Webhooks may reach this machine itself; for tests and the stage local alone",
        json_schema_extra=LOCAL_ONLY,
    )


SERVICE = Service(
    name="notifications",
    title="Notices to users over their channels",
    routes=(
        "GET /v1/notices",
        "PUT /v1/notices/{id}",
        "POST /v1/notices/addresses",
        "POST /v1/notices/addresses/confirm",
    ),
    needs=("database", "redis", "idempotency", "audit"),
    scopes=("notices:read", "notices:write"),
    channels=("notices",),
    kinds=("notifications.upkeep",),
    queue="notifications",
    worker_needs=("mail",),
    queues=(
        Queue(
            name="notifications",
            urgency=10,
            processes=4,
            share=Decimal("0.15"),
            waits="premium.notifications.states.due_deliveries",
        ),
    ),
    states="premium.notifications.states.states",
    residents=(
        Resident(
            name="notifications.courier", queue="notifications", function="premium.notifications.work.courier.serve"
        ),
    ),
    schedules=(Schedule(name="notifications.upkeep", every=1440, job="notifications.upkeep"),),
    settings=NotificationSettings,
    secrets=(
        Secret(
            name="Providers",
            variable="NOTIFICATIONS_SECRET_ARN",
            text="Keys of the notification providers: SES or SendGrid, Firebase, Telegram, Twilio",
            readers=("worker",),
            goes_with="mail",
        ),
    ),
    notices=(
        NoticeKind(name="notifications.confirmation", permits="premium.notifications.store.confirmations.permits"),
    ),
    tables=("notices", "notification_deliveries", "notification_destinations", "notification_confirmations"),
    places=(
        Place(store="premium", name="notification_deliveries"),
        Place(store="premium", name="notices"),
        Place(store="premium", name="notification_confirmations"),
        Place(store="premium", name="notification_destinations"),
        Place(store="redis", name="1:rq:job:*", erasure="expire", reason="when its deliveries are made, in seconds"),
    ),
)
