"""The tunnel was up and its rekey failed.

What you see
`IKE Initiator: Rekeying Phase …` or a second exchange on a living tunnel, and then a refusal, silence, or `SA
Expired`; traffic stops at the end of a lifetime.

What it means
The first negotiation worked with what both ends had then. A rekey in the other direction, a changed policy, key, ACL
or PFS setting, or a lost packet at the wrong moment makes the second one fail, and the tunnel ends with its lifetime.

How to be sure
Whose rekey failed, and did the other direction ever work? PFS and proposals are often checked by the responder only.

How to fix it
Treat it as the failure that the rekey shows. Align lifetimes, PFS and policies of both ends, both as initiator and as
responder.

References
- RFC 7296 section 2.8, RFC 2409 section 5.5
- asa-syslog: 713041, 713050, 750003
"""

from collections.abc import Sequence

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._configured import proposal_lines
from nornir_ikediag.causes._life import came_up, ends, is_back
from nornir_ikediag.causes._wording import few, mode, waits_in
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The rekey of a living tunnel failed",
    family="lifecycle",
    severity="error",
    needs=("log",),
    explains=("tunnel-down", "phase2-missing", "tunnel-negotiating", "tunnel-flapping", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """A rekey that failed with no success after it; or SAs that ran out of their lifetime on a tunnel that is gone."""
    failed = [one for one in tunnel.failures if one.rekey]
    last = came_up(tunnel)[-1].origin.origin.line if came_up(tunnel) else 0
    loose = [
        one for one in tunnel.events if one.kind == EventKind.REKEY_FAILED and (one.origin.line > last or not last)
    ]
    expired = () if is_back(tunnel) else ends(tunnel, reason=r"sa expired")
    if failed:
        return _found(tunnel, [each.events[-1] if each.events else each.origin for each in failed], failed[-1])
    if loose and not is_back(tunnel):
        return _found(tunnel, loose, None)
    return _found(tunnel, [end.event for end in expired], expired[-1].negotiation) if expired else nothing(tunnel)


def _found(tunnel: Tunnel, told: Sequence[Event], attempt: Negotiation | None) -> Found:
    event = told[-1]
    how = f" ({mode(attempt)}{waits_in(attempt.stopped_at)})" if attempt and attempt.outcome == "failed" else ""
    return Found(
        summary=f"The tunnel was up and its rekey failed{how}",
        explanation="The SAs were there and were to be replaced; the replacement did not come about. Traffic stops "
        "when the old ones end, if it has not yet.",
        evidence=few(event, attempt.origin if attempt else None),
        confidence=capped("likely", event),
        side="unknown",
        negotiation=attempt,
        selectors=attempt.selectors if attempt else None,
        configuration=proposal_lines(tunnel, _steps.version_of(tunnel)),
        next_steps=(
            _steps.show_ike_sa(tunnel, "see which SAs are left and for how long"),
            _steps.show_child(tunnel),
            _steps.show_map(tunnel, "compare lifetimes and PFS with the peer's"),
            _steps.show_logging(tunnel),
        ),
        ask_peer=("Which lifetimes and which PFS group do you have for us, and what does your log say at the rekey?",),
        count=len(told),
        seen=tuple(told),
    )
