"""Lines of the IPsec engine, which name no peer: to the quick mode whose SPI, or whose addresses, they name.

A log of `debug crypto ipsec` alone (or of syslog 602303) still tells which pair of SAs was made, with whom and for
what: then the quick mode is known by these lines only.
"""

from collections import OrderedDict
from collections.abc import Callable

from nornir_ikediag.model.event import Event
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_peer import Peer

_MOST_SPIS = 20_000
_BETWEEN_ENDS = frozenset({"outbound permit", "inbound permit", "inbound decrypt"})


class IpsecLines:
    """Whose the engine's lines are. ``peer_named`` gives the peer of a name, a new one if need be."""

    def __init__(self, peer_named: Callable[[str], Peer]) -> None:
        self._peer_named = peer_named
        self._by_spi: OrderedDict[str, Attempt] = OrderedDict()
        self._early: OrderedDict[str, list[Event]] = OrderedDict()  # lines of an SPI that nobody has named yet
        self._locals: set[str] = set()

    def learn(self, attempt: Attempt, event: Event) -> None:
        """IKE said which attempt an SPI belongs to."""
        for name in ("spi", "spi_in", "spi_out"):
            spi = event.fields.get(name)
            if spi:
                self._name(spi, attempt)

    def take(self, event: Event) -> bool:
        """Whether this is a line of the engine; it then went where it belongs, or waits."""
        if event.message not in ("ipsec-embryonic", "ipsec-rule"):
            return False
        spi = event.get("spi")
        attempt = self._by_spi.get(spi)
        if attempt is None and event.get("rule") in _BETWEEN_ENDS:
            attempt = self._by_addresses(event)
            if attempt is not None:
                self._name(spi, attempt)
        if attempt is None:
            self._early.setdefault(spi, []).append(event)
            if len(self._early) > _MOST_SPIS // 10:
                self._early.popitem(last=False)
            return True
        self._apply(attempt, event)
        return True

    def syslog(self, event: Event) -> None:
        """602303 and 602304: an SA was created or deleted between two ends."""
        attempt = self._by_spi.get(event.get("spi"))
        if event.get("what") == "sa-deleted":
            if attempt is not None:
                attempt.add(event)
                attempt.delete()
            return
        if attempt is None and event.peer is not None:
            attempt = self._of_peer(self._peer_named(event.peer), event)
            self._name(event.get("spi"), attempt)
        if attempt is not None:
            attempt.add(event)
            self._half(attempt, event, event.get("direction"))

    def _name(self, spi: str, attempt: Attempt) -> None:
        self._by_spi[spi] = attempt
        if len(self._by_spi) > _MOST_SPIS:
            self._by_spi.popitem(last=False)
        for event in self._early.pop(spi, ()):
            self._apply(attempt, event)

    def _by_addresses(self, event: Event) -> Attempt | None:
        """The attempt with the peer at the far end of a rule that lets the tunnel's own packets pass."""
        source, destination = event.get("source").partition("/")[0], event.get("destination").partition("/")[0]
        local, far = (source, destination) if event.get("rule").startswith("outbound") else (destination, source)
        if not far:
            return None
        attempt = self._of_peer(self._peer_named(far), event)
        attempt.peer, attempt.local = far, attempt.local or local or None
        return attempt

    def _of_peer(self, peer: Peer, event: Event) -> Attempt:
        for attempt in (peer.focus, *reversed(peer.quick.values())):
            if attempt is not None and attempt.quick is not None and (attempt.running or attempt.is_near(event)):
                return attempt
        return peer.new_quick(event, "")

    def _apply(self, attempt: Attempt, event: Event) -> None:
        attempt.add(event)
        rule = event.get("rule")
        source, destination = event.get("source"), event.get("destination")
        if rule in _BETWEEN_ENDS:
            local = destination if rule.startswith("inbound") else source
            attempt.local = attempt.local or local.partition("/")[0] or None
            self._half(attempt, event, rule.partition(" ")[0])
        elif rule == "outbound encrypt":
            attempt.selects("local", source, event.get("protocol", "0"), event.get("source_port", "0"))
            attempt.selects("remote", destination, event.get("protocol", "0"), event.get("destination_port", "0"))
        elif rule == "inbound tunnel flow":
            attempt.selects("remote", source, event.get("protocol", "0"), event.get("source_port", "0"))
            attempt.selects("local", destination, event.get("protocol", "0"), event.get("destination_port", "0"))

    def _half(self, attempt: Attempt, event: Event, direction: str) -> None:
        """One of the two SAs of a pair that IKE said nothing of."""
        if not attempt.running and attempt.child_sas:
            return
        spi = event.get("spi")
        attempt.child(spi if direction == "inbound" else None, spi if direction == "outbound" else None)
        child = attempt.child_sas[-1]
        if child.spi_in and child.spi_out and attempt.peer and not attempt.sent and not attempt.received:
            self._peer_named(attempt.peer).succeed(attempt, event)
