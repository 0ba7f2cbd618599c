"""The two ends want different lifetimes; the smaller one is used, and nothing fails.

What you see
`Responder forcing change of Phase 1 rekeying duration`, `Overriding Initiator's IPSec rekeying duration from … to …`.

What it means
The responder lowers the lifetime to its own. The tunnel works; it is rekeyed more often than one end expects.

How to be sure
Compare the lifetimes of the policies and of the crypto map entries. A volume lifetime `from 0` means that the peer
sent none.

How to fix it
Nothing needs fixing. Where rekeys fail or collide, set the same lifetimes on both ends.

References
- RFC 2407 section 4.5.4, RFC 7296 section 2.8 (IKEv2 does not negotiate lifetimes)
- asa-syslog: 713073, 713074, 713075, 713076
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import is_loose, nothing
from nornir_ikediag.causes._configured import map_lines, policy_lines
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The ends want different lifetimes",
    family="phase1",
    severity="info",
    needs=("log",),
)


def match(tunnel: Tunnel) -> Verdict:
    """A lifetime that was lowered, by whichever end."""
    changes = [(attempt, event) for attempt in tunnel.negotiations for event in attempt.all(EventKind.LIFETIME_CHANGED)]
    changes = [(attempt, event) for attempt, event in changes if event.get("before", "0") not in ("0", "")]
    if not changes:
        return nothing(tunnel)
    attempt, event = changes[0]
    return Found(
        summary=f"The ends want different lifetimes: {_words(event)}; the smaller one is used",
        explanation="The responder lowered the lifetime to its own. This is normal and fails nothing.",
        evidence=few([event for _, event in changes]),
        confidence="certain",
        side="unknown",
        negotiation=None if is_loose(attempt) else attempt,
        configuration=_lines(tunnel, attempt, event),
        next_steps=(
            (_steps.show_map if event.get("phase") == "2" else _steps.show_policies)(
                tunnel, "compare the lifetimes if rekeys make trouble"
            ),
        ),
        count=len(changes),
        seen=tuple(event for _, event in changes),
    )


def _words(event: Event) -> str:
    unit = event.get("unit") or "seconds"
    phase = f"phase {event.get('phase')}, " if event.get("phase") in ("1", "2") else ""
    return f"{phase}{event.get('before')} {unit} lowered to {event.get('after')}"


def _lines(tunnel: Tunnel, attempt: Negotiation, event: Event) -> tuple[Evidence, ...]:
    return map_lines(tunnel) if event.get("phase") == "2" else policy_lines(tunnel, attempt.ike_version)
