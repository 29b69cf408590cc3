"""Forms of destinations, and networks that no webhook may reach.

What a name resolves to is checked again, address by address, when the connection is made (`channels/guard.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
MAX_LENGTH = 2048

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_TOKEN = re.compile(r"[A-Za-z0-9_:.%-]{1,2048}")
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{4,31}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SLACK = re.compile(
    r"https://hooks\.slack(?:-gov)?\.com(/services/T[A-Za-z0-9]{1,20}/B[A-Za-z0-9]{1,20}/[A-Za-z0-9]{8,64})"
)
_DISCORD = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api(?:/v[0-9]{1,2})?(/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{20,128})"
)
_LOCAL_NAME = re.compile(r"(^|\.)(localhost|local|internal|lan|home\.arpa)$")

# What `is_global` of the standard library leaves open or has changed over its versions (RFC 6890 and its successors).
_CLOSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
            "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ),
    )
)  # fmt: skip
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("::ffff:0:0:0/96"))
"""NAT64 (RFC 6052) and IPv4-translated (RFC 2765): the last 32 bits are an IPv4 address."""
_UNICAST = ip_network("2000::/3")
"""All that IANA has given out as global IPv6; a network's own NAT64 prefix elsewhere would be a way in."""
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_PORTS = frozenset({80, 443, 8443})
_FREE_PORTS = 1024
_6TO4 = ip_network("2002::/16")


def problem(channel: str, destination: str, *, loopback: bool) -> str | None:
    """What is wrong with an address for this channel, None if nothing is.

    `loopback` lets webhooks reach this machine itself: the local stage alone says so.
    """
    if len(destination) > MAX_LENGTH:
        return f"longer than {MAX_LENGTH} characters"
    if channel == "webhook":
        return url_problem(destination, loopback=loopback)
    pattern, wanted = _FORMS[channel]
    return None if pattern(destination) else f"must be {wanted}"


_FORMS: Mapping[str, tuple[Callable[[str], object], str]] = MappingProxyType(
    {
        "email": (_EMAIL.fullmatch, "an email address"),
        "push": (_TOKEN.fullmatch, "a device's registration token"),
        "telegram": (_CHAT.fullmatch, "a chat's number or @name"),
        "slack": (_SLACK.fullmatch, "an incoming webhook of Slack: https://hooks.slack.com/services/T…/B…/…"),
        "discord": (_DISCORD.fullmatch, "a webhook of Discord: https://discord.com/api/webhooks/<id>/<token>"),
        "sms": (_NUMBER.fullmatch, "a phone number with its country: +14155550123"),
    }
)


def slack_path(destination: str) -> str | None:
    """Return the path of an incoming webhook of Slack, None of anything else."""
    found = _SLACK.fullmatch(destination)
    return None if found is None else found[1]


def discord_path(destination: str) -> str | None:
    """Return the path of a webhook of Discord, None of anything else."""
    found = _DISCORD.fullmatch(destination)
    return None if found is None else f"/api{found[1]}"


def url_problem(url: str, *, loopback: bool) -> str | None:
    """A webhook's URL as far as it can be judged without asking the DNS."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "must be an http or https URL"
    return _url_parts_problem(url, parts) or port_problem(port) or _host_problem(host, loopback=loopback)


def port_problem(port: int | None) -> str | None:
    """Why no webhook goes to this port, None if one may.

    Below 1024 speak services that a forged request could be meant for.
    """
    if port is None or port in _PORTS or port >= _FREE_PORTS:
        return None
    return f"must name port 80, 443, 8443 or one from {_FREE_PORTS} on"


def _url_parts_problem(url: str, parts: SplitResult) -> str | None:
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "must be written in ASCII, without spaces or backslashes"
    if parts.username is not None or parts.password is not None:
        return "must not contain a user or a password"
    return "must not have a fragment" if parts.fragment else None


def _host_problem(host: str, *, loopback: bool) -> str | None:
    try:
        address: Address | None = ip_address(host)
    except ValueError:
        address = None
    if address is not None:
        return address_problem(address, loopback=loopback)
    # inet_aton would read these as addresses: 127.1, 0x7f000001, 2130706433.
    if re.fullmatch(r"(0[xX][0-9a-fA-F]*|[0-9]+)", host.rstrip(".").rpartition(".")[2]):
        return "must name a host or a whole IP address"
    return None if loopback or not _LOCAL_NAME.search(host.rstrip(".").lower()) else "must be reachable from outside"


def address_problem(address: Address, *, loopback: bool) -> str | None:
    """Why no connection is made to this address, None if it may be."""
    if loopback and address.is_loopback:
        return None
    inner = _inside(address)
    if inner is not None:
        return address_problem(inner, loopback=loopback)
    if address.version == 6 and address not in _UNICAST:
        return "must be a public address"
    if not address.is_global or any(address in network for network in _CLOSED if network.version == address.version):
        return "must be a public address"
    return None


def _inside(address: Address) -> IPv4Address | None:
    """The IPv4 address that a translator would make of an IPv6 one.

    Mapped, NAT64, translated, 6to4, ISATAP.
    """
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    if any(address in network for network in _TRANSLATED) or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    return address.sixtofour if address in _6TO4 else None
