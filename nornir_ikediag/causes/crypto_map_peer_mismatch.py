"""The crypto map entry that should serve this traffic names another peer, or none.

What you see
In IKEv2 `The peer doesn't match the crypto map entry`-like lines before an empty list of expected policies; `IKE Peer
address same as our interface address`; a proposal that matches an ACL whose entry has another `set peer`.

What it means
The networks match an entry, and the address of the peer does not: a changed address, NAT in front of the peer, a
typing error, or a second entry with the same ACL.

How to be sure
Compare the address that the packets come from with `set peer` of the entry whose ACL protects these networks.

How to fix it
Correct `set peer` of that entry, or have the peer call from the address that was agreed.

References
- Cisco ASA command reference, `crypto map set peer`
- asa-syslog: 713061, 713062
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import map_lines, read
from nornir_ikediag.causes._setup import suspect
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The crypto map entry names another peer",
    family="configuration",
    severity="critical",
    needs=("log",),
    explains=(
        "tunnel-down", "tunnel-negotiating", "phase2-missing", "proxy-identity-mismatch", "ipsec-transform-mismatch",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """A line that says that the peer is not the entry's."""
    found = suspect(tunnel, "crypto-map-peer-mismatch", EventKind.CRYPTO_MAP_PEER_MISMATCH)
    if found is None:
        return nothing(tunnel)
    configured = found.event.get("configured") if found.event else ""
    entry = next((f"{one.name} {one.sequence}" for one in read(tunnel).crypto_maps if configured in one.peers), "")
    own = found.event is not None and found.event.kind == EventKind.INITIATION_IMPOSSIBLE
    summary = f"The crypto map entry for this traffic names another peer{f', {configured}' if configured else ''}"
    return Found(
        summary="The crypto map entry names one of our own addresses as its peer" if own else summary,
        explanation="The protected networks match the entry and the peer's address does not, so it is not used.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        negotiation=found.attempt,
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.read("show running-config crypto map | include set peer", "find the entry that names another peer"),
            _steps.show_map(tunnel),
            _steps.change(
                f"crypto map {entry or '<map> <sequence>'} set peer {tunnel.peer}",
                "correct the peer of the entry with this ACL",
            ),
        ),
        ask_peer=(f"From which public address do you build the tunnel? We see {tunnel.peer}.",),
        count=found.count,
        seen=found.seen,
    )
