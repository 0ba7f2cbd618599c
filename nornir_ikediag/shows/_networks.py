"""Networks as the device prints them (address and mask, prefix, first and last) to the one form of the model."""

import ipaddress
from functools import lru_cache
from socket import inet_aton, inet_ntoa

_PREFIX_OF = {(0xFFFFFFFF << (32 - bits)) & 0xFFFFFFFF: bits for bits in range(33)}


def network(address: str, mask: str) -> str:
    """`10.0.0.0` and `255.255.255.0` (or `24`) to `10.0.0.0/24`; what is no address (a name) stays as it is."""
    try:
        bits = int.from_bytes(inet_aton(mask), "big") if "." in mask else -1
        if bits in _PREFIX_OF and address.count(".") == 3:
            value = int.from_bytes(inet_aton(address), "big") & bits
            return f"{inet_ntoa(value.to_bytes(4, 'big'))}/{_PREFIX_OF[bits]}"
        return str(ipaddress.ip_network(f"{address}/{_bits_of_ipv6(mask) if ':' in mask else mask}", strict=False))
    except (OSError, ValueError):
        return address if mask in ("255.255.255.255", "32", "128", "") else f"{address}/{mask}"


@lru_cache(maxsize=64)
def _bits_of_ipv6(mask: str) -> int:
    return bin(int(ipaddress.IPv6Address(mask))).count("1")


def between(first: str, last: str) -> str:
    """`10.0.0.0` and `10.0.0.255` to `10.0.0.0/24`; a range that is no network, or is of names, to `first-last`."""
    try:
        low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
        parts = list(ipaddress.summarize_address_range(low, high)) if low.version == high.version else []
    except (ValueError, TypeError):
        parts = []
    return str(parts[0]) if len(parts) == 1 else f"{first}-{last}"
