"""Networks from which a key works, and whose address a request has.

An IPv6 address that stands for an IPv4 one (`::ffff:203.0.113.7`, RFC 4291 2.5.5.2) is that one everywhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Network = IPv4Network | IPv6Network
_MAPPED_BITS = 96
SUBSCRIBER_BITS = 64
"""The part of an IPv6 address that one subscriber is given, whose hosts he numbers as he likes."""


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is; None for none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def subscriber_of(text: str) -> str:
    """Return whose requests are counted together.

    An IPv4 address, an IPv6 one's /64, or `unknown` for what is no address.
    """
    address = address_of(text)
    if address is None:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address), SUBSCRIBER_BITS), strict=False).network_address)


def network_of(text: str) -> Network:
    """Return the network that a text is, an address as a network of its own.

    ValueError with a sentence for what is none, and for one with bits behind its mask.
    """
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(_advice(text)) from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= _MAPPED_BITS:
        return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def admits(networks: Sequence[Network] | None, source: str) -> bool:
    """Tell whether a request from this address is taken; without networks it is, from wherever."""
    if networks is None:
        return True
    address = address_of(source)
    return address is not None and any(address in network for network in networks)


def outside(inner: Iterable[Network], outer: Iterable[Network]) -> list[Network]:
    """Return those of the inner networks that the outer ones do not hold, all together."""
    wide = list(outer)
    held: list[Network] = [
        *ipaddress.collapse_addresses([each for each in wide if isinstance(each, IPv4Network)]),
        *ipaddress.collapse_addresses([each for each in wide if isinstance(each, IPv6Network)]),
    ]
    return [each for each in inner if not any(_holds(one, each) for one in held)]


def _holds(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def _advice(text: str) -> str:
    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return "must be an IP address or a network, as 203.0.113.0/24"
    return f"has bits behind its mask; the network is {loose}"
