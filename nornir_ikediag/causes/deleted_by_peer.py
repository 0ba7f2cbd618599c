"""The peer deleted the tunnel.

What you see
`Connection terminated for peer …. Reason: Peer Terminate`, a RECEIVED message with a DELETE payload, `User
Requested`, `IKE Delete`; no fault of ours before it.

What it means
The other end closed the tunnel in order: its idle time, its administrator, its lifetime, or a user who logged off. It
is no fault by itself; it is the answer to "who closed it" when somebody still wants the tunnel.

How to be sure
The peer's log at that time names its reason.

How to fix it
Nothing here. If the tunnel is wanted and does not come back, ask the peer why it was closed and start traffic.

References
- RFC 2408 section 3.15 (Delete payload), RFC 7296 section 1.4.1
- asa-syslog: 113019, 713050, 713259, 750007
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import ends, is_back, lines_of, occasions
from nornir_ikediag.causes._wording import at_time, few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The peer deleted the tunnel",
    family="lifecycle",
    severity="info",
    needs=("log",),
    explains=("tunnel-down", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The peer's delete ended a tunnel that was up, and the tunnel has not come back."""
    told = ends(
        tunnel,
        EventKind.DELETE_RECEIVED,
        reason=r"peer terminat|user requested|ike delete|peer request|session disconnected|remote",
    )
    whole = [end for end in told if end.event.get("scope") != "child" and not end.event.get("rekeyed")]
    if not whole or is_back(tunnel) or tunnel.failures:
        return nothing(tunnel)
    who = "The remote user logged off" if tunnel.kind == "remote-access" else "The peer deleted the tunnel"
    return Found(
        summary=who,
        explanation="The end came in order and from the other side; nothing failed here before it.",
        evidence=few(lines_of(whole)),
        confidence=capped("likely", whole[-1].event),
        side="peer",
        negotiation=whole[-1].negotiation,
        next_steps=(_steps.show_logging(tunnel),),
        ask_peer=(
            f"Why did your end close the tunnel{at_time(tunnel, whole[-1].event.at)}: idle time, lifetime, somebody?",
        ),
        count=len(occasions(whole)),
        seen=tuple(end.event for end in whole),
    )
