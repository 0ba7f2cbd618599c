"""What the reports call things. The model's words are for programs; these are for the person on call."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.report import Finding, ReportDevice, ReportNegotiation, ReportTunnel
from nornir_ikediag.model.sa import Selector, Selectors
from nornir_ikediag.model.tunnel import TunnelState

SIDES = {
    "local": "this end",
    "peer": "the peer's end",
    "path": "the path between the two ends",
    "unknown": "open, what was read does not tell whose",
}
EFFECTS = {
    "read-only": "reads only",
    "resets-this-tunnel": "resets this tunnel",
    "changes-configuration": "changes configuration",
}
EXCHANGES = {
    "main-mode": "main mode",
    "aggressive-mode": "aggressive mode",
    "quick-mode": "quick mode",
    "ikev2": "IKEv2",
    "unknown": "IKE",
}
PHASES = {
    "reachability": "before phase 1 is through: packets do not arrive",
    "configuration": "configuration of the tunnel",
    "phase1": "phase 1, IKE policy",
    "authentication": "phase 1, authentication",
    "xauth": "between the phases, user authentication",
    "mode-config": "between the phases, address assignment",
    "phase2": "phase 2, IPsec",
    "lifecycle": "after it was up",
    "state": "as the SAs stand",
    "data-path": "data through the tunnel",
    "resource": "resources of the device",
    "protocol": "packets of the protocol",
    "device": "the device, no phase of a tunnel",
}
# What a failure that nothing explains was an attempt at. The first exchanges of IKEv2 are both phases.
_ATTEMPTED = {"main-mode": "phase 1", "aggressive-mode": "phase 1", "quick-mode": PHASES["phase2"]}
_NOT_TOLD = "the log does not tell which"
_SUSPECTS_OF_PHASE2 = frozenset({"proxy-identity-mismatch", "ipsec-transform-mismatch", "pfs-mismatch"})
# Of times in lines that bear no year (and of an ASA whose clock was never set).
ASSUMED_YEAR = 2000
STATE_STYLES: dict[TunnelState, str] = {
    "up": "green",
    "rekeying": "green",
    "partial": "yellow",
    "phase1-only": "yellow",
    "negotiating": "yellow",
    "idle": "",
    "down": "bold red",
    "unknown": "magenta",
}
SEVERITY_STYLES = {"critical": "bold red", "error": "red", "warning": "yellow", "info": "cyan"}
SEVERITY_RANK = {"critical": 0, "error": 1, "warning": 2, "info": 3}
TO_ACT_ON = frozenset({"critical", "error", "warning"})

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str) -> str:
    """Device text for a terminal: control, formatting and direction characters become visible escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text.expandtabs())


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def phase(finding: Finding, negotiation: ReportNegotiation | None) -> str:
    """Which phase of a tunnel a finding is about; of one that no line explains, the exchange tells."""
    if finding.family == "device" and negotiation is not None:
        return PHASES["phase2"] if negotiation.stage == "phase2" else _ATTEMPTED.get(negotiation.exchange, _NOT_TOLD)
    if finding.cause == "undetermined":
        suspects = {one.cause for one in finding.alternatives}
        return PHASES["phase2"] if suspects and suspects <= _SUSPECTS_OF_PHASE2 else _NOT_TOLD
    return PHASES.get(finding.family, finding.family)


def proof(finding: Finding, device: ReportDevice) -> tuple[Evidence, ...]:
    """The lines that prove a finding, without those that only repeat its summary: a failed login has no other."""
    said = _sentence(finding.summary, device)
    return tuple(line for line in finding.evidence if _sentence(line.text, device) != said)


def not_judged(device: ReportDevice) -> tuple[str, ...]:
    """Why a device was not judged, without what a finding of it says already, and without its name in front."""
    said = {_sentence(finding.summary, device) for finding in device.findings}
    reasons = (reason.removeprefix(f"{device.name}: ") for reason in device.not_judged)
    return tuple(reason for reason in reasons if _sentence(reason, device) not in said)


