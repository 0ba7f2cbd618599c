"""What could not be judged, in a sentence each: it makes the difference between healthy and unread."""

from collections.abc import Mapping, Sequence

from nornir_ikediag.causes._outputs import incomplete, question_of, refused
from nornir_ikediag.diagnose.verdicts import Answer
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.facts import DeviceFacts, SourceFacts
from nornir_ikediag.model.report import Finding
from nornir_ikediag.model.tunnel import Tunnel

_FEW = 5
_UNREAD_OF = 5  # one line in so many may be unread
_AUTHENTICATED = (EventKind.IKEV2_SA_CREATED, EventKind.PHASE1_COMPLETED)


def not_judged(
    device: Device,
    findings: Sequence[Finding],
    unknown: Mapping[str, Sequence[Answer]],
    device_answers: Sequence[Answer],
    broken: set[str],
) -> tuple[str, ...]:
    """The sentences: the device itself, texts that were cut or refused, tunnels whose state nothing tells, defects."""
    sentences: list[str] = []
    facts = device.facts
    if facts.status in ("unreachable", "login-failed"):
        sentences.append(facts.problem or f"{facts.name} could not be read, so none of its tunnels was judged.")
    sentences += [_text(facts, source) for source in refused(device)]
    sentences += [_text(facts, source) for source in incomplete(device) if _is_needed(source, findings)]
    sentences += _unread(facts)
    sentences += _tunnels(facts, unknown, findings)
    sentences += _windows(device)
    sentences += _unfinished(device, findings)
    nothing_to_act_on = all(finding.severity == "info" for finding in findings)
    if not device.tunnels and not sentences and nothing_to_act_on and not _shows_no_tunnel(facts):
        sentences.append(f"{facts.name}: neither an SA nor a negotiation was found in what was read.")
    sentences += [
        f"{facts.name}: the cause {cause} could not be checked because of a defect in ikediag; please report it."
        for cause in sorted(broken)
    ]
    return tuple(dict.fromkeys(sentences))


def _text(facts: DeviceFacts, source: SourceFacts) -> str:
    what = source.command or source.name
    if source.refused:
        return f"{facts.name}: `{what}` was refused, so what only it shows was not judged."
    return f"{facts.name}: `{what}` was not read to its end ({source.problem or 'it stops in the middle'})."


def _unread(facts: DeviceFacts) -> list[str]:
    """Show output of which much was not understood: a release may print what we look for in words of its own, and
    what is not found there is then no answer. In a log, lines of others are nothing unusual."""
    return [
        f"{facts.name}: {source.unread} of {source.lines} lines of `{source.command or source.name}` were not "
        "understood, so what they say was not judged; `ikediag explain --unread` lists them."
        for source in facts.sources
        if source.kind == "show" and source.unread * _UNREAD_OF > source.lines
    ]


def _is_needed(source: SourceFacts, findings: Sequence[Finding]) -> bool:
    if source.command is None:
        return True
    answered = "|" in source.command and any(finding.severity != "info" for finding in findings)
    return question_of(source) is not None and not answered  # who filters has his answer in what is left


def _tunnels(facts: DeviceFacts, unknown: Mapping[str, Sequence[Answer]], findings: Sequence[Finding]) -> list[str]:
    """One sentence for all the tunnels that miss the same."""
    if facts.role in ("standby", "data") and not facts.windows:
        return []  # the finding not-active-unit says where to look; nobody asked this unit for a verdict
    judged = {finding.peer for finding in findings if finding.severity != "info"}
    peers_by_missing: dict[str, list[str]] = {}
    for peer, answers in unknown.items():
        if peer in judged:
            continue
        missing = [answer.missing for answer in answers if answer.missing and answer.cause.cause.family == "state"]
        peers_by_missing.setdefault(missing[0] if missing else "", []).append(peer)
    return [
        f"{facts.name}: the state of {_named(peers)} cannot be told"
        + (f"; missing: {missing}." if missing else " from what was read.")
        for missing, peers in peers_by_missing.items()
    ]


def _unfinished(device: Device, findings: Sequence[Finding]) -> list[str]:
    """A log that shows nothing but attempts under way, and ends: it tells neither success nor failure."""
    tunnels = device.tunnels
    if not tunnels or any(tunnel.state != "negotiating" or tunnel.ike_sas for tunnel in tunnels):
        return []
    if any(finding.severity != "info" for finding in findings):
        return []
    name = device.facts.name
    halfway = [tunnel.peer for tunnel in tunnels if _waits_for_its_child(tunnel)]
    under_way = [tunnel.peer for tunnel in tunnels if tunnel.peer not in halfway]
    sentences = [
        f"{name}: the IKE SA with {peer} came up, and the log does not show whether its child SA did: "
        f"`show crypto ipsec sa peer {peer}` tells."
        for peer in halfway[:_FEW]
    ]
    if under_way:
        what = _named(under_way)
        sentences.append(f"{name}: the log ends while the negotiation with {what} is under way; log it to its end.")
    return sentences


def _waits_for_its_child(tunnel: Tunnel) -> bool:
    """Whether the end of the log is that of an IKE_AUTH that authenticated both ends: RFC 7296 section 1.2, the child
    SA comes of the same exchange, and only a refusal would tell otherwise."""
    last = tunnel.negotiations[-1] if tunnel.negotiations else None
    return last is not None and last.ike_version == 2 and last.stage == "phase2" and last.has(*_AUTHENTICATED)


def _windows(device: Device) -> list[str]:
    """A debug window is opened on a question that show commands leave open. Where it was refused, or cut short, the
    question is still open."""
    name = device.facts.name
    last = device.facts.windows[-1] if device.facts.windows else None
    if last is None or not (last.truncated or last.closed_by in ("refused", "error")):
        return []
    what = "was not opened" if last.closed_by == "refused" else "ended early"
    down = [tunnel.peer for tunnel in device.tunnels if tunnel.state not in ("up", "rekeying")]
    about = f" on {_named(down)}" if down else ""
    return [f"{name}: the debug window{about} {what}, so what only it shows was not judged."]


def _named(peers: Sequence[str]) -> str:
    few = ", ".join(peers[:_FEW])
    return few if len(peers) <= _FEW else f"{few} and {len(peers) - _FEW} more tunnels"


def _shows_no_tunnel(facts: DeviceFacts) -> bool:
    """Whether the SA output was read to its end: then no tunnel is an answer."""
    return bool(facts.knows & {"crypto_isakmp_sa", "crypto_ipsec_sa"}) or facts.role in ("standby", "data")
