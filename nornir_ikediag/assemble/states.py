"""The state of a tunnel, from its SAs where they were read, else from its log.

SAs that were read speak first (IKE SA across, child SAs down; *covered* means that the output which would show one was
read to its end):

| IKE SA        | child SAs, or an IKEv2 child count | none, covered | none, not covered |
|---------------|------------------------------------|---------------|-------------------|
| active        | up (*)                             | phase1-only   | unknown (**)      |
| rekeying      | rekeying                           | phase1-only   | unknown (**)      |
| negotiating   | rekeying                           | negotiating   | negotiating       |
| none          | up: in IKEv1 the IKE SA may expire while its child SAs live | see below | see below |

`show vpn-sessiondb` speaks where no output of SAs was read: who is listed there is up.

(*) rekeying when a child SA has two pairs; partial when a child SA of this peer was refused and none stands for it.
(**) unless the log tells more.

No SA at all, and the output that would show one was read to its end:

| what else is known                                                                  | state |
|-------------------------------------------------------------------------------------|-------|
| the log shows that it came up, and nothing says that the SAs were read later         | up    |
| this unit is a standby: its peer unit holds the SAs                                  | unknown |
| the log ends in the middle of an attempt, before the SAs were read or without order  | negotiating |
| an attempt failed, or the peer was lost: traffic wants it                            | down  |
| somebody expects it, or asked for this very peer                                     | down  |
| a virtual tunnel interface that is not shut down: it comes up by itself              | down  |
| it ended in order: idle, time over, an administrator, the peer or the user           | idle  |
| only the configuration names it: a policy-based tunnel comes up with traffic         | idle  |

So *down* always means that somebody wants it, and *idle* that nothing shows that anybody does. Without any SA output
the log alone decides; without a log either, the state is unknown.
"""

import re
from collections.abc import Sequence

import msgspec

from nornir_ikediag.causes._attempts import REASONS
from nornir_ikediag.causes._loose import gives_up
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import ChildSa, IkeSa
from nornir_ikediag.model.tunnel import Tunnel, TunnelState


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the texts cover. ``cut``: an output that would show an SA stops before its end. ``after_log``: the SAs were
    read after the log ended. ``wanted``: somebody asked for this peer, expects it, or its kind comes up by itself."""

    ike_sas: bool
    child_sas: bool
    cut: bool
    after_log: bool
    standby: bool
    wanted: bool


_ACTIVE = re.compile(r"(?:MM|AM)_(?:ACTIVE|TM_PEND_QM)$|READY$|QM_IDLE$|UP-|(?:MM|AM)_STANDBY$", re.IGNORECASE)
_REKEYING = re.compile(r"REKEY", re.IGNORECASE)
_GONE = re.compile(r"(?:MM|AM)_(?:DONE|FREE)|DELETE", re.IGNORECASE)
# Session manager reasons (asa-syslog 113019, 713050, 713259) of an end that nobody needs to look into.
ORDERLY = re.compile(
    r"idle|max time|session time|administrator|user requested|operator|peer terminat|session disconnected|ike delete|"
    r"peer reconnected|phase ?1 rekey|sa expired|peer request|port preempted|rekey|user request",
    re.IGNORECASE,
)
_ENDS = (
    EventKind.TORN_DOWN, EventKind.DELETE_RECEIVED, EventKind.DELETE_SENT, EventKind.DPD_TIMEOUT,
    EventKind.IDLE_TIMEOUT, EventKind.ADMINISTRATOR_CLEARED, EventKind.SAME_IDENTITY,
)  # fmt: skip
# These say that somebody wants the tunnel and cannot have it, even where no negotiation was logged.
_REFUSED = (REASONS | {EventKind.KEY_ACQUIRE_IGNORED}) - {
    EventKind.DPD_TIMEOUT, EventKind.ADMINISTRATOR_CLEARED, EventKind.REKEY_COLLISION, EventKind.INTERFACE_CHANGED,
    EventKind.STANDBY_DROPPED, EventKind.SAME_IDENTITY,
}  # fmt: skip
_LOST = (EventKind.DPD_TIMEOUT, EventKind.INTERFACE_CHANGED, EventKind.REKEY_FAILED)


def state_of(tunnel: Tunnel, known: Known) -> TunnelState:
    """The state by the tables above."""
    shown = _shown(tunnel, known)
    if shown is not None:
        return shown
    logged = logged_state(tunnel)
    if known.cut or not (known.ike_sas or known.child_sas):
        return logged or "unknown"
    if logged in ("up", "negotiating") and not known.after_log:
        return logged
    if known.standby:
        return "unknown"
    return "down" if known.wanted or logged not in (None, "idle") else "idle"


def phase(sa: IkeSa) -> str:
    """What the device's own word for the state of an IKE SA comes to: active, rekeying, gone, negotiating, unknown."""
    word = sa.state or sa.status or ""
    if not word:
        return "unknown"
    if _REKEYING.search(word) or (sa.rekey and _ACTIVE.search(word)):
        return "rekeying"
    if _ACTIVE.search(word):
        return "active"
    if _GONE.match(word):
        return "gone"
    return "negotiating" if re.match(r"(?:MM|AM|I|R)_|IN-NEG|INIT", word, re.IGNORECASE) else "unknown"


