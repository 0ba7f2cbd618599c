"""Words that several causes share: who did what, and how the evidence is cut to a few lines."""

from collections.abc import Iterable
from datetime import datetime

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import DeviceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

_FEW = 6


def few(*groups: Event | Evidence | Iterable[Event | Evidence | None] | None) -> tuple[Evidence, ...]:
    """The lines in the order given, each once, six at most: the proving line goes first."""
    lines: list[Evidence] = []
    for group in groups:
        members = [group] if group is None or isinstance(group, Event | Evidence) else list(group)
        for member in members:
            line = member.origin if isinstance(member, Event) else member
            if line is not None and line not in lines:
                lines.append(line)
    return tuple(lines[:_FEW])


def mode(attempt: Negotiation) -> str:
    """The name of the exchange as one says it: main mode, Quick Mode, IKEv2."""
    names = {"main-mode": "main mode", "aggressive-mode": "aggressive mode", "quick-mode": "Quick Mode"}
    if attempt.ike_version == 2:
        return "IKEv2"
    return names.get(attempt.exchange, "IKEv1")


def after_colon(text: str) -> str:
    """``: text``, or nothing where there is no text."""
    return f": {text}" if text else ""


def plural(count: int, noun: str) -> str:
    """``1 attempt``, ``3 attempts``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def join(words: Iterable[str], conjunction: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def times(count: int) -> str:
    """``once``, ``3 times``."""
    return "once" if count == 1 else f"{count} times"


def at_time(tunnel: Tunnel, moment: datetime | None) -> str:
    """`` at 2026-11-24 06:10:02 by our clock``, to be mailed; nothing where no line tells the time."""
    if moment is None:
        return ""
    spelled = "%d %b %H:%M:%S" if tunnel.device.clock_year_assumed else "%Y-%m-%d %H:%M:%S"
    return f" at {moment.strftime(spelled)} by our clock"


def networks_of(local: str, remote: str) -> str:
    """Both networks as the peer's engineer can read them, to whom `local` is the other one; nothing if not known."""
    return f"{local} (ours) and {remote} (yours)" if local and remote else ""


def own_words(facts: DeviceFacts) -> str:
    """What kept the collector out, as a summary: no full stop, and no name and colon in front; a sentence that begins
    with the name keeps it. Empty where it was not kept out."""
    problem = (facts.problem or "").removesuffix(".")
    said = problem.removeprefix(f"{facts.name}: ")
    return problem if said == problem else said[:1].upper() + said[1:]


def waits_in(state: str | None) -> str:
    """`` in state MM_WAIT_MSG2``, or nothing where the state is not known."""
    return f" in state {state}" if state else ""


def resends(attempt: Negotiation) -> tuple[Event, ...]:
    """Our retransmissions, the last one first."""
    packets = [event for event in attempt.all(EventKind.PACKET) if event.get("direction") == "resending"]
    return tuple(reversed(packets or attempt.all(EventKind.RETRIES_EXHAUSTED, EventKind.RETRANSMIT)))


def sends(attempt: Negotiation) -> tuple[Event, ...]:
    """The packets that we sent, the last one first."""
    return tuple(event for event in reversed(attempt.all(EventKind.PACKET)) if event.get("direction") == "sending")
