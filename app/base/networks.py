"""Network addresses as requests carry them."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def address_of(text: str | None) -> IPv4Address | IPv6Address | None:
    """Read an address; None where there is none.

    An IPv4 address that comes written as IPv6 (a server that listens on both) is itself:
    all of them share one network of IPv6.
    """
    try:
        parsed = ip_address(text or "")
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
