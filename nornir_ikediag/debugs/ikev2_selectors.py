"""Traffic selectors in the words of IKEv2 syslog and debugs, as the fields of an event."""

import re
from functools import lru_cache
from ipaddress import IPv4Network, ip_address, summarize_address_range
from itertools import islice
from typing import Any, cast

_RANGE = re.compile(
    r"(?:Address Range: )?(?P<first>[0-9A-Fa-f.:]+) ?- ?(?P<last>[0-9A-Fa-f.:]+)"
    r"(?: Protocol: (?P<protocol>\d+))?(?: Port Range: (?P<low>\d+) ?- ?(?P<high>\d+))?"
)
_MASKED = re.compile(r"(?P<address>[\d.]+)/(?P<mask>\d+\.[\d.]+)/(?P<low>\d+)/(?P<high>\d+)/(?P<protocol>\d+)")
_ALL = IPv4Network("0.0.0.0/0")


def described(side: str, text: str) -> dict[str, str]:
    """``side`` is local or remote. The network under that name, and ``<side>_protocol`` and ``<side>_ports`` where they
    are not any; the text as printed where it has another form."""
    text = " ".join(text.split())
    found = _RANGE.match(text)
    if found is not None:
        network = networks(found["first"], found["last"])
    else:
        found = _MASKED.match(text)
        if found is None:
            return {side: text}
        network = _masked(found["address"], found["mask"])
    fields = {side: network}
    if found["protocol"] and found["protocol"] != "0":
        fields[f"{side}_protocol"] = found["protocol"]
    if found["low"] and ports(found["low"], found["high"]) != "0":
        fields[f"{side}_ports"] = ports(found["low"], found["high"])
    return fields


@lru_cache(maxsize=1024)
def networks(first: str, last: str) -> str:
    """A range of addresses as a prefix where it is one, else as ``first-last``; as printed where it is no range."""
    try:
        low, high = ip_address(first), ip_address(last)
        blocks = list(islice(summarize_address_range(cast(Any, low), cast(Any, high)), 2))
    except (ValueError, TypeError):
        return f"{first}-{last}"
    return str(blocks[0]) if len(blocks) == 1 else f"{first}-{last}"


def ports(first: str, last: str) -> str:
    """A range of ports: ``443``, ``1000-2000``, or ``0`` for any."""
    if first == last:
        return first
    return "0" if (first, last) == ("0", "65535") else f"{first}-{last}"


def _masked(address: str, mask: str) -> str:
    """751022 prints a network with its mask, or (as documented) the first and the last address; any is both ends."""
    if address == _ALL.network_address.compressed and mask == _ALL.broadcast_address.compressed:
        return str(_ALL)
    try:
        return str(IPv4Network(f"{address}/{mask}", strict=False))
    except ValueError:
        return f"{address}/{mask}" if mask.startswith("255.") else networks(address, mask)
