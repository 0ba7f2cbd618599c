"""The opening block: at most fifteen lines that answer an on-call engineer's questions in their order, and paste into
a ticket. Is it up · which phase · whose side · which line proves it · what do I type next · what do I ask the peer.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rich.text import Text

from nornir_ikediag.model.report import Finding, Report, ReportDevice, ReportNegotiation, ReportTunnel
from nornir_ikediag.model.tunnel import TunnelState
from nornir_ikediag.report import _words as words

LINES = 15
LABEL_WIDTH = 10
# The lines of a terminal that each value may have for certain; what one leaves free is given out in this order, a line
# at a time. What is cut all the same stands whole further down.
_ROOM = {"Proof": 2, "Cause": 2, "Ask peer": 3, "Next": 2, "Tunnel": 2, "Phase": 2, "Side": 1}


class Subject(msgspec.Struct, frozen=True):
    """The finding that the report opens with, and the device it is on."""

    device: ReportDevice
    finding: Finding


def worst(report: Report) -> Subject | None:
    """The finding to act on first in the whole report; None when there is none above info."""
    found = [Subject(device, finding) for device in report.devices for finding in device.findings]
    found = [subject for subject in found if subject.finding.severity in words.TO_ACT_ON]
    return min(found, key=lambda subject: words.SEVERITY_RANK[subject.finding.severity], default=None)


def opened_with(report: Report) -> Subject | None:
    """The finding in the opening block; None where a verdict stands there: a warning tells less than what is unread."""
    subject = worst(report)
    told_less = subject and report.summary.verdict == "undetermined" and subject.finding.severity == "warning"
    return None if told_less else subject


def opening(report: Report, width: int | None) -> list[Text]:
    """The block, one Text a line, none wider than ``width``."""
    subject = opened_with(report)
    if subject is not None:
        lines = [*block(subject, width)]
        others = sum(one.severity in words.TO_ACT_ON for each in report.devices for one in each.findings) - 1
        if others:
            lines[0].append(f"  (+ {others:,} more below)", "dim")
    elif report.summary.verdict == "undetermined":
        lines = [Text(" UNDETERMINED ", "bold magenta reverse"), *_fields(_of_the_unjudged(report), width)]
    else:
        lines = [_healthy(report), *_fields(_of_the_only_tunnel(report), width)]
    if width is not None:
        lines[0].truncate(width, overflow="ellipsis")
    return lines[:LINES]


def block(subject: Subject, width: int | None) -> Iterator[Text]:
    """One finding as the on-call engineer wants it, a Text a line."""
    line = _headline(subject)
    if width is not None:
        line.truncate(width, overflow="ellipsis")
    yield line
    yield from _fields(_of_finding(subject), width)


def _headline(subject: Subject) -> Text:
    """`DOWN, CRITICAL  203.0.113.7 on fw1 (198.51.100.1)`."""
    finding, device = subject.finding, subject.device
    tunnel = words.tunnel_of(finding, device)
    state = f"{words.state(tunnel.state).upper()}, " if tunnel else ""
    line = Text().append(f" {state}{finding.severity.upper()} ", f"{words.SEVERITY_STYLES[finding.severity]} reverse")
    about = f"{finding.peer} on " if finding.peer else ""
    host = f" ({device.host})" if device.host and device.host != device.name else ""
    return line.append(words.printable(f" {about}{device.name}{host}"), "bold")


def _of_finding(subject: Subject) -> Iterator[tuple[str, str]]:
    finding, device = subject.finding, subject.device
    tunnel = words.tunnel_of(finding, device)
    negotiation = words.negotiation_of(finding, device)
    about_tunnel = finding.peer is not None or finding.family != "device" or finding.cause == "undetermined"
    if tunnel is not None:
        yield "Tunnel", words.listed((words.whom(tunnel), words.lasting(tunnel), _version(tunnel)))
    elif finding.peer is not None:
        yield "Tunnel", words.listed((words.whom(finding), "state unknown"))
    elif about_tunnel:
        yield "Tunnel", "its peer is not named in what was read"
    yield "Cause", f"{words.printable(finding.summary)} [{finding.cause}, {finding.confidence}]"
    if about_tunnel:
        attempt = f"; {words.attempt(negotiation)}" if negotiation else ""
        yield "Phase", words.phase(finding, negotiation) + attempt
    yield "Side", words.SIDES[finding.side]
    for evidence in words.proof(finding, device)[:1]:
        yield "Proof", f"{words.where(evidence)}  {words.printable(evidence.text.strip())}"
    for step in finding.next_steps[:1]:
        yield "Next", f"{words.printable(step.command)}   ({words.EFFECTS[step.effect]}: {words.printable(step.why)})"
    for question in finding.ask_peer[:1]:
        yield "Ask peer", words.printable(question)
    if not finding.ask_peer and finding.side == "local" and about_tunnel:
        yield "Ask peer", "nothing: this end can mend it"


def _version(tunnel: ReportTunnel) -> str:
    return f"IKEv{tunnel.ike_version}" if tunnel.ike_version else ""


def _of_the_unjudged(report: Report) -> Iterator[tuple[str, str]]:
    unjudged = [device for device in report.devices if not device.judged]
    if not report.devices:
        yield "Device", "none was read"
    for device in unjudged[: LINES - 3]:
        reasons = device.not_judged or tuple(finding.summary for finding in device.findings[:1])
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        reason = (reasons[0] if reasons else "could not be judged").removeprefix(f"{device.name}: ")
        yield "Device", words.printable(f"{device.name}: {reason}{more}")
    if len(unjudged) > LINES - 3:
        yield "", f"and {words.plural(len(unjudged) - LINES + 3, 'device')} more, below"
    yield "Tunnels", counted(report)


def _healthy(report: Report) -> Text:
    line = Text().append(" HEALTHY ", "bold green reverse")
    return line.append(f" {counted(report)}; nothing to act on", "bold")


def counted(report: Report) -> str:
    """`3 devices · 12 tunnels: 11 up, 1 down`."""
    summary = report.summary
    states = listed_states(tunnel for device in report.devices for tunnel in device.tunnels)
    tunnels = words.plural(summary.tunnels, "tunnel") + (f": {states}" if states else "")
    return words.listed((words.plural(summary.devices, "device"), tunnels))


def listed_states(tunnels: Iterable[ReportTunnel]) -> str:
    """`11 up, 1 down`, in the order in which states matter; empty without a tunnel."""
    counts: dict[TunnelState, int] = dict.fromkeys(words.STATE_STYLES, 0)
    for tunnel in tunnels:
        counts[tunnel.state] += 1
    return ", ".join(f"{count:,} {words.state(state)}" for state, count in counts.items() if count)


def _of_the_only_tunnel(report: Report) -> Iterator[tuple[str, str]]:
    tunnels = [(device, tunnel) for device in report.devices for tunnel in device.tunnels]
    if len(tunnels) != 1:
        return
    device, tunnel = tunnels[0]
    yield "Device", words.listed((words.printable(device.name), words.printable(device.software or "")))
    yield "Tunnel", words.listed((words.whom(tunnel), words.lasting(tunnel), _version(tunnel)))
    ended = [one for one in device.negotiations if one.peer == tunnel.peer]
    if ended:
        yield "Phase", words.attempt(ended[-1]) + _sa_words(ended[-1])


def _sa_words(negotiation: ReportNegotiation) -> str:
    spis = [f"SPI in {child.spi_in or '?'}, out {child.spi_out or '?'}" for child in negotiation.child_sas[:1]]
    address = f"address {words.printable(negotiation.assigned_address)}" if negotiation.assigned_address else ""
    joined = words.listed((*spis, address))
    return f"; {joined}" if joined else ""


def _fields(fields: Iterable[tuple[str, str]], width: int | None) -> Iterator[Text]:
    listed = list(fields)
    measure = width and width - LABEL_WIDTH - 2
    for (label, value), room in zip(listed, _shared_out(listed, measure), strict=True):
        for number, part in enumerate(folded(value, measure, room, _kept_end(label, value))):
            line = Text().append(f"  {label if number == 0 else '':<{LABEL_WIDTH}}", "bold")
            yield line.append(part, "cyan" if label == "Proof" else "")


def _kept_end(label: str, value: str) -> str:
    """The end of a value that stays although it is cut: the id of the cause, which one types next, and the reason in
    which a long line of the device ends."""
    if label == "Cause":
        return value[value.rfind(" [") :]
    reason = max(value.rfind(" Reason:"), value.rfind(" ERROR:")) if label == "Proof" else -1
    return value[reason:] if reason >= 0 else ""


def _shared_out(fields: Sequence[tuple[str, str]], measure: int | None) -> list[int]:
    """The lines that each field may take, together no more than the block has beside its headline."""
    wanted = [len(folded(value, measure, LINES)) for _, value in fields]
    rooms = [min(lines, _ROOM.get(label, 1)) for (label, _), lines in zip(fields, wanted, strict=True)]
    order = [*_ROOM]
    ranked = sorted(range(len(fields)), key=lambda at: order.index(fields[at][0]) if fields[at][0] in order else -1)
    spare = LINES - 1 - sum(rooms)
    while spare > 0 and rooms != wanted:
        for at in ranked:
            if spare > 0 and rooms[at] < wanted[at]:
                rooms[at] += 1
                spare -= 1
    return rooms


def folded(value: str, width: int | None, room: int, kept: str = "") -> list[str]:
    """The value in at most ``room`` lines of ``width``, broken at spaces where there are any, cut with `…`. ``kept`` is
    its end, which stays although the rest is cut, where there is room for it."""
    if width is None or len(value) <= width:
        return [value]
    lines: list[str] = []
    rest = value
    while rest and len(lines) < room:
        if len(rest) <= width:
            cut = width
        else:
            space = rest.rfind(" ", width // 2, width + 1)
            cut = space if space > 0 else width
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        kept = kept if len(kept) < width - 2 else ""
        lines[-1] = lines[-1][: width - 2 - len(kept)].rstrip() + " …" + kept
    return lines
