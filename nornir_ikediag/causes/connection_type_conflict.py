"""Originate-only or answer-only forbids the role that this end has.

What you see
`Tunnel rejected: Originate-Only: Cannot accept incoming tunnel yet!`; or `Remote L2L Peer initiated a tunnel with same
outer and inner addresses. Peer could be Originate Only - Possible misconfiguration!`; or an entry with
`set connection-type answer-only` whose traffic never starts a tunnel.

What it means
An originate-only entry (used with backup peers) accepts nothing until it has built the tunnel itself; an answer-only
one never starts. If both ends wait, nothing happens.

How to be sure
Compare `set connection-type` of both ends: originate-only belongs against answer-only, else bi-directional on both.

How to fix it
Set the type to bi-directional on one end, or exactly one end to originate-only and the other to answer-only.

References
- Cisco ASA command reference, `crypto map set connection-type`
- asa-syslog: 713195, 713196, 751016, 752017
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._setup import static_entries, suspect
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The connection type forbids the role of this end",
    family="configuration",
    severity="critical",
    needs=("log", "configuration"),
    explains=(
        "tunnel-down", "tunnel-negotiating", "phase2-missing", "proxy-identity-mismatch", "traffic-not-selected",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

_BACKUP_PEERS = "752017"


def match(tunnel: Tunnel) -> Verdict:
    """A line that refuses the role, or an answer-only entry that is wanted and has no tunnel."""
    found = suspect(tunnel, "connection-type-conflict", EventKind.CONNECTION_TYPE)
    if found is None:
        return nothing(tunnel)
    entry = next(iter(static_entries(tunnel)), None)
    kind = (entry.connection_type if entry else None) or found.what
    by_peer = found.event is not None and "outer and inner" in found.event.origin.text
    backup = found.event is not None and found.event.message == _BACKUP_PEERS
    if by_peer:
        summary = "The peer starts a tunnel between public addresses: it may be set to originate-only"
    elif backup:
        summary = (
            "Our entry has backup peers, which this release serves with IKEv1 alone: IKEv2 does not start a tunnel"
        )
    elif found.by_configuration:
        summary = "Our entry is answer-only: only the peer can start this tunnel, and it has not"
    else:
        summary = f"Our entry{f' is {kind} and' if kind else ''} refuses the tunnel that the peer starts"
    return Found(
        summary=summary,
        explanation="An entry with several peers starts its tunnels as an originate-only one, which needs IKEv1."
        if backup
        else "The connection type of a crypto map entry decides which end may start the tunnel.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="peer" if by_peer else "local",
        negotiation=found.attempt,
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.show_map(tunnel, "see `set connection-type` of the entry"),
            _steps.change(
                f"crypto map {_steps.entry_name(tunnel)} set connection-type bi-directional",
                "let both ends start the tunnel",
            ),
        ),
        ask_peer=("What is the connection type of your entry for us: originate-only, answer-only or bi-directional?",),
        count=found.count,
        seen=found.seen,
    )
