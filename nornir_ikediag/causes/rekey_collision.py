"""Both ends rekey at once, or duplicate SAs pile up.

What you see
`IPsec rekey collision detected` and a failure after it; more than two pairs of SAs for the same networks in `show
crypto ipsec sa`; several IKE SAs with one peer.

What it means
Equal lifetimes make both ends start at the same second. Devices usually settle it; some leave an SA too many behind,
or each uses another one.

How to be sure
Count the pairs under one local and remote ident, twice, some minutes apart: one pair, two during a rekey, is normal.

How to fix it
Set the lifetimes of the two ends apart, and let one end be the one that rekeys. Then reset this tunnel once.

References
- RFC 7296 section 2.8.1 (simultaneous CHILD_SA rekeying)
- asa-syslog: 750005, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import events_of
from nornir_ikediag.causes._wording import few, times
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.sa import ChildSa
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Step, Verdict

CAUSE = Cause(
    title="Both ends rekey at once, or SAs pile up",
    family="lifecycle",
    severity="warning",
    needs=("log", "crypto_ipsec_sa"),
    explains=(
        "rekey-failed",
        "spi-desynchronised",
        "tunnel-down",
        "tunnel-negotiating",
        "phase2-missing",
        "undetermined",
    ),
)

_TOO_MANY_PAIRS = 3  # two are a rekey under way
_OFTEN = 3  # the device settles a collision by itself; again and again is a setting


def match(tunnel: Tunnel) -> Verdict:
    """Collisions that the device did not settle, or that repeat; three pairs for the same networks."""
    collisions = events_of(tunnel, EventKind.REKEY_COLLISION)
    unsettled = [event for event in collisions if event.get("harmless") != "yes"]
    broken = [event for event in unsettled if tunnel.failures] or (collisions if len(collisions) >= _OFTEN else ())
    if broken:
        return Found(
            summary=f"Both ends rekeyed at the same time (seen {times(len(collisions))})",
            explanation="Each end starts to replace the SAs before it has seen that the other did.",
            evidence=few(broken),
            confidence=capped("likely", broken[0]),
            side="unknown",
            next_steps=_next_steps(tunnel),
            ask_peer=(
                "Which lifetimes do you have for us? Let us set ours apart, so that one end always rekeys first.",
            ),
            count=len(collisions),
            seen=collisions,
        )
    piled = [child for child in tunnel.child_sas if _pairs(child) >= _TOO_MANY_PAIRS]
    if not piled:
        return nothing(tunnel)
    return Found(
        summary=f"{_pairs(piled[0])} pairs of SAs protect the same networks",
        explanation="One pair is normal, two during a rekey; more are left over from rekeys that crossed each other.",
        evidence=few(sa.origin for sa in piled[0].sas),
        confidence="likely",
        side="unknown",
        selectors=piled[0].selectors,
        next_steps=_next_steps(tunnel),
        ask_peer=("How many pairs of SAs do you have for these networks, and which of them do you send on?",),
        count=len(piled),
    )


def _pairs(child: ChildSa) -> int:
    return sum(sa.direction == "inbound" for sa in child.sas)


def _next_steps(tunnel: Tunnel) -> tuple[Step, ...]:
    return (
        _steps.show_child(tunnel, "count the pairs again in some minutes"),
        _steps.show_map(tunnel, "see our lifetimes"),
        _steps.reset(tunnel, "clear what piled up, once; it drops this peer only"),
    )
