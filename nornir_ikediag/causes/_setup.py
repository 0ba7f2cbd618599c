"""What the configuration of a peer lacks, and which lack a line blames that only says "mis-configuration".

Three sources, the plainest first: a line that names the fault; a line that says that the tunnel cannot be initiated
(%ASA-4-752006, 713042, 713063), blamed on what the configuration shows to be missing; and, where no log shows any
exchange with the peer, the configuration alone, if somebody wants the tunnel and it is not up. The absence of a
configuration line proves something only in a section that was read to its end.
"""

from dataclasses import dataclass

from nornir_ikediag.causes._attempts import capped, failed_with, is_loose
from nornir_ikediag.causes._findings import seen_in
from nornir_ikediag.causes._wording import few, join
from nornir_ikediag.model.configuration import Configuration, CryptoMapEntry, TunnelGroup
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import IkeVersion
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Confidence

UNSPECIFIC = (EventKind.KEY_ACQUIRE_FAILED, EventKind.INITIATION_IMPOSSIBLE)
WANTED = ("down", "negotiating")


@dataclass(frozen=True, slots=True)
class Suspect:
    """What speaks for a fault in the configuration."""

    evidence: tuple[Evidence, ...]
    confidence: Confidence
    event: Event | None = None
    attempt: Negotiation | None = None
    what: str = ""
    said: tuple[tuple[Negotiation, Event], ...] = ()  # every attempt that it speaks of

    @property
    def count(self) -> int:
        """How often."""
        return len(self.said) or 1

    @property
    def seen(self) -> tuple[Event, ...]:
        """See :func:`seen_in`."""
        return seen_in(self.said)

    @property
    def by_configuration(self) -> bool:
        """Whether no line of a log says so."""
        return self.event is None


@dataclass(frozen=True, slots=True)
class Lack:
    """The cause that the configuration of this peer shows, what is missing, and the lines to look at."""

    cause: str
    what: str
    lines: tuple[Evidence, ...]
    sure: bool = True


def suspect(tunnel: Tunnel, cause: str, *kinds: EventKind) -> Suspect | None:
    """What speaks for this cause; ``kinds`` are the lines that name it."""
    said = failed_with(tunnel, *kinds) if kinds else ()
    unspecific = failed_with(tunnel, *UNSPECIFIC)
    waits = tunnel.state in WANTED and not tunnel.negotiations
    lack = lacking(tunnel) if said or unspecific or waits else None
    if said:
        attempt, event = said[0]
        lines = few(event, lack.lines if lack and lack.cause == cause else ())
        what = event.get("missing") or event.get("reason") or event.get("name")
        return Suspect(lines, capped("certain", event), event, _whole(attempt), what, said)
    blamed = [(attempt, event) for attempt, event in unspecific if _blames(event, lack) == cause]
    if blamed:
        attempt, event = blamed[0]
        mine = lack if lack and lack.cause == cause else None
        sure: Confidence = "likely" if mine else "possible"
        lines = few(event, mine.lines if mine else ())
        return Suspect(lines, sure, event, _whole(attempt), mine.what if mine else "", tuple(blamed))
    if lack is None or lack.cause != cause or not waits:
        return None
    return Suspect(few(lack.lines), "likely" if lack.sure else "possible", what=lack.what)


def skipped(tunnel: Tunnel) -> Suspect | None:
    """An entry was passed over because it is incomplete, no other entry's ACL was even compared, and nothing matched.
    On the way to a dynamic map that matches, an incomplete entry is as it should be."""
    refused = failed_with(tunnel, EventKind.CRYPTO_MAP_NOT_FOUND, EventKind.SELECTORS_REFUSED)
    told = [(attempt, event, passed) for attempt, event in refused if (passed := _passed_over(attempt))]
    if not told:
        return None
    attempt, event, passed = told[0]
    what = passed[0].get("missing") or ("match address" if passed[0].get("result") == "no-acl" else "")
    seen = tuple((attempt, entries[0]) for attempt, _, entries in told)
    return Suspect(few(passed, event), capped("likely", passed[0]), passed[0], _whole(attempt), what, seen)


def _passed_over(attempt: Negotiation) -> list[Event]:
    checks = attempt.all(EventKind.CRYPTO_MAP_CHECK)
    if any(one.get("result") in ("no-match", "match") for one in checks):
        return []
    return [one for one in checks if one.get("result") in ("incomplete", "no-acl")]


def lacking(tunnel: Tunnel) -> Lack | None:
    """The first thing that the configuration of this peer lacks, in the order in which the device would need it."""
    configuration = tunnel.device.configuration
    entries = tuple(one for one in static_entries(tunnel) if one.kind == "static")
    if configuration is None or not entries:
        return None
    checks = (_not_applied, _incomplete, _not_enabled, _no_group, _no_key, _not_allowed, _answer_only)
    found = (check(tunnel, configuration, entries) for check in checks)
    return next((lack for lack in found if lack is not None), None)


