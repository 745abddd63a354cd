"""May an address be reached? Names are resolved first, and what is private, loopback or link-local is refused unless it is allowed.

Whoever may enter a webhook could otherwise have fenji ask machines that only fenji's own network reaches: databases, the metadata
service of a cloud, the router. The connection goes to the address that was checked, so that a name that resolves to another one
a moment later changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

NAME_NOT_FOUND = "name_not_found"

_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """An address that may not be reached, or a name without any; ``args[0]`` is the status to write down."""


def checked_address(host: str, port: int, allowed: Sequence[str]) -> tuple[str, bool]:
    """One address of a host, and whether it is in a network that the settings allow.

    Args:
        host: a name or an address.
        port: of the service.
        allowed: networks such as 10.1.2.0/24 that may be reached though they are not public.

    Raises:
        AddressRefused: the name has no address, or one of its addresses may not be reached.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(NAME_NOT_FOUND) from error
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    networks = [ip_network(each, strict=False) for each in allowed]
    # All of them, not only the first: a name that leads inside and outside is no honest one.
    kinds = {each: _is_allowed(ip_address(each), networks) for each in addresses}
    if not kinds or any(not is_allowed and not is_public(ip_address(each)) for each, is_allowed in kinds.items()):
        raise AddressRefused("private_address")  # noqa: EM101 - a status, no sentence
    return addresses[0], kinds[addresses[0]]


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, seen through the ways of writing an IPv4 address as IPv6.

    >>> [is_public(ip_address(each)) for each in ("127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::")]
    [False, False, False, False]
    >>> is_public(ip_address("223.5.5.5"))
    True
    """
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_allowed(address: Address, networks: Sequence[object]) -> bool:
    seen = _inner(address) or address
    return any(seen in network for network in networks)  # type: ignore[operator]
