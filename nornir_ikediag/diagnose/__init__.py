"""The catalogue of causes asked about a device: what is wrong, once a fault, the one to act on first; and what could
not be judged.

How one fault becomes one finding. A cause names in ``explains`` the causes that are its symptoms. On one tunnel, what
another found cause explains, directly or through a third, is folded into that one as a consequence and says nothing of
its own. Where two explain each other the weightier one stays. A device's cause folds what it explains on the
tunnels that it names.

How grave it is. A finding weighs as much as the gravest symptom that it explains: a peer's orderly delete is a note,
unless it left a tunnel down that somebody wants. What a later attempt got past, and what the SAs prove to be over, is
a note too.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

import msgspec

from nornir_ikediag.causes import CauseModule, catalogue
from nornir_ikediag.causes._attempts import reason
from nornir_ikediag.diagnose.unjudged import not_judged
from nornir_ikediag.diagnose.verdicts import FAMILIES, Answer, ask, rank, weight
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import UNKNOWN_PEER, Negotiation
from nornir_ikediag.model.report import Finding
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Confidence, Found, Severity, Step

# What an attempt has to get through, in this order: an attempt that failed later has got past what failed earlier.
_HURDLES = ("reachability", "phase1", "authentication", "xauth", "mode-config", "phase2")
# These speak of a tunnel that is up; the others of attempts to bring it up.
_ON_LIVING_TUNNELS = ("lifecycle", "state", "data-path", "device")


class Diagnosis(msgspec.Struct, frozen=True):
    """The findings, the one to act on first in front; and a sentence for everything that could not be judged."""

    findings: tuple[Finding, ...] = ()
    not_judged: tuple[str, ...] = ()


def diagnose(device: Device, causes: Mapping[str, CauseModule] | None = None) -> Diagnosis:
    """Ask every cause about the device and each of its tunnels. Never raises: a cause that breaks is a sentence in
    ``not_judged``."""
    causes = catalogue() if causes is None else causes
    broken: set[str] = set()
    device_answers = ask(causes.values(), "device", device, broken)
    of_device = [answer for answer in device_answers if answer.found is not None]
    folded: dict[str, set[str]] = {answer.cause.id: set() for answer in of_device}
    findings: list[Finding] = []
    unknown: dict[str, list[Answer]] = {}
    for tunnel in device.tunnels:
        answers = ask(causes.values(), "tunnel", tunnel, broken)
        found = [answer for answer in answers if answer.found is not None]
        findings.extend(_findings_on(tunnel, found, _at(tunnel, of_device), folded))
        if tunnel.state == "unknown":
            unknown[tunnel.peer] = answers
    events = {event.origin: event for event in device.events}
    for answer in of_device:
        findings.append(_finding(answer, None, events, folded[answer.cause.id], answer.severity))
    findings.sort(key=_order)
    return Diagnosis(tuple(findings), not_judged(device, findings, unknown, device_answers, broken))


def _at(tunnel: Tunnel, of_device: Iterable[Answer]) -> list[Answer]:
    """The device's answers that say something about this tunnel."""
    return [one for one in of_device if one.found and (not one.found.peers or tunnel.peer in one.found.peers)]


def _findings_on(
    tunnel: Tunnel, found: list[Answer], of_device: list[Answer], folded: dict[str, set[str]]
) -> Iterable[Finding]:
    if not found:
        return
    explained_by = _roots(found + of_device)
    under: dict[str, list[Answer]] = {}
    for answer in found:
        under.setdefault(explained_by[answer.cause.id], []).append(answer)
    for answer in of_device:
        folded[answer.cause.id].update(one.cause.id for one in under.get(answer.cause.id, ()))
    events = _events_by_line(tunnel, {line.line for answer in found if answer.found for line in answer.found.evidence})
    roots = [answer for answer in found if explained_by[answer.cause.id] == answer.cause.id]
    for answer in roots:
        others = [one for one in under[answer.cause.id] if one is not answer]
        severity = min((one.severity for one in (answer, *others)), key=weight)
        if _is_over(answer, tunnel) or _is_past(answer, roots, tunnel):
            severity = "info"
        yield _finding(answer, tunnel, events, {one.cause.id for one in others}, severity)


def _roots(found: Sequence[Answer]) -> dict[str, str]:
    """For every found cause the one that it is folded under: itself, where nothing explains it."""
    by_id = {answer.cause.id: answer for answer in found}
    reach = {cause: _reach(cause, by_id) for cause in by_id}
    order = sorted(by_id, key=lambda cause: rank(by_id[cause]))
    places = {cause: place for place, cause in enumerate(order)}

    def dominates(one: str, other: str) -> bool:
        if one == other or other not in reach[one]:
            return False
        return one not in reach[other] or places[one] < places[other]

    roots = [cause for cause in order if not any(dominates(other, cause) for other in order)]
    return {
        cause: cause if cause in roots else next((root for root in roots if cause in reach[root]), cause)
        for cause in order
    }


def _reach(cause: str, by_id: Mapping[str, Answer]) -> set[str]:
    reached: set[str] = set()
    ahead = [cause]
    while ahead:
        for explained in by_id[ahead.pop()].cause.cause.explains:
            if explained in by_id and explained not in reached:
                reached.add(explained)
                ahead.append(explained)
    return reached


def _is_over(answer: Answer, tunnel: Tunnel) -> bool:
    """Whether the SAs, read after the log, show that what failed in it has come up since."""
    windowed = any(window.opened_at is not None for window in tunnel.device.windows)
    living = answer.cause.cause.family in _ON_LIVING_TUNNELS
    return windowed and not living and tunnel.state in ("up", "rekeying") and bool(tunnel.child_sas)