def static_entries(tunnel: Tunnel) -> tuple[CryptoMapEntry, ...]:
    """The entries that name this peer."""
    return tunnel.configuration.crypto_maps if tunnel.configuration else ()


def versions_of(entries: tuple[CryptoMapEntry, ...]) -> tuple[IkeVersion, ...]:
    """The IKE versions that these entries have proposals for."""
    versions: list[IkeVersion] = []
    if any(entry.transform_sets for entry in entries):
        versions.append(1)
    if any(entry.ikev2_proposals for entry in entries):
        versions.append(2)
    return tuple(versions)


def missing_parts(entry: CryptoMapEntry) -> tuple[str, ...]:
    """What a static entry needs and does not have."""
    parts = (
        ("match address", entry.access_list is None),
        ("set peer", not entry.peers),
        ("set transform-set or ikev2 ipsec-proposal", not (entry.transform_sets or entry.ikev2_proposals)),
    )
    return tuple(name for name, missing in parts if missing)


def group_of(tunnel: Tunnel) -> TunnelGroup | None:
    """The tunnel-group of this peer, if it was read."""
    return tunnel.configuration.tunnel_group if tunnel.configuration else None


def _whole(attempt: Negotiation) -> Negotiation | None:
    return None if is_loose(attempt) else attempt


def _blames(event: Event, lack: Lack | None) -> str:
    reason = event.get("reason")
    if reason == "memory":
        return "out-of-memory"
    if "own address" in reason:
        return "crypto-map-peer-mismatch"
    return lack.cause if lack else "crypto-map-incomplete"


def _not_applied(_: Tunnel, configuration: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    if "crypto" not in configuration.complete or any(entry.interfaces for entry in entries):
        return None
    name = entries[0].name
    return Lack("crypto-map-not-applied", f"`crypto map {name} interface …` is missing", (entries[0].origin,))


def _incomplete(_: Tunnel, configuration: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    missing = missing_parts(entries[0])
    if "crypto" not in configuration.complete or not missing:
        return None
    return Lack("crypto-map-incomplete", join(missing), entries[0].lines or (entries[0].origin,))


def _not_enabled(_: Tunnel, configuration: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    versions = versions_of(entries)
    interfaces = {name for entry in entries for name in entry.interfaces}
    if "crypto" not in configuration.complete or not versions or not interfaces:
        return None
    enabled = {(version, name) for version, name, _ in configuration.ike_enabled}
    if any((version, name) in enabled for version in versions for name in interfaces):
        return None
    elsewhere = tuple(line for version, _, line in configuration.ike_enabled if version in versions)
    what = f"IKEv{join(map(str, versions), 'or')} is not enabled on {join(sorted(interfaces))}"
    return Lack("ike-not-enabled", what, (entries[0].origin, *elsewhere))


def _no_group(tunnel: Tunnel, configuration: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    if "tunnel-group" not in configuration.complete or group_of(tunnel) is not None:
        return None
    default = configuration.tunnel_group("DefaultL2LGroup")
    if default is not None and default.ikev1_pre_shared_key:
        return None
    return Lack("tunnel-group-missing", f"tunnel-group {tunnel.peer}", (entries[0].origin,))


def _no_key(tunnel: Tunnel, configuration: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    group = group_of(tunnel)
    if group is None or "tunnel-group" not in configuration.complete or group.trustpoint:
        return None
    if 1 in versions_of(entries) and group.ikev1_pre_shared_key is not False:
        return None
    if 2 in versions_of(entries) and (group.ikev2_local_authentication or group.ikev2_remote_authentication):
        return None
    return Lack("pre-shared-key-missing", group.name, group.lines or (group.origin,))


def _not_allowed(tunnel: Tunnel, _: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    policy = tunnel.configuration.group_policy if tunnel.configuration else None
    if policy is None or not policy.protocols:
        return None
    allowed = {protocol.lower() for protocol in policy.protocols}
    names = {1: {"ikev1", "ipsec"}, 2: {"ikev2"}}
    if not versions_of(entries) or any(names[version] & allowed for version in versions_of(entries)):
        return None
    line = next((line for line in policy.lines if "vpn-tunnel-protocol" in line.text), policy.origin)
    return Lack("vpn-protocol-not-allowed", policy.name, (line,))


def _answer_only(_: Tunnel, __: Configuration, entries: tuple[CryptoMapEntry, ...]) -> Lack | None:
    entry = entries[0]
    if entry.connection_type != "answer-only":
        return None
    line = next((line for line in entry.lines if "connection-type" in line.text), entry.origin)
    return Lack("connection-type-conflict", "answer-only", (line,), sure=False)
