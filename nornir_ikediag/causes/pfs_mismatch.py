"""The ends disagree on perfect forward secrecy or its Diffie-Hellman group.

What you see
`Phase 2 failure: Mismatched attribute types for class Group Description`, then `All IPSec SA proposals found
unacceptable!`; a Quick Mode message without a KE payload while our entry says `set pfs`; INVALID_KE_PAYLOAD in
CREATE_CHILD_SA.

What it means
With PFS every child SA makes its own Diffie-Hellman exchange. One end demands it, or another group, and the other
does not offer it. In IKEv2 the first child SA never uses PFS, so that the fault shows at the first rekey.

How to be sure
Look for KE (4) in the first Quick Mode message, and compare `set pfs` of the crypto map entry with the peer's setting.

How to fix it
Set the same group on both ends, or switch PFS off on both. Switching it off weakens the tunnel.

References
- RFC 2409 section 5.5, RFC 7296 sections 1.3.1 and 2.18
- asa-syslog: 713257, 713133, 713118, 750003
"""

import re

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._children import SYMPTOMS, comparison_lines, differences, refused_for
from nornir_ikediag.causes._configured import entries, map_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Step, Verdict

CAUSE = Cause(
    title="The ends disagree on perfect forward secrecy",
    family="phase2",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """A child SA that is refused for its Diffie-Hellman group alone."""
    refused = refused_for(tunnel, "pfs")
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    offered = next((one.received for one in differences(attempt)), None)
    values = _values(tunnel, attempt, event)
    return found(
        refused,
        summary=f"The ends disagree on perfect forward secrecy: {values}",
        explanation="Phase 1 is complete and the protected networks fit; the child SA is refused for its "
        "Diffie-Hellman group.",
        also=comparison_lines(attempt),
        confidence="likely",
        side="unknown",
        alternatives=(
            Alternative("ipsec-transform-mismatch", "possible", "the transform sets of both ends beside each other"),
        ),
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.show_map(tunnel, "see whether the entry of this peer says `set pfs`, and which group"),
            *_change(tunnel, offered),
            _steps.reset(tunnel),
        ),
        ask_peer=(
            "Is perfect forward secrecy (PFS) on for this tunnel at your end, and with which group? As our log has it, "
            f"{values.replace('the peer offers', 'you offer').replace('its group', 'your group')}.",
        ),
    )


def _values(tunnel: Tunnel, attempt: Negotiation, event: Event) -> str:
    for one in differences(attempt):
        return f"the peer offers {_group(one.received)}, we want {_group(one.configured)}"
    if event.kind in (EventKind.KE_WRONG_GROUP, EventKind.NOTIFY_RECEIVED):
        sent, wanted = event.get("group") or "our group", event.get("wanted") or "another one"
        return f"{sent} was sent, {wanted} is wanted"
    group = next((entry.pfs_group for entry in entries(tunnel) if entry.pfs_group), None)
    return f"the peer offers none, we want group {group}" if group else "its group is refused"


def _change(tunnel: Tunnel, offered: str | None) -> tuple[Step, ...]:
    """What would make this end agree with what the peer ``offered``; None where that is not known."""
    group = re.search(r"\d+", offered or "")
    if offered is not None and group is None:
        return _steps.change_entry(
            tunnel, "set pfs", "gives up PFS for this peer, as it does; better the peer sets our group", "no "
        )
    return _steps.change_entry(
        tunnel,
        f"set pfs group{group[0] if group else '<n>'}",
        "demands that group of this peer; the peer must set the same one, or no child SA comes up",
    )


def _group(name: str) -> str:
    return f"group {name}" if name.isdigit() else name or "none"
