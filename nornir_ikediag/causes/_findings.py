"""How an answer is put together from the attempts that a cause claims: the first one proves it, all are counted."""

from collections.abc import Iterable, Sequence

from nornir_ikediag.causes._attempts import capped, is_loose
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import Selectors
from nornir_ikediag.model.verdict import Alternative, Confidence, Found, Severity, Side, Step


def seen_in(claimed: Iterable[tuple[Negotiation, Event]]) -> tuple[Event, ...]:
    """What tells since when and until when there were such attempts: the beginning and the reason of each."""
    return tuple(line for attempt, event in claimed for line in (attempt.origin, event))


def found(
    claimed: Sequence[tuple[Negotiation, Event]],
    *,
    summary: str,
    explanation: str,
    confidence: Confidence,
    side: Side,
    also: Iterable[Event | Evidence | None] = (),
    severity: Severity | None = None,
    selectors: Selectors | None = None,
    alternatives: tuple[Alternative, ...] = (),
    configuration: tuple[Evidence, ...] = (),
    next_steps: tuple[Step, ...] = (),
    ask_peer: tuple[str, ...] = (),
) -> Found:
    """The finding for these attempts and the reason of each. ``also`` are further lines behind the proving one."""
    attempt, event = claimed[0]
    return Found(
        summary=summary,
        explanation=explanation,
        evidence=few(event, also),
        confidence=capped(confidence, event),
        side=side,
        severity=severity,
        negotiation=None if is_loose(attempt) else attempt,
        selectors=selectors or attempt.selectors,
        alternatives=alternatives,
        configuration=configuration,
        next_steps=next_steps,
        ask_peer=ask_peer,
        count=len(claimed),
        seen=seen_in(claimed),
    )
