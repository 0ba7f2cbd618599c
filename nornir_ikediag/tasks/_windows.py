"""Whether a debug window is needed, whom it has to watch, and when it has seen enough."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.device.commands import is_address
from nornir_ikediag.device.preflight import MOST_UNCONDITIONAL_SESSIONS
from nornir_ikediag.device.window import WindowRequest
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.report import Finding, ReportDevice, ReportTunnel
from nornir_ikediag.protocol import Replay

MOST_CONDITIONS: Final = 8
_FINE: Final = frozenset({"up", "rekeying"})
_SYMPTOMS: Final = frozenset({"undetermined", "tunnel-down", "phase2-missing", "tunnel-negotiating", "tunnel-flapping"})


Concluded = Callable[[Sequence[str]], bool]
"""Asked with the lines that are new whether the window has seen enough."""


def up(device: ReportDevice) -> frozenset[str]:
    """The peers whose tunnels need no explanation."""
    return frozenset(tunnel.peer for tunnel in device.tunnels if tunnel.state in _FINE)


def unexplained(device: ReportDevice) -> tuple[ReportTunnel, ...]:
    """The tunnels that are not up and for which no finding settles why."""
    return tuple(
        tunnel
        for tunnel in device.tunnels
        if tunnel.state not in _FINE and not any(_explains(finding, tunnel) for finding in device.findings)
    )


def may_hide_users(device: ReportDevice) -> bool:
    """Whether remote access is configured: users who are refused leave nothing that a show command shows."""
    groups = device.configuration.tunnel_groups
    return any(entry.kind == "dynamic" for entry in device.configuration.crypto_maps) or any(
        group.type in ("remote-access", "ipsec-ra") for group in groups
    )


def needs_window(device: ReportDevice, peer: str | None) -> bool:
    """Whether what show commands say leaves the question open."""
    if unexplained(device):
        return True
    if peer is not None:
        return not device.tunnels
    return may_hide_users(device) and not any(_is_reason(finding) for finding in device.findings)


def request(device: ReportDevice, peer: str | None, *, seconds: float, force: bool, ike_sessions: int) -> WindowRequest:
    """The window that would answer the question: whom to watch, in which IKE versions."""
    watched = _watched(device, peer, many=ike_sessions > MOST_UNCONDITIONAL_SESSIONS)
    peers = dict.fromkeys(tunnel.peer for tunnel in watched)
    if peer is not None and is_address(peer):
        peers[peer] = None
    return WindowRequest(
        peers=tuple(peers),
        ike_versions=_versions(device, watched),
        seconds=seconds,
        force=force,
        ike_sessions=ike_sessions,
    )


def _watched(device: ReportDevice, peer: str | None, *, many: bool) -> tuple[ReportTunnel, ...]:
    """The tunnels to confine debugging to; none stands for everybody.

    When nobody named a peer and nothing shows that a tunnel is wanted, the one that fails may be a stranger to this
    configuration, or a remote user: then everybody is listened to, unless they are too many.
    """
    tunnels = [tunnel for tunnel in unexplained(device) or device.tunnels if is_address(tunnel.peer)]
    if peer is None:
        wanted = [tunnel for tunnel in unexplained(device) if tunnel.state != "idle" and is_address(tunnel.peer)]
        tunnels = wanted or (tunnels if many else [])
    return tuple(tunnels) if len(tunnels) <= MOST_CONDITIONS else ()


def until_concluded(peers: Sequence[str], fine: Collection[str] = (), who: str | None = None) -> Concluded:
    """Reads the lines of a window as they come; true once a negotiation with each of these peers has ended.

    Without peers, one of the user or tunnel-group ``who``; without a name either, one with anybody but those in
    ``fine``: a rekey of a tunnel that is up answers nobody's question.
    """
    reader, replay = LogReader("debug"), Replay()
    read = 0
    others: set[str] = set()

    def is_named(event: Event) -> bool:
        names = (event.username, event.tunnel_group, event.peer)
        return who is not None and who.lower() in {name.lower() for name in names if name}

    def concluded(lines: Sequence[str]) -> bool:
        nonlocal read
        for line in lines:
            read += 1
            for event in reader.feed(read, line):
                replay.feed(event)
                if event.peer is not None and (is_named(event) if who else event.peer not in fine):
                    others.add(event.peer)
        if peers:
            return all(replay.concluded(peer) for peer in peers)
        return any(replay.concluded(peer) for peer in others)

    return concluded


def _versions(device: ReportDevice, watched: Sequence[ReportTunnel]) -> tuple[int, ...]:
    """What the configuration of these peers asks for. An IKEv2 peer under an IKEv1 debug is silence."""
    versions: set[int] = set()
    for tunnel in watched:
        configured = _configured_versions(device, tunnel)
        versions |= configured or {1, 2}
    if not watched:
        versions |= {policy.ike_version for policy in device.configuration.ike_policies}
    return tuple(sorted(versions)) or (1, 2)


def _configured_versions(device: ReportDevice, tunnel: ReportTunnel) -> set[int]:
    versions: set[int] = {tunnel.ike_version} if tunnel.ike_version else set()
    for entry in device.configuration.crypto_maps:
        if tunnel.peer in entry.peers:
            versions |= ({1} if entry.transform_sets else set()) | ({2} if entry.ikev2_proposals else set())
    return versions


def _explains(finding: Finding, tunnel: ReportTunnel) -> bool:
    return _is_reason(finding) and (finding.peer in (None, tunnel.peer))


def _is_reason(finding: Finding) -> bool:
    """Whether the finding settles it: certain, or likely with nothing else that a log could tell it from."""
    settled = finding.confidence == "certain" or (finding.confidence == "likely" and not finding.alternatives)
    return settled and finding.severity in ("critical", "error") and finding.cause not in _SYMPTOMS
