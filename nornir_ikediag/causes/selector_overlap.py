"""The remote network already belongs to another peer's SA.

What you see
`QM IsRekeyed: existing sa from different peer, rejecting new sa`; in `show crypto ipsec sa` the same remote network
under another peer.

What it means
Two peers claim the same protected network, through crypto ACLs that overlap or a dynamic map that takes what it is
given. The first one keeps it.

How to be sure
Look for the network in `show crypto ipsec sa` and in the crypto ACLs of all entries.

How to fix it
Make the networks of the peers disjoint, with NAT where addresses collide; or, for a peer with two addresses, put both
into one entry as primary and backup.

References
- RFC 4301 section 4.4.1 (the SPD is ordered, and its entries may overlap)
- asa-syslog: 715067, 713212
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with, nothing
from nornir_ikediag.causes._children import SYMPTOMS
from nornir_ikediag.causes._configured import access_list_lines, map_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._networks import asked_for, proxy_lines
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The remote network belongs to another peer's SA already",
    family="phase2",
    severity="error",
    needs=("log",),
    explains=(*SYMPTOMS, "proxy-identity-mismatch"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The device says that another peer holds an SA for this network."""
    said = failed_with(tunnel, EventKind.SELECTOR_OVERLAP)
    if not said:
        return nothing(tunnel)
    attempt, event = said[0]
    _, remote = asked_for(attempt, event)
    return found(
        said,
        summary=f"The remote network{f' {remote}' if remote else ''} already belongs to another peer's SA",
        explanation="The child SA was refused because an SA with a different peer covers the same network.",
        also=proxy_lines(attempt),
        confidence="certain",
        side="unknown",
        configuration=map_lines(tunnel) + access_list_lines(tunnel),
        next_steps=(
            _steps.read("show crypto ipsec sa | include peer|ident", "find the peer that holds the network now"),
            _steps.show_access_list(tunnel, "see which networks we protect for this peer"),
            _steps.read("show running-config crypto map | include match address", "find the entries that overlap"),
        ),
        ask_peer=("Which networks lie behind your end? The one you ask for is reached through another peer of ours.",),
    )
