"""Requests and views of API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, PlainSerializer, StrictBool, WithJsonSchema, model_validator

from handlers.runtime import Body, Moment, Position, View, Visible
from premium.accounts.model import ApiKey, NewKey, Rights
from premium.networks import Network as Range
from premium.networks import network_of

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$", examples=["Trading desk"]), Visible]
_SCOPES = "What the key may do; each of `<service>:read` and `<service>:write`"
Scopes = Annotated[
    list[Annotated[str, Field(max_length=64)]],
    Field(
        max_length=50,
        examples=[["portfolio:read"]],
        description=_SCOPES,
    ),
]


def _network(value: object) -> Range:
    if not isinstance(value, str):
        raise ValueError("must be text, as 203.0.113.0/24")  # noqa: TRY004 - pydantic reports ValueError by field
    return network_of(value)


Network = Annotated[
    Range,
    BeforeValidator(_network),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "maxLength": 50, "examples": ["203.0.113.0/24"]}),
]
"""An IP address or network."""
Networks = Annotated[list[Network], Field(min_length=1, max_length=20, examples=[["203.0.113.0/24", "2001:db8::/48"]])]
_NETWORKS = "Addresses and networks from which alone the key is taken; null: from everywhere"


class NewApiKey(Body):
    """A request for a new API key."""

    name: Name
    """What the key is for; its user's own words."""
    scopes: Scopes
    expires_at: Moment | None = None
    """Refused from then on; without it the key has no end."""
    networks: Networks | None = Field(default=None, description=_NETWORKS)
    alerts_enabled: StrictBool = True
    """Whether mail tells that its use nears its quota."""

    def rights(self) -> Rights:
        """Return what the key is to have."""
        return Rights(scopes=frozenset(self.scopes), expires_at=self.expires_at, networks=self.networks)


class ApiKeyChange(Body):
    """Changes of an API key; a field that is left out stays."""

    name: Name | None = None
    """What the key is for; its user's own words."""
    scopes: Scopes | None = Field(default=None, description=_SCOPES)
    expires_at: Moment | None = None
    """Refused from then on; null: it has no end."""
    networks: Networks | None = Field(default=None, description=_NETWORKS)
    alerts_enabled: StrictBool | None = None
    """Whether mail tells that its use nears its quota."""

    @model_validator(mode="after")
    def _changes_something(self) -> ApiKeyChange:
        if not self.model_fields_set:
            raise ValueError("give at least one of name, scopes, expiresAt, networks, alertsEnabled")
        return self

    def changes(self) -> dict[str, Any]:
        """Return what changes, by field."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        kept = {name for name in ("name", "scopes", "alerts_enabled") if given.get(name) is None}
        lists = {name: tuple(given[name]) for name in ("scopes", "networks") if given.get(name) is not None}
        return {name: value for name, value in (given | lists).items() if name not in kept}


class ApiKeyView(View):
    """An API key without the key itself."""

    id: UUID
    """The key's id, by which it is revoked."""
    name: str = Field(description="Its user's own words", examples=["Trading desk"])
    prefix: str = Field(description="The part of the key that may be shown", examples=["pk_live_8fK2"])
    scopes: list[str] = Field(description="What the key may do", examples=[["portfolio:read"]])
    networks: list[Network] | None = Field(description=_NETWORKS, examples=[["203.0.113.0/24"]])
    alerts_enabled: bool
    """Whether mail tells that its use nears its quota."""
    expires_at: datetime | None
    """Refused from then on; null: it has no end."""
    revoked_at: datetime | None
    """When it was revoked."""
    last_used_at: datetime | None
    """Its last request, to the minute."""
    created_at: datetime
    """When it was made."""

    @classmethod
    def of(cls, row: ApiKey) -> ApiKeyView:
        """Return the view of a key."""
        return cls.model_validate(_shown(row))


class CreatedApiKey(ApiKeyView):
    """A new API key with the key itself."""

    key: str | None = Field(
        description="The key itself, shown this once; a replay of the request has null", examples=["pk_live_8fK2…"]
    )

    @classmethod
    def made(cls, new: NewKey) -> CreatedApiKey:
        """Return the view of a new key."""
        return cls(key=new.key, **_shown(new.record))

    def remembered(self) -> CreatedApiKey:
        """Return the answer that a replay gets: without the key."""
        return self.model_copy(update={"key": None})


class AfterKey(Position):
    """A position in the list of keys."""

    created_at: datetime
    id: UUID


def audit_of(key: ApiKey) -> dict[str, Any]:
    """Return what the audit trail says of a key's rights."""
    networks = None if key.networks is None else [str(each) for each in key.networks]
    return {"scopes": list(key.scopes), "expires_at": key.expires_at, "networks": networks}


def _shown(row: ApiKey) -> dict[str, Any]:
    networks = None if row.networks is None else [str(each) for each in row.networks]
    return row.model_dump(exclude={"parent_id"}) | {"networks": networks}
