"""Which addresses of the internet may be spoken to on behalf of somebody who only gave a URL."""

import ipaddress
import re

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NUMERIC = re.compile(r"\d+|0[xX][0-9a-fA-F]*")
_NOT_PUBLIC = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; a cloud's metadata at 100.100.100.200
        "168.63.129.16/32",  # a cloud's metadata, at a public address
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays to 6to4
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",  # IPv4 written as IPv6
        "64:ff9b::/96",  # NAT64: IPv4 behind it
        "64:ff9b:1::/48",
        "2001::/23",  # Teredo and other protocols
        "2002::/16",  # 6to4: IPv4 behind it
        "fec0::/10",
    )
]
_UNICAST = ipaddress.ip_network("2000::/3")


def is_public(address: Address) -> bool:
    """Whether it is a machine of the open internet: not here, not next door, not a way around to either."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _UNICAST:
            return False
    odd = address.is_multicast or address.is_reserved or address.is_private or address.is_link_local
    return address.is_global and not odd and not any(address in network for network in _NOT_PUBLIC)


def literal(host: str) -> Address | None:
    """The address that a host is, when it is written as one. None: it is a name.

    Raises:
        ValueError: a number that some programs would take for an address: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
    """
    if ":" in host:
        return ipaddress.IPv6Address(host)
    if _NUMERIC.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return ipaddress.IPv4Address(host)
    return None