def _is_past(answer: Answer, roots: Sequence[Answer], tunnel: Tunnel) -> bool:
    """Whether a later attempt of the same role failed at a later hurdle: it got past this one."""
    own, hurdle = answer.found.negotiation if answer.found else None, _hurdle(answer)
    if own is None or hurdle is None:
        return False
    for other in roots:
        theirs, further = other.found.negotiation if other.found else None, _hurdle(other)
        if theirs is None or further is None or further <= hurdle or theirs.role != own.role:
            continue
        if theirs.ike_version == own.ike_version and _place(theirs, tunnel) > _place(_latest(own, tunnel), tunnel):
            return True
    return False


def _hurdle(answer: Answer) -> int | None:
    family = answer.cause.cause.family
    return _HURDLES.index(family) if family in _HURDLES else None


def _place(negotiation: Negotiation, tunnel: Tunnel) -> int:
    return next((place for place, one in enumerate(tunnel.negotiations) if one.id == negotiation.id), -1)


def _latest(negotiation: Negotiation, tunnel: Tunnel) -> Negotiation:
    """The last attempt that failed for the same reason as this one."""
    return next(_alike(negotiation, reversed(tunnel.negotiations)), negotiation)


def _alike(negotiation: Negotiation, others: Iterable[Negotiation]) -> Iterator[Negotiation]:
    why = reason(negotiation)
    for other in others:
        if other.outcome == negotiation.outcome and other.stopped_at == negotiation.stopped_at:
            theirs = reason(other)
            if (why.kind if why else None) == (theirs.kind if theirs else None):
                yield other


def _events_by_line(tunnel: Tunnel, numbers: Collection[int]) -> dict[Evidence, Event]:
    """The events of the lines with these numbers, of whatever text."""
    every = chain(tunnel.events, *(one.events for one in tunnel.negotiations))
    return {event.origin: event for event in every if event.origin.line in numbers}


def _finding(
    answer: Answer, tunnel: Tunnel | None, events: Mapping[Evidence, Event], consequences: set[str], severity: Severity
) -> Finding:
    found, cause = answer.found, answer.cause
    assert found is not None  # noqa: S101 -- callers pass only answers that found something
    negotiation = found.negotiation
    group = tunnel.tunnel_group if tunnel else None
    seen = _seen(answer, tunnel, events)
    return Finding(
        cause=cause.id,
        family=cause.cause.family,
        severity=severity,
        confidence=_honest(found.confidence, [events[line] for line in found.evidence[:1] if line in events]),
        side=found.side,
        peer=_named(tunnel.peer if tunnel else found.peers[0] if len(found.peers) == 1 else None),
        tunnel_group=(negotiation.tunnel_group if negotiation else None) or group,
        username=(negotiation.username if negotiation else None) or (tunnel.username if tunnel else None),
        negotiation=negotiation.id or None if negotiation else None,
        selectors=found.selectors,
        summary=found.summary,
        explanation=found.explanation,
        alternatives=found.alternatives,
        evidence=found.evidence,
        configuration=found.configuration,
        next_steps=_steps(found, tunnel),
        ask_peer=_questions(found, tunnel),
        consequences=tuple(sorted(consequences)),
        references=cause.references,
        count=found.count,
        first_seen=seen[0] if seen else None,
        last_seen=seen[-1] if seen else None,
    )


def _named(peer: str | None) -> str | None:
    return None if peer == UNKNOWN_PEER else peer


def _steps(found: Found, tunnel: Tunnel | None) -> tuple[Step, ...]:
    """The next steps. Where no line names the peer, nothing can be reset, and the person fills the address in."""
    if tunnel is None or tunnel.peer != UNKNOWN_PEER:
        return found.next_steps
    return tuple(
        msgspec.structs.replace(step, command=step.command.replace(f" {UNKNOWN_PEER}", " <peer>"))
        for step in found.next_steps
        if step.effect != "resets-this-tunnel"
    )


def _questions(found: Found, tunnel: Tunnel | None) -> tuple[str, ...]:
    """What to ask the peer's engineer, who knows his address where we do not."""
    if tunnel is None or tunnel.peer != UNKNOWN_PEER:
        return found.ask_peer
    return tuple(question.replace(f" {UNKNOWN_PEER}", " <your address>") for question in found.ask_peer)


def _seen(answer: Answer, tunnel: Tunnel | None, events: Mapping[Evidence, Event]) -> list[datetime]:
    """When it was first and last seen, as far as the lines bear times. Clocks with and without a zone do not mix."""
    found = answer.found
    assert found is not None  # noqa: S101 -- as above
    times = [event.at for event in (*(events[line] for line in found.evidence if line in events), *found.seen)]
    if found.negotiation is not None and not found.seen:
        times.append(found.negotiation.started_at)
        if tunnel is not None and found.count > 1:
            earliest = next(_alike(found.negotiation, tunnel.negotiations), found.negotiation)
            latest = _latest(found.negotiation, tunnel)
            times += [earliest.started_at, latest.ended_at or latest.started_at]
    known = [time for time in times if time is not None]
    return sorted(time for time in known if (time.tzinfo is None) == (known[0].tzinfo is None))


def _honest(confidence: Confidence, proof: Sequence[Event]) -> Confidence:
    """A line that only a supposed pattern reads proves nothing for certain."""
    if confidence == "certain" and any(event.trust == "supposed" for event in proof):
        return "likely"
    return confidence


def _order(finding: Finding) -> tuple[int, int, int, str]:
    confidence = ("certain", "likely", "possible").index(finding.confidence)
    return weight(finding.severity), confidence, FAMILIES.index(finding.family), finding.peer or ""
