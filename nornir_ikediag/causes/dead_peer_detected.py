"""Keepalives went unanswered and the tunnel was torn down.

What you see
`IKE lost contact with remote peer, deleting connection (keepalive type: DPD)`, a session that ends for `Lost
Service`; in IKEv2 `Maximum number of retransmissions reached` while the SA was up.

What it means
The peer did not answer R-U-THERE (RFC 3706) or the empty INFORMATIONAL of IKEv2: it is down, it restarted, the path is
interrupted, or it has forgotten the SA and ignores us.

How to be sure
See whether the peer's public address answers at all, whether other tunnels over the same uplink fell at the same
time, and what the peer logged at that time.

How to fix it
Mend the path or the peer. If the peer is up and does not answer keepalives, align the keepalive settings
(`isakmp keepalive` of the tunnel-group) of both ends.

References
- RFC 3706, RFC 7296 section 2.4
- asa-syslog: 713123, 113019, 750007
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, failed_with, is_loose, nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._life import End, ends, is_back, lines_of, occasions
from nornir_ikediag.causes._wording import at_time, few, times
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The peer stopped answering keepalives",
    family="lifecycle",
    severity="error",
    needs=("log",),
    explains=(
        "tunnel-down", "tunnel-negotiating", "tunnel-flapping", "peer-no-reply", "deleted-by-peer", "rekey-failed",
        "no-return-traffic", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """The device gave the peer up. Over once the tunnel is back; and users who close their laptops are no fault."""
    lost = ends(tunnel, EventKind.DPD_TIMEOUT, reason=r"lost service|lost contact|DPD|dead peer")
    if not lost:  # given up between the phases: there was an IKE SA, and no tunnel yet
        silent = failed_with(tunnel, EventKind.DPD_TIMEOUT)
        lost = tuple(End(event, None if is_loose(attempt) else attempt) for attempt, event in silent)
    if not lost:
        return nothing(tunnel)
    back, remote_access = is_back(tunnel), tunnel.kind == "remote-access"
    then = "; the tunnel is up again" if back else ""
    count = len(occasions(lost))
    how_often = f", {times(count)}" if count > 1 else ""
    return Found(
        summary=f"The remote user vanished without logging off{then}"
        if remote_access
        else f"The peer stopped answering keepalives{how_often}{then}",
        explanation="Dead peer detection got no answer, so the device removed the SAs of this peer.",
        evidence=few(lines_of(lost)),
        confidence=capped("certain", lost[-1].event),
        side="unknown" if remote_access else "path",
        severity="info" if back or remote_access else None,
        negotiation=lost[-1].negotiation,
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.read(f"ping {tunnel.peer}", "see whether the peer's address answers; a silent peer may still be up"),
            _steps.read(f"show route {tunnel.peer}", "see that the route has not moved"),
            _steps.show_logging(tunnel),
            _steps.show_group(tunnel, "see the keepalive settings of this peer"),
        ),
        ask_peer=(
            f"Was your device or your uplink down{at_time(tunnel, lost[-1].event.at) or ' lately'}?",
            "Do you answer dead peer detection, and with which interval and retries is it set?",
        ),
        count=count,
        seen=tuple(end.event for end in lost),
    )
