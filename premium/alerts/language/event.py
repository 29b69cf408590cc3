"""Chain events as the platform accepts them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from premium.alerts.language.catalogue import FIELDS, SERIES
from premium.alerts.language.values import number
from premium.clock import rfc3339

AHEAD = timedelta(minutes=5)
"""How far an event's time may lie ahead of our clock: other clocks differ."""
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_UTC_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
MAX_EVENT_BYTES = 64 * 1024
"""Of an event's JSON in UTF-8: the matcher keeps one for each series, an alert carries it, and it goes to webhooks."""
_MAX_NAME = 500
"""Characters of a field that names an event's series: the matcher keeps one event for each."""
_MAX_STORED_NAME = 1_800
"""Characters of such a field as the database keeps it, in ASCII: six for each that is none."""


class IncomingEvent(BaseModel):
    """The fields that every event has.

    Its other fields are its kind's, and a rule that names an unreadable one never matches. `retracts` is the id of an
    event that the chain took back; kind, chain, timestamp and the shard's field are that event's. Validated with the
    context `{"now": datetime}`.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["transfer", "price", "gas", "protocol"]
    chain: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    timestamp: AwareDatetime
    retracts: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _check_time(self, info: ValidationInfo) -> Self:
        now: datetime = info.context["now"] if info.context else self.timestamp
        if self.timestamp > now + AHEAD:
            raise ValueError("timestamp: lies more than five minutes in the future")
        if self.timestamp < OLDEST:
            raise ValueError("timestamp: lies before the year 2000")
        return self

    @model_validator(mode="after")
    def _check_price(self) -> Self:
        """Refuse a price of nothing: a broken feed says it, and it would fire every rule on a fall."""
        price = number((self.model_extra or {}).get("price_usd")) if "price_usd" in FIELDS[self.kind] else None
        if price is not None and price <= 0:
            raise ValueError("price_usd: must be above 0")
        return self

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        fields = self.model_extra or {}
        for name in SERIES[self.kind]:
            if len(str(fields.get(name))) > _MAX_NAME:
                raise ValueError(f"{name}: more than {_MAX_NAME} characters")
            if len(json.dumps(str(fields.get(name)))) > _MAX_STORED_NAME:
                raise ValueError(f"{name}: more than {_MAX_STORED_NAME} characters once it is written in ASCII")
        return self


def accepted(raw: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return the checked event, its time in the form that the matcher reads fastest.

    pydantic's ValidationError names the field that is wrong.
    """
    time = IncomingEvent.model_validate(raw, context={"now": now}).timestamp
    return raw if _UTC_SECONDS.fullmatch(str(raw["timestamp"])) else raw | {"timestamp": rfc3339(time)}
