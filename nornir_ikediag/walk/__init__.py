"""Negotiations told step by step: what each end built, sent, received and made of it, in the order of events.

Theory. A message divides what an end does into four: it builds the message and sends it; the other end receives it and
processes it. The device says little of the border between processing one message and building the next, but it names
what it constructs. Messages are called as engineers call them: AM1, QM2, the XAUTH request, IKE_AUTH request (see
:mod:`nornir_ikediag.walk.messages`). When both ends were logged their steps are interleaved: nothing is received
before it was sent, and where that leaves a choice the clocks decide, set against each other by the messages that both
logged.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median_low

from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.report import Walk, WalkLines, WalkStep
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.walk.messages import Named, answer_to, is_client, named_messages
from nornir_ikediag.walk.phrases import PHRASES, summary

_UNREADABLE = frozenset({EventKind.DECRYPT_FAILED})
_COMPLETES = frozenset({EventKind.PHASE1_COMPLETED, EventKind.PHASE2_COMPLETED})
_BUILDING = ("_BLD_", "_SND_", "_INITIAL")
_HELD = Named("QM", "QM1", "hold", None)
_GOES_ON = frozenset({"send", "resend", "complete", "hold"})  # what follows is said about it
_MOST_LINES = 8


class _Step:
    """One step while it is collected: the message it is about, what is done with it, and the events."""

    def __init__(self, message: Named | None, direction: str, events: list[Event]) -> None:
        self.message, self.direction, self.events = message, direction, events

    @property
    def at(self) -> datetime | None:
        return next((event.at for event in self.events if event.at is not None), None)

    @property
    def key(self) -> tuple[str, str] | None:
        return (self.message.exchange, self.message.message) if self.message else None


class _Told:
    """One end's account of one negotiation."""

    def __init__(self, device: Device, tunnel: Tunnel, negotiation: Negotiation) -> None:
        self.device, self.tunnel, self.negotiation = device, tunnel, negotiation
        self.is_client = any(map(is_client, negotiation.events[:1]))
        self.side = "client" if self.is_client else "asa"
        self.messages = named_messages(negotiation)
        self.steps = _merged(list(_steps(negotiation.events, self.messages)))
        self.ids = {one.message_id for one in self.messages.values() if one.message_id}


def walks(device: Device) -> tuple[Walk, ...]:
    """One walk for each negotiation of this device that has events, in the order of its tunnels."""
    return told((device,))


def told(devices: Sequence[Device]) -> tuple[Walk, ...]:
    """One walk for each negotiation; one for both accounts where a firewall and its client logged the same one."""
    accounts = [
        _Told(device, tunnel, negotiation)
        for device in devices
        for tunnel in device.tunnels
        for negotiation in tunnel.negotiations
        if negotiation.events
    ]
    clients = [one for one in accounts if one.is_client]
    found = []
    for account in (one for one in accounts if not one.is_client):
        partner = next((one for one in clients if one.ids & account.ids), None)
        if partner is not None:
            clients.remove(partner)
        found.append(_walk(account, partner))
    return (*found, *(_walk(one, None) for one in clients))


def _walk(account: _Told, partner: _Told | None) -> Walk:
    if partner is None:
        steps = [(account, step) for step in account.steps]
        offset = None
    else:
        shift, offset = _offset(account, partner)
        steps = list(_interleaved(account, partner, shift))
    numbers = (account.negotiation.id, *((partner.negotiation.id,) if partner else ()))
    return Walk(
        negotiations=numbers,
        clock_offset_seconds=offset,
        steps=tuple(_published(number, side, step) for number, (side, step) in enumerate(steps, start=1)),
    )


def _steps(events: Sequence[Event], messages: dict[int, Named]) -> Iterator[_Step]:
    """What was done, cut where it turns from one thing to another."""
    doing: _Step | None = None
    previous: Named | None = None
    upcoming = [(number, messages[number]) for number in sorted(messages)]
    for number, event in enumerate(events):
        begun = _begun(event, messages.get(number), previous, doing)
        if begun is None:
            following = next((one for at, one in upcoming if at > number), None)
            direction = _doing(event, doing, following)
            if doing is not None and doing.direction == direction:
                doing.events.append(event)
                continue
            begun = _Step(following if direction == "build" else previous, direction, [event])
        previous = messages.get(number) or previous
        if doing is not None:
            yield doing
        doing = begun
    if doing is not None:
        yield doing


def _begun(event: Event, message: Named | None, previous: Named | None, doing: _Step | None) -> _Step | None:
    """The step that this event begins by what it is, whatever goes on."""
    if message is not None:
        return _Step(message, message.direction, [event])
    if event.kind in _UNREADABLE and previous is not None and doing is not None and doing.message == previous:
        unread = answer_to(previous)  # it came, and the device cannot list what is in it
        return _Step(unread, "process", [event]) if unread is not None else None
    if event.kind in _COMPLETES:
        return _Step(previous, "complete", [event])
    if event.kind == EventKind.QM_STARTS and event.get("role") == "responder":
        return _Step(_HELD._replace(message_id=event.get("message_id") or None), "hold", [event])
    return None


def _doing(event: Event, doing: _Step | None, following: Named | None) -> str:
    """What an event that is no message says that this end does."""
    if "WAIT_4USER" in event.get("state"):
        return "wait"
    now = doing.direction if doing is not None else "build"
    if following is not None and following.direction in ("send", "resend"):
        text = event.origin.text.lower()
        builds = "construct" in text or "constuct" in text or any(word in event.get("state") for word in _BUILDING)
        if builds or now == "build":
            return "build"
    return now if now in _GOES_ON else "process"


