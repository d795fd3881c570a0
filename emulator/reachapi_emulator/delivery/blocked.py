"""Where nothing is ever sent: link-local addresses, and a cloud's metadata service.

A machine's credentials are to be had there by whoever can make it POST.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NETWORKS = tuple(
    map(
        ip_network,
        (
            "169.254.0.0/16",  # link-local, with the metadata service of most clouds
            "100.100.100.200/32",  # Alibaba Cloud
            "168.63.129.16/32",  # Azure
            "192.0.0.192/32",  # Oracle Cloud
            "fe80::/10",  # link-local
            "fd00:ec2::/32",  # AWS
            "fd20:ce::254/128",  # Google Cloud
            "fd00:42::42/128",  # Scaleway
            "fd00:c1::a9fe:a9fe/128",  # Oracle Cloud
        ),
    )
)
_NAMES = frozenset(
    {
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "metadata.tencentyun.com",
        "instance-data.ec2.internal",
    }
)
_CONTAINER_HOSTS = {
    "host.containers.internal": "169.254.1.2",
    "host.docker.internal": "169.254.1.2",
}
"""What Podman calls the machine under a container, and where it puts it."""

_IN_THE_LAST_BITS = tuple(
    map(
        ip_network,
        (
            "::/96",  # IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # translated (RFC 2765)
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",  # NAT64 of a network's own
        ),
    )
)
_ISATAP = (0x5EFE, 0x200_5EFE)


def is_blocked_name(host: str) -> bool:
    """Tell whether a host name in lower case is that of a metadata service."""
    return host.removesuffix(".") in _NAMES


def is_blocked(address: str, host: str = "") -> bool:
    """Tell whether nothing may be sent to an address.

    Args:
        address: IPv4 or IPv6, with a zone perhaps; one with an IPv4 address in
            it stands for that one too.
        host: the name that leads to it, in lower case.
    """
    if _CONTAINER_HOSTS.get(host) == address:
        return False
    return any(
        each.version == network.version and each in network
        for each in _meanings(ip_address(address))
        for network in _NETWORKS
    )


def _meanings(
    address: IPv4Address | IPv6Address,
) -> Iterator[IPv4Address | IPv6Address]:
    yield address
    if isinstance(address, IPv6Address):
        last = IPv4Address(int(address) & 0xFFFF_FFFF)
        if any(address in network for network in _IN_THE_LAST_BITS):
            yield last
        if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
            yield last
        yield from (address.teredo or ())
        if address.sixtofour is not None:
            yield address.sixtofour
