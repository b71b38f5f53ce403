"""Which network addresses a notification may be sent to: public ones only, unless allowed.

A webhook's URL is typed in by people, and the monitor stands inside a network with neighbours that
trust it. So everything IANA's special-purpose registries do not call globally reachable is refused
(private, loopback, link-local with the metadata services, shared CGNAT space, documentation),
multicast besides, addresses that carry an IPv4 address inside by what they carry, and the address
of Azure's own platform services.
Source: https://www.iana.org/assignments/iana-ipv4-special-registry
Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""

from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
)

_AZURE_PLATFORM = IPv4Address("168.63.129.16")
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_SITE_LOCAL = IPv6Network("fec0::/10")

type _Address = IPv4Address | IPv6Address


def is_address(text: str) -> bool:
    """Tell whether a text is an IP address rather than a name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_public(text: str) -> bool:
    """Tell whether an IP address belongs to the public internet; what is none does not.

    Args:
        text: an IPv4 or IPv6 address, with or without a zone.
    """
    try:
        return _is_public(ip_address(text))
    except (ValueError, AddressValueError):
        return False


def _is_public(address: _Address) -> bool:
    inner = _carried(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return _is_public(inner)
    if address == _AZURE_PLATFORM or address.is_multicast:
        return False
    if isinstance(address, IPv6Address) and address in _SITE_LOCAL:
        return False
    return address.is_global


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that a packet to an IPv6 address ends at, None where it has none."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or address in _COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
