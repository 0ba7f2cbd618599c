"""Which networks a child SA was asked for, as this device sees them."""

import ipaddress

from nornir_ikediag.causes._configured import entries, read
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

_ANY = ("0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0", "0.0.0.0-255.255.255.255")


def asked_for(attempt: Negotiation, event: Event) -> tuple[str, str]:
    """The local and the remote network, from the line itself, the selectors, or the proxies that were exchanged."""
    local, remote = _asked_for(attempt, event)
    # 751022 prints the range 0.0.0.0 to 255.255.255.255 so that it looks like the mask of a host
    return (_ANY[0] if local == "0.0.0.0/32" else local), (_ANY[0] if remote == "0.0.0.0/32" else remote)


def _asked_for(attempt: Negotiation, event: Event) -> tuple[str, str]:
    local, remote, known = event.get("local"), event.get("remote"), attempt.selectors
    # `Crypto Map Policy not found for Src:…, Dst:…` prints no masks
    unmasked = known is not None and known.local.network.startswith(f"{local}/")
    if local and remote and not unmasked:
        return local, remote
    if known is not None:
        return known.local.network, known.remote.network
    for kind in (
        EventKind.PROXY_RECEIVED,
        EventKind.PROXY_SENT,
        EventKind.INITIATOR_STARTS,
        EventKind.SELECTORS_REFUSED,
    ):
        sides = {one.get("side"): one.get("network") for one in attempt.all(kind)}
        named = attempt.first(kind)
        if sides.get("local") and sides.get("remote"):
            return sides["local"], sides["remote"]
        if named and named.get("local") and named.get("remote"):
            return named.get("local"), named.get("remote")
    return "", ""


def as_configured(network: str) -> str:
    """A network as an access-list line spells it: `10.1.1.0 255.255.255.0`, `host 10.1.1.5`, `any`."""
    if network.startswith(_ANY):
        return "any"
    try:
        block = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return network or "<network>"
    if block.num_addresses == 1:
        return f"host {block.network_address}"
    return f"{block.network_address} {block.netmask}" if block.version == 4 else str(block)


def protected(tunnel: Tunnel, pair: str = "local {}, remote {}") -> str:
    """What our crypto ACLs have for this peer, in words; empty where they were not read."""
    names = {entry.access_list for entry in entries(tunnel)}
    lines = [line for line in read(tunnel).access_lists if line.name in names and line.permit]
    pairs = [pair.format(line.local, line.remote) for line in lines if line.local and line.remote]
    more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
    return "; ".join(pairs[:3]) + more


def is_any_to_any(local: str, remote: str) -> bool:
    """Whether both sides are everything, which is how a route-based peer proposes."""
    return local.startswith(_ANY) and remote.startswith(_ANY)


def proxy_lines(attempt: Negotiation) -> tuple[Event, ...]:
    """The lines that show what was asked for and how the crypto map answered."""
    checks = [one for one in attempt.all(EventKind.CRYPTO_MAP_CHECK) if one.get("result") == "no-match"]
    lists = [one for one in attempt.all(EventKind.EXPECTED_POLICY) if one.get("protocol").upper() == "ESP"]
    refused = attempt.all(EventKind.CRYPTO_MAP_NOT_FOUND, EventKind.SELECTORS_REFUSED)
    return (*refused, *attempt.all(EventKind.PROXY_RECEIVED, EventKind.PROXY_SENT)[:2], *checks[:2], *lists[:1])
