"""One IKEv2 packet as a debug dumps it, and the events that it comes to.

Theory: `Tx`, `Rx`, `Sending Packet` or `Received Packet` begin a dump and name both ends; the header gives SPIs,
exchange, flags and message id; a line per payload follows with its insides and octets. IKE_AUTH and later exchanges are
encrypted: their payloads stand in a dump of their own, without addresses, after `Building packet for encryption;
contents are:` or `Decrypted packet:`. A dump is over when a line comes that belongs to no dump, and becomes events only
then.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from nornir_ikediag.debugs.ikev2_proposals import attributes
from nornir_ikediag.debugs.ikev2_told import Told
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.evidence import Evidence

_PACKET, _PROPOSAL = EventKind.PACKET, EventKind.PROPOSAL_OFFERED
_PROXY = {"sending": EventKind.PROXY_SENT, "received": EventKind.PROXY_RECEIVED}
_NOTIFY = {"sending": EventKind.NOTIFY_SENT, "received": EventKind.NOTIFY_RECEIVED}
_SPIS: tuple[str, ...] = ("spi_i", "spi_r")
_NOTIFIES_WITH_A_MEANING = {
    "COOKIE": EventKind.COOKIE_CHALLENGE,
    "INVALID_KE_PAYLOAD": EventKind.KE_WRONG_GROUP,
}

Direction = Literal["sending", "received"]


class Packet:
    """One dump. ``fields`` are those of the PACKET event, None for contents only, of the packet before or after it;
    ``peer`` and ``local`` are its ends. ``lines`` counts what was read of it."""

    def __init__(
        self,
        origin: Evidence,
        number: str | None,
        direction: Direction,
        fields: dict[str, str] | None = None,
        *,
        peer: str | None = None,
        local: str | None = None,
    ) -> None:
        self.number = number
        self.direction: Direction = direction
        self.fields = dict(fields or {})
        self.selector: dict[str, str] = {}  # the ports and protocol that the next addresses are about
        self.lines = 0
        self._origin = origin
        self._has_header = fields is not None
        self._ends = peer, local
        self._payloads: list[str] = []
        self._proposals: list[tuple[Evidence, dict[str, str]]] = []
        self._selectors: list[tuple[Evidence, dict[str, str]]] = []
        self._notifies: list[Evidence] = []
        self.transforms: list[tuple[str, str]] = []  # of the proposal that goes on: kind and value

    def add_payload(self, origin: Evidence, name: str) -> None:
        """A payload begins."""
        self._finish_proposal()
        self._payloads.append(name)
        if name.startswith("NOTIFY("):
            self._notifies.append(origin)

    def name_notify(self, name: str) -> None:
        """The notify payload says its name inside."""
        if self._payloads and self._payloads[-1].startswith("NOTIFY("):
            self._payloads[-1] = f"NOTIFY({name})"

    def add_proposal(self, origin: Evidence, fields: dict[str, str]) -> None:
        """A proposal begins; transforms follow."""
        self._finish_proposal()
        self._proposals.append((origin, fields))

    def add_transform(self, kind: str, value: str) -> None:
        """One transform of the proposal."""
        self.transforms.append((kind, value))

    def add_key_length(self, bits: str) -> None:
        """The attribute of the transform before."""
        kind, value = self.transforms[-1]
        if kind == "encryption":
            self.transforms[-1] = (kind, f"{value}-{bits}")

    def begin_selector(self, protocol: dict[str, str]) -> None:
        """A traffic selector; its ports and its addresses follow."""
        self.selector = dict(protocol)

    def add_selector(self, origin: Evidence, network: str) -> None:
        """The addresses of a traffic selector, which are the end of it."""
        payload = next((name for name in reversed(self._payloads) if name in ("TSi", "TSr")), "")
        self._selectors.append((origin, {"payload": payload, "network": network, **self.selector}))

    def tells(self) -> Iterator[tuple[Evidence, Told]]:
        """What the whole dump comes to: the packet, and what it offers, asks for and notifies."""
        self._finish_proposal()
        direction = {"direction": self.direction}
        if self._has_header:
            payloads = {"payloads": " ".join(self._payloads)} if self._payloads else {}
            yield self._origin, self._told(_PACKET, {**self.fields, **direction, **payloads, "tag": "PROTO"}, "packet")
        spis = {name: self.fields[name] for name in _SPIS if name in self.fields}
        for origin, fields in self._proposals:
            yield origin, self._told(_PROPOSAL, {**fields, **direction, **spis}, "proposal")
        for origin, fields in self._selectors:
            told = Told(
                _PROXY[self.direction], {**fields, **direction}, "traffic-selector", "recorded", None, None, None
            )
            yield origin, told
        names = [name[7:].rstrip(")").strip() for name in self._payloads if name.startswith("NOTIFY(")]
        for origin, name in zip(self._notifies, names, strict=False):
            yield origin, self._told(_NOTIFY[self.direction], {"name": name, **spis}, "notify")
            meaning = _NOTIFIES_WITH_A_MEANING.get(name)
            if meaning is not None:
                yield origin, self._told(meaning, {**direction, **spis}, "notify")

    def _told(self, kind: EventKind, fields: dict[str, str], message: str) -> Told:
        peer, local = self._ends
        return Told(kind, fields, message, "recorded", peer, local, None)

    def _finish_proposal(self) -> None:
        if self.transforms and self._proposals:
            origin, fields = self._proposals[-1]
            self._proposals[-1] = (origin, {**fields, **_offered(tuple(self.transforms))})
            self.transforms = []


@lru_cache(maxsize=1024)
def _offered(transforms: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The attributes of a proposal with these transforms, each a kind and a value."""
    values: dict[str, list[str]] = {}
    words: list[str] = []
    for kind, value in transforms:
        if value and kind not in ("esn", "unknown"):
            words.append(value)
            values.setdefault(kind, []).append(value)
    groups = attributes(" ".join(values.pop("dh_group", [])), "IKE").get("dh_group")
    joined = {kind: " ".join(dict.fromkeys(each)) for kind, each in values.items()}
    return {**joined, **({"dh_group": groups} if groups else {}), "proposal": " ".join(words)}
