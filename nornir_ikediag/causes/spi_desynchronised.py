"""The ends disagree on which SAs exist.

What you see
`Received an ESP packet … with an invalid SPI` again and again, INVALID-SPI or INVALID-COOKIE notifies, `Received SPI
for nonexistent SA`, a message for an exchange that is not known; counters of some networks stand still in one
direction.

What it means
One end has deleted SAs that the other still uses: it restarted, was cleared, or lost a delete message. Packets on such
an SA are dropped until its lifetime is over.

How to be sure
Compare the SPIs of both ends: our inbound SPI must be the peer's outbound SPI.

How to fix it
Reset this tunnel on both ends. Dead peer detection on both ends heals it the next time.

References
- RFC 2408 section 3.14.1 (INVALID-SPI, INVALID-COOKIE), RFC 7296 section 1.5
- asa-syslog: 402114, 713006, 750015
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, failed_with, is_loose, nothing
from nornir_ikediag.causes._life import came_up, events_of, fewest, is_back
from nornir_ikediag.causes._wording import at_time, few, times
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The ends disagree on which SAs exist",
    family="lifecycle",
    severity="error",
    needs=("log",),
    explains=(
        "tunnel-down",
        "tunnel-negotiating",
        "phase2-missing",
        "rekey-failed",
        "no-return-traffic",
        "ipsec-errors",
        "undetermined",
    ),
)

_MANY = 3


def match(tunnel: Tunnel) -> Verdict:
    """Packets and messages for SAs that are not there, more than a rekey leaves over, and not yet healed by a new
    negotiation."""
    stale = events_of(tunnel, EventKind.INVALID_SPI, EventKind.STALE_SA)
    ended_by = any(not is_loose(attempt) for attempt, _ in failed_with(tunnel, EventKind.STALE_SA))
    if len(stale) < fewest(tunnel) and not ended_by:
        return nothing(tunnel)
    healed = is_back(tunnel) and bool(came_up(tunnel)) and not _after_last(tunnel, stale)
    spis = sorted({event.get("spi") for event in stale if event.get("spi")})
    seen = f" (we see {spis[-1]})" if spis else ""
    when = at_time(tunnel, stale[0].at) or " lately"
    theirs = all(event.get("by") == "peer" for event in stale)
    what = "The peer lacks SAs that we used, and we deleted them" if theirs else "The peer uses SAs that we do not have"
    return Found(
        summary=f"{what} (seen {times(len(stale))}){', healed by a new negotiation' * healed}",
        explanation=_explain(spis, theirs=theirs),
        evidence=few(tuple(reversed(stale))),
        confidence=capped("likely" if len(stale) >= _MANY else "possible", stale[-1]),
        side="unknown",
        severity="info" if healed else "warning" if theirs and len(stale) < _MANY else None,
        next_steps=(
            _steps.show_child(tunnel, "compare our SPIs with the peer's: our inbound one is its outbound one"),
            _steps.show_ike_sa(tunnel),
            _steps.show_group(tunnel, "see whether keepalives are on"),
            _steps.reset(tunnel, "agree on one set of SAs again; do it at the peer too; it drops this peer only"),
        ),
        ask_peer=(
            f"Which SPIs do you have for us{seen}? Please clear this tunnel at your end.",
            f"Was your device restarted or the tunnel cleared{when}, and is dead peer detection on?",
        ),
        count=len(stale),
        seen=stale,
    )


def _explain(spis: list[str], *, theirs: bool) -> str:
    if theirs:
        return (
            f"It answered packets for {', '.join(spis)} with INVALID_SPI (RFC 7296 section 1.5). The next packet asks "
            "for a new child SA, so that once is no fault; again and again, the ends lose each other's deletes."
        )
    if spis:
        return f"It encrypts for {', '.join(spis)}, which is none of our inbound SPIs."
    return "Its messages belong to an SA that this device has no longer."


def _after_last(tunnel: Tunnel, stale: tuple[Event, ...]) -> bool:
    last = came_up(tunnel)[-1]
    end = (last.events[-1] if last.events else last.origin).origin
    return any(event.origin.line > end.line for event in stale if event.origin.source == end.source)
