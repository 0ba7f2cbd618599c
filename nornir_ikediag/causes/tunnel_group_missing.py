"""No tunnel-group matches the peer's address or identity.

What you see
`Can't find a valid tunnel group, aborting...!`, `No Group found matching … for Pre-shared key peer`, `Group … not
found and BASE GROUP default preshared key not configured`, an FSM history that ends in MM_BLD_MSG4, EV_GROUP_LOOKUP;
in aggressive mode `unknown tunnel group name`; in IKEv2 `Unable to find tunnel group for peer`.

What it means
With pre-shared keys in main mode the group is looked up by the address that the packets come from, which behind NAT is
not the address that the peer has in mind; in aggressive mode and IKEv2 by the identity that the peer sends.

How to be sure
Compare the address or the name in the line with `show running-config tunnel-group | include type`.

How to fix it
Create the tunnel-group under exactly that address or name, type ipsec-l2l (or remote-access), and give it the key.

References
- Cisco ASA command reference, `tunnel-group`
- asa-syslog: 713022, 713138, 713255, 713256, 713903, 751009
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._setup import suspect
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="No tunnel-group matches the peer",
    family="configuration",
    severity="critical",
    needs=("log", "configuration"),
    explains=(
        "tunnel-group-default", "tunnel-down", "tunnel-negotiating", "authentication-failed", "peer-stopped-answering",
        "deleted-by-peer", "traffic-not-selected", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """A line that says so, or a crypto map entry whose peer has no tunnel-group."""
    found = suspect(tunnel, "tunnel-group-missing", EventKind.TUNNEL_GROUP_MISSING)
    if found is None:
        return nothing(tunnel)
    name = (found.event.get("name") if found.event else "") or tunnel.peer
    # a gateway is known by its address; who names a group in aggressive mode is a client
    names_group = found.attempt is not None and found.attempt.exchange == "aggressive-mode" and name != tunnel.peer
    kind = "remote-access" if tunnel.kind == "remote-access" or names_group else "ipsec-l2l"
    prefix = "ikev2 remote-authentication " if _steps.version_of(tunnel) == 2 else _steps.attribute_prefix(tunnel)
    return Found(
        summary=f"No tunnel-group matches the peer{'' if name == UNKNOWN_PEER else f': there is none called {name}'}",
        explanation="The device looks for a group by the peer's address or identity, finds none that fits, and the "
        "default group has no key for this peer, so the negotiation ends here.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        negotiation=found.attempt,
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.read("show running-config tunnel-group | include type", "see which groups exist, and how spelled"),
            _steps.change(f"tunnel-group {name} type {kind}", "create the group under the name that was looked for"),
            _steps.change(f"tunnel-group {name} ipsec-attributes", "the mode in which the key is entered"),
            _steps.change(f"{prefix}pre-shared-key <key>", "the key agreed with the peer"),
        ),
        ask_peer=(f"Which address and which identity do you present to us? We see {tunnel.peer}; are you behind NAT?",),
        count=found.count,
        seen=found.seen,
    )