def logged_state(tunnel: Tunnel) -> TunnelState | None:
    """The state by the log alone, or None where it holds nothing on the tunnel's coming and going."""
    state: TunnelState | None = None
    for negotiation in tunnel.negotiations:
        state = _after(negotiation, state)
    last_success = _last_line(tunnel.negotiations)
    for event in tunnel.events:
        ended = event.kind in _ENDS and event.get("scope") != "child"
        if event.kind is EventKind.DELETE_SENT and state is None:
            continue  # it clears up behind a failure just as well
        if ended and event.origin.line > last_success.get(event.origin.source, 0):
            state = _ended((event,), tunnel.kind == "remote-access")
        elif state is None and event.kind in _REFUSED:
            state = "down"
    if state is None and gives_up(tunnel.events):
        state = "down"
    if state == "up" and any(one.child_only for one in tunnel.failures if not one.rekey):
        return "partial"
    return state


def _shown(tunnel: Tunnel, known: Known) -> TunnelState | None:
    phases = {phase(sa) for sa in tunnel.ike_sas} - {"gone"}
    children = [child for child in tunnel.child_sas if carries(child)]
    if not phases and not children:
        return None if known.ike_sas or known.child_sas or known.cut else _of_sessions(tunnel)
    if not children:
        return _without_children(tunnel, phases, known)
    if "negotiating" in phases and not phases & {"active", "rekeying"}:
        return "rekeying"
    if "rekeying" in phases or any(_has_two_pairs(child) for child in children):
        return "rekeying"
    refused = [one for one in tunnel.failures if one.child_only and not one.rekey and _is_missing(one, children)]
    return "partial" if refused else "up"


def _of_sessions(tunnel: Tunnel) -> TunnelState | None:
    """A session that the device lists is up; its protocols say how far: `IKEv1` alone, or `IKEv1 IPsec`."""
    protocols = " ".join(session.protocol or "" for session in tunnel.sessions).lower()
    return "up" if "ipsec" in protocols else "phase1-only" if "ike" in protocols else None


def _without_children(tunnel: Tunnel, phases: set[str], known: Known) -> TunnelState:
    if phases <= {"negotiating"}:
        return "negotiating"
    if known.child_sas:
        return "phase1-only"
    logged = logged_state(tunnel)
    return logged if logged in ("up", "partial") else "unknown"


def carries(child: ChildSa) -> bool:
    """Whether this entry holds an SA; the device can list an entry without one."""
    return bool(child.spi_in or child.spi_out or child.sas)


def _has_two_pairs(child: ChildSa) -> bool:
    return sum(sa.direction == "inbound" for sa in child.sas) > 1


def _is_missing(refused: Negotiation, children: Sequence[ChildSa]) -> bool:
    return refused.selectors is None or all(child.selectors != refused.selectors for child in children)


def _after(negotiation: Negotiation, state: TunnelState | None) -> TunnelState | None:
    """The state after this negotiation, given the state before it."""
    if negotiation.outcome == "established":
        return "up"
    remote_access = negotiation.username is not None
    if negotiation.outcome == "deleted":
        return _ended(negotiation.events, remote_access)
    if negotiation.child_only or negotiation.rekey or _collided(negotiation):
        if state in ("up", "partial") or _collided(negotiation):
            return state
        return "negotiating" if negotiation.outcome == "incomplete" else "down"
    if negotiation.outcome == "failed":
        return "down"
    return "rekeying" if state in ("up", "rekeying") else "negotiating"


def _collided(negotiation: Negotiation) -> bool:
    """Whether it was only refused because another one for the same networks was under way."""
    return negotiation.outcome == "failed" and all(
        event.kind == EventKind.REKEY_COLLISION for event in negotiation.events
    )


def _ended(events: Sequence[Event], remote_access: bool) -> TunnelState:
    """Down when the tunnel was lost, idle when it was closed. Remote users close their laptops: that is no loss."""
    if any(event.kind in _LOST for event in events):
        return "idle" if remote_access else "down"
    reasons = [event.get("reason") for event in events if event.kind == EventKind.TORN_DOWN and event.get("reason")]
    if not reasons or any(ORDERLY.search(reason) for reason in reasons):
        return "idle"
    return "idle" if remote_access and "lost service" in reasons[-1].lower() else "down"


def _last_line(negotiations: Sequence[Negotiation]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for negotiation in negotiations:
        if negotiation.outcome == "established":
            origin = (negotiation.events[-1] if negotiation.events else negotiation.origin).origin
            lines[origin.source] = max(origin.line, lines.get(origin.source, 0))
    return lines