def _merged(steps: list[_Step]) -> list[_Step]:
    """Without steps that hold nothing but a remark between two messages: they join the step before."""
    kept: list[_Step] = []
    for step in steps:
        trivial = step.direction in ("process", "build") and len(step.events) < 2 and not summary(step.events)
        if trivial and kept:
            kept[-1].events.extend(step.events)
        else:
            kept.append(step)
    return kept


def _offset(account: _Told, partner: _Told) -> tuple[timedelta, int | None]:
    """The account's clock less the partner's, from the messages that both logged: as it reads, and in seconds without
    the years that a log lacks."""
    times = {(step.key, step.direction): step.at for step in partner.steps}
    pairs = []
    for step in account.steps:
        other = times.get((step.key, {"send": "receive", "receive": "send"}.get(step.direction, "")))
        if step.key and step.at is not None and other is not None:
            pairs.append((step.at, other))
    if not pairs:
        return timedelta(0), None
    assumed = account.device.facts.clock_year_assumed is not None
    plain = [(mine.replace(year=other.year) if assumed and mine.day < 29 else mine) - other for mine, other in pairs]
    return median_low([mine - other for mine, other in pairs]), int(median_low(plain).total_seconds())


def _interleaved(account: _Told, partner: _Told, offset: timedelta) -> Iterator[tuple[_Told, _Step]]:
    """Both accounts in one order: a message is received after it was sent, else the earlier clock goes first."""
    waiting = {account: list(account.steps), partner: list(partner.steps)}
    shift = {account: timedelta(0), partner: offset}
    while any(waiting.values()):
        heads = [side for side in (account, partner) if waiting[side]]
        free = [side for side in heads if not _is_early(waiting[side][0], waiting[_other(side, account, partner)])]
        choice = min(free or heads, key=lambda side: _moment(waiting[side][0], shift[side]))
        yield choice, waiting[choice].pop(0)


def _other(side: _Told, account: _Told, partner: _Told) -> _Told:
    return partner if side is account else account


def _is_early(step: _Step, others: Sequence[_Step]) -> bool:
    return step.direction == "receive" and any(one.direction == "send" and one.key == step.key for one in others)


def _moment(step: _Step, shift: timedelta) -> datetime:
    return datetime.min if step.at is None else step.at + shift


def _published(number: int, account: _Told, step: _Step) -> WalkStep:
    message = step.message
    times = [event.at for event in step.events if event.at is not None]
    numbers = [int(event.get("client_sequence")) for event in step.events if event.get("client_sequence").isdigit()]
    return WalkStep(
        number=number,
        side=account.side,
        exchange=_exchange(account, step),
        message=message.message if message and step.direction != "complete" else "",
        direction=step.direction,
        summary=_said(step),
        message_id=message.message_id if message else None,
        client_sequence=(min(numbers), max(numbers)) if numbers else None,
        started_at=times[0] if times else None,
        duration_seconds=int((times[-1] - times[0]).total_seconds()) if times else None,
        lines=tuple(_lines(step.events)),
        configuration=() if account.is_client else _configuration(account, step),
    )


def _said(step: _Step) -> str:
    first = step.events[0].kind
    return PHRASES[first] if first in _COMPLETES else summary(step.events) or _payloads(step)


def _exchange(account: _Told, step: _Step) -> str:
    if step.direction == "complete":
        phase1 = {"aggressive-mode": "AM", "main-mode": "MM"}.get(account.negotiation.exchange, "IKE_AUTH")
        return phase1 if step.events[0].kind == EventKind.PHASE1_COMPLETED else "QM"
    return step.message.exchange if step.message else account.negotiation.exchange


def _payloads(step: _Step) -> str:
    payloads = step.events[0].get("payloads") if step.events[0].kind == EventKind.PACKET else ""
    length = step.events[0].get("length")
    return f"{payloads} ({length} bytes)" if payloads and length.isdigit() else payloads


def _lines(events: Sequence[Event]) -> Iterator[WalkLines]:
    """The span of each source that the step's events stand in."""
    for source in dict.fromkeys(event.origin.source for event in events):
        numbers = [event.origin.line for event in events if event.origin.source == source]
        yield WalkLines(source, min(numbers), max(numbers))


def _configuration(account: _Told, step: _Step) -> tuple[Evidence, ...]:
    """The lines of the configuration that this step depends on, where the configuration was read."""
    facts, mine = account.device.facts.configuration, account.tunnel.configuration
    if step.direction != "process" or step.message is None or facts is None or mine is None:
        return ()
    group = mine.tunnel_group.lines if mine.tunnel_group else ()
    if step.message.exchange in ("AM", "MM", "IKE_SA_INIT"):
        version = account.negotiation.ike_version
        policies = [line for one in facts.ike_policies if one.ike_version == version for line in one.lines]
        return (*policies, *group)[:_MOST_LINES]
    if step.message.exchange in ("QM", "IKE_AUTH", "CREATE_CHILD_SA"):
        return tuple(line for entry in mine.crypto_maps for line in entry.lines)[:_MOST_LINES]
    policy = mine.group_policy.lines if mine.group_policy else ()
    return (*group, *policy)[:_MOST_LINES]
