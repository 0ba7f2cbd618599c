"""Which crypto map entry stands in front of a peer's own and catches its traffic."""

import ipaddress

from nornir_ikediag.model.configuration import AccessListEntry, Configuration, CryptoMapEntry
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation


def taken(attempt: Negotiation, own: CryptoMapEntry) -> Event | None:
    """The line by which an entry in front of the peer's own was taken."""
    checks = attempt.all(EventKind.CRYPTO_MAP_CHECK)
    matches = [one for one in checks if one.get("result") == "match" and one.get("sequence").isdigit()]
    same_map = [one for one in matches if one.get("crypto_map") in ("", own.name)]
    return next((one for one in same_map if int(one.get("sequence")) < own.sequence), None)


def catches(configuration: Configuration, own: CryptoMapEntry) -> CryptoMapEntry | None:
    """An earlier entry of the same map that is dynamic, or whose ACL protects traffic of the peer's own ACL."""
    mine = [line for line in configuration.access_lists if line.name == own.access_list and line.permit]
    for entry in sorted(configuration.crypto_maps, key=lambda entry: entry.sequence):
        if entry.name != own.name or entry.sequence >= own.sequence or set(entry.peers) & set(own.peers):
            continue
        theirs = [line for line in configuration.access_lists if line.name == entry.access_list and line.permit]
        if entry.dynamic_map or any(_overlap(one, other) for one in mine for other in theirs):
            return entry
    return None


def _overlap(one: AccessListEntry, other: AccessListEntry) -> bool:
    pairs = ((one.local, other.local), (one.remote, other.remote))
    try:
        networks = [(ipaddress.ip_network(a or ""), ipaddress.ip_network(b or "")) for a, b in pairs]
    except ValueError:  # an object or a range: unread, so no proof
        return False
    return all(a.version == b.version and a.overlaps(b) for a, b in networks)
