"""Somebody cleared the tunnel on this device.

What you see
A session that ends for `Administrator Reset`, `Administrator Reboot`, `Administrator Shutdown`; in IKEv2 an SA that
goes down at the operator's request.

What it means
`clear crypto … sa`, `vpn-sessiondb logoff`, a reload, or a change of the crypto map, which drops the tunnels of the
map.

How to be sure
The accounting or the syslog of commands (111008, 111010) at that time tells who typed what.

How to fix it
Nothing, if it was meant. The tunnel comes back with the next traffic.

References
- Cisco ASA command reference, `clear crypto ipsec sa`, `vpn-sessiondb logoff`
- asa-syslog: 113019, 713050, 713259, 750007
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import ends, is_back, lines_of, occasions
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="An administrator cleared the tunnel here",
    family="lifecycle",
    severity="info",
    needs=("log",),
    explains=("tunnel-down", "deleted-by-peer", "tunnel-flapping", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The teardown names the administrator."""
    cleared = ends(tunnel, EventKind.ADMINISTRATOR_CLEARED, reason=r"administrator|operator|cleared by")
    if not cleared:
        return nothing(tunnel)
    then = "; it is up again" if is_back(tunnel) else ""
    return Found(
        summary=f"An administrator of this device cleared the tunnel{then}",
        explanation="The session manager names the administrator as the reason of the end.",
        evidence=few(lines_of(cleared)),
        confidence=capped("certain", cleared[-1].event),
        side="local",
        negotiation=cleared[-1].negotiation,
        next_steps=(
            _steps.read("show logging | include 111008|111010", "see who typed what at that time"),
            _steps.show_ike_sa(tunnel, "see whether it has come back"),
        ),
        count=len(occasions(cleared)),
        seen=tuple(end.event for end in cleared),
    )