def _sentence(text: str, device: ReportDevice) -> str:
    return text.strip().removeprefix(f"{device.name}: ").removesuffix(".").casefold()


def where(evidence: Evidence) -> str:
    """`source:line`, as editors take it."""
    return printable(f"{evidence.source}:{evidence.line}")


def moment(time: datetime | None) -> str:
    """A time to the second, with its zone if it has one, without a year that was only assumed; empty for None."""
    if time is not None and time.year == ASSUMED_YEAR:
        return time.strftime("%m-%d %H:%M:%S")
    return "" if time is None else time.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")


def seen(count: int, first: datetime | None, last: datetime | None) -> str:
    """`seen 57 times from … to …`, as far as it is known."""
    times = f"{count:,} times" if count > 1 else ""
    if first is None or last is None or first == last:
        at = f"at {moment(first)}" if first else ""
    else:
        at = f"from {moment(first)} to {moment(last)}"
    return " ".join(part for part in ("seen" if times or at else "", times, at) if part)


def span(seconds: int) -> str:
    """A duration in its two largest units: `3 d 4 h`, `2 min 5 s`."""
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def plural(count: int, noun: str) -> str:
    """`1 tunnel`, `2 tunnels`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listed(items: Iterable[str]) -> str:
    """Items joined by a middle dot, empty ones left out."""
    return " · ".join(item for item in items if item)


def selector(one: Selector) -> str:
    """`10.0.0.0/24`, with protocol and port where they are not any."""
    suffix = "" if one.protocol == 0 else f" protocol {one.protocol}"
    return printable(one.network + suffix + ("" if one.port in ("0", "0-65535") else f" port {one.port}"))


def selectors(pair: Selectors) -> str:
    """`local <-> remote`."""
    return f"{selector(pair.local)} <-> {selector(pair.remote)}"


def whom(tunnel: ReportTunnel | ReportNegotiation | Finding) -> str:
    """Peer, tunnel-group and user, as far as known and different."""
    group = tunnel.tunnel_group if tunnel.tunnel_group != tunnel.peer else None
    named = tunnel.peer_name if isinstance(tunnel, ReportTunnel) and tunnel.peer_name != tunnel.peer else None
    parts = (
        tunnel.peer or "",
        named or "",
        f"group {group}" if group else "",
        f"user {tunnel.username}" if tunnel.username else "",
    )
    return printable(listed(parts))


def tunnel_of(finding: Finding, device: ReportDevice) -> ReportTunnel | None:
    """The tunnel that a finding is about, or None for one about the device."""
    if finding.peer is None:
        return None
    same = [tunnel for tunnel in device.tunnels if tunnel.peer == finding.peer]
    exact = [tunnel for tunnel in same if tunnel.username == finding.username]
    return next(iter(exact or same), None)


def negotiation_of(finding: Finding, device: ReportDevice) -> ReportNegotiation | None:
    """The negotiation that a finding is about, or None."""
    return next((one for one in device.negotiations if one.id == finding.negotiation), None)


def state(name: TunnelState) -> str:
    """`phase 1 only`, `down`: a tunnel's state as one says it."""
    return "phase 1 only" if name == "phase1-only" else name


def lasting(tunnel: ReportTunnel) -> str:
    """`down since 2026-11-24 06:10:02`, or the bare state."""
    return state(tunnel.state) + (f" since {moment(tunnel.since)}" if tunnel.since else "")


def attempt(negotiation: ReportNegotiation) -> str:
    """`main mode as initiator, failed at MM_WAIT_MSG6`."""
    role = f" as {negotiation.role}" if negotiation.role != "unknown" else ""
    stopped = f" at {printable(negotiation.stopped_at)}" if negotiation.stopped_at else ""
    outcome = {"established": "established", "deleted": "established and deleted"}.get(negotiation.outcome)
    return f"{EXCHANGES[negotiation.exchange]}{role}, {outcome or negotiation.outcome + stopped}"
