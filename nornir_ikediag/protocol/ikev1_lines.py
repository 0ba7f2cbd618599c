"""What each kind of line does to the exchanges of a peer. ``HANDLERS`` is the table; most go to the exchange that the
device named last."""

from collections.abc import Callable

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_endings import delete_received, ike_terminating, session_over, torn_down
from nornir_ikediag.protocol.ikev1_packets import decide_repeated, failing_state, packet
from nornir_ikediag.protocol.ikev1_peer import Peer

_MOST_ANNOUNCEMENTS = 10
_PEER_TABLE = ("debug-037", "debug-038")  # the catalogue's rows of `Removing peer from peer table failed` and its like


def feed(peer: Peer, event: Event) -> Attempt | None:
    """Take the next event of this peer; the attempt it belongs to, if any."""
    if peer.repeated is not None:
        decide_repeated(peer, event)
    return HANDLERS[event.kind](peer, event)


def initiator_starts(peer: Peer, event: Event) -> Attempt:
    if event.get("phase") == "2":
        attempt = peer.new_quick(event, "")
    else:
        attempt = peer.new_first(event)
        attempt.rekey = event.get("rekey") == "yes"
    role = attempt.role
    attempt.take(event)
    attempt.quick_role = "initiator" if event.get("phase") == "2" else attempt.quick_role
    if event.get("phase") == "2" and attempt is peer.first:
        attempt.role, attempt.rekey = role, False
    return attempt


def qm_starts(peer: Peer, event: Event) -> Attempt:
    attempt = peer.new_quick(event, event.get("message_id"))
    attempt.quick_role = event.get("role") or attempt.quick_role
    attempt.stage_before_quick = attempt.stage
    if attempt.running:
        attempt.stage = "phase2"
    if attempt.exchange == "quick-mode":
        attempt.take(event)
    else:
        attempt.add(event)
    return attempt


def qm_delayed(peer: Peer, event: Event) -> Attempt | None:
    if peer.focus is not None and peer.focus.running and peer.focus.stage_before_quick:
        peer.focus.stage = peer.focus.stage_before_quick
    return peer.other(event)


def phase1_completed(peer: Peer, event: Event) -> Attempt:
    first = peer.first
    if first is None or not first.running or first.phase1_up:
        if first is not None and first.running:
            peer.supersede(first)
        first = peer.new_first(event)
    first.take(event)
    peer.ike_sas_up = min(peer.ike_sas_up + 1, 2) if first.rekey else 1
    if first.rekey:
        peer.succeed(first, event)
    peer.focus = first
    return first


def phase2_completed(peer: Peer, event: Event) -> Attempt:
    attempt = peer.quick_numbered(event)
    attempt.take(event)
    return peer.succeed(attempt, event)


def child_established(peer: Peer, event: Event) -> Attempt:
    focus = peer.focus
    running = [one for one in peer.quick.values() if one.running]
    if focus is not None and focus.quick is not None and focus.running:
        attempt = focus
    else:
        attempt = running[-1] if running else peer.new_quick(event, "")
    attempt.quick_role = attempt.quick_role or event.get("role")
    attempt.take(event)
    return peer.succeed(attempt, event)


def qm_fsm_error(peer: Peer, event: Event) -> Attempt:
    attempt = peer.quick_numbered(event)
    attempt.take(event)
    return peer.fail(attempt, event)


def fsm_error(peer: Peer, event: Event) -> Attempt:
    state = failing_state(event)
    machine = event.get("machine")
    if machine == "QM":
        focus = peer.focus
        near = focus is not None and focus.quick is not None and (focus.running or focus.is_near(event))
        attempt = focus if near and focus is not None else peer.new_quick(event, "")
        if attempt.quick_role is None:
            attempt.quick_role = event.get("role") or None
    else:
        first = peer.first
        usable = first is not None and (first.running or (first.outcome == "failed" and first.is_near(event)))
        attempt = first if usable and first is not None else peer.new_first(event)
    attempt.take(event)
    peer.fail(attempt, event, state)
    if state and attempt.outcome == "failed" and not (attempt.stopped_at or "").startswith(machine):
        attempt.stopped_at = state
    if machine == "TM" and attempt.stage in ("phase1", "unknown"):
        attempt.stage = "mode-config" if state in ("TM_BLD_REPLY", "TM_WAIT_REQ") else "xauth"
    elif state and "_TM_INIT_" in state:
        attempt.stage = "mode-config" if "MODECFG" in state else "xauth"
    return attempt


def session_timed_out(peer: Peer, event: Event) -> Attempt:
    attempt = peer.first if peer.first is not None and peer.first.running else peer.new_first(event)
    attempt.take(event)
    return peer.fail(attempt, event, event.get("state") or None)


def duplicate(peer: Peer, event: Event) -> Attempt | None:
    candidates_ = (peer.focus, peer.first) if event.get("phase") == "2" else (peer.first,)
    target = next((one for one in candidates_ if one is not None and one.running), None)
    if target is None:
        peer.loose.append(event)
        return None
    target.take(event)
    return target


def cleaned_up(peer: Peer, event: Event) -> Attempt | None:
    """The peer table is cleared when phase 1 came to nothing: that ends the exchange, and may be all that was logged
    of it."""
    if event.message not in _PEER_TABLE:
        return peer.other(event)
    first = peer.first
    again = first is not None and first.outcome == "failed" and not first.is_near(event)
    if (first is None or again) and not peer.quick and not peer.established:
        first = peer.new_first(event)
    if first is None or not first.running or first.phase1_up or peer.focus is not first:
        return peer.other(event)
    first.take(event)
    return peer.fail(first, event)


def noted(peer: Peer, event: Event) -> Attempt | None:
    what = event.fields.get("what")
    if what is None:
        return peer.other(event)
    if what == "phase1-starts":
        attempt = peer.new_first(event)
        attempt.role = event.get("role")
        attempt.take(event)
        return attempt
    if what == "phase2-starts":
        return qm_starts(peer, event)
    target = peer.other(event)
    if target is not None and what in _LEARNED:
        _LEARNED[what](target, event)
    return target


def notify(peer: Peer, event: Event) -> Attempt | None:
    if event.get("name") == "INITIAL_CONTACT" and peer.first is not None and not peer.first.phase1_up:
        peer.first.rekey = False  # the peer knows nothing of what was up
    return peer.other(event)


def rekey_starts(peer: Peer, event: Event) -> Attempt | None:
    if event.get("phase") == "2":
        peer.rekey_lines = [*peer.rekey_lines[-_MOST_ANNOUNCEMENTS:], event]
    else:
        peer.loose.append(event)
    return None


def _role_known(attempt: Attempt, event: Event) -> None:
    if attempt.role == "unknown" and attempt.exchange != "quick-mode" and event.get("role"):
        attempt.role = event.get("role")


def _address_known(attempt: Attempt, event: Event) -> None:
    attempt.assigned_address = attempt.assigned_address or event.get("address") or None


def _xauth(attempt: Attempt, event: Event) -> None:
    if attempt.stage in ("unknown", "phase1"):
        attempt.stage = "xauth"


def _mode_config(attempt: Attempt, event: Event) -> None:
    if attempt.stage in ("unknown", "phase1", "xauth"):
        attempt.stage = "mode-config"


_LEARNED: dict[str, Callable[[Attempt, Event], None]] = {
    "keys": _role_known,
    "address": _address_known,
    "xauth-reply": _xauth,
    "cfg-request": _mode_config,
}
HANDLERS: dict[EventKind, Callable[[Peer, Event], Attempt | None]] = {
    **dict.fromkeys(EventKind, Peer.other),
    EventKind.PACKET: packet,
    EventKind.INITIATOR_STARTS: initiator_starts,
    EventKind.QM_STARTS: qm_starts,
    EventKind.QM_DELAYED: qm_delayed,
    EventKind.PHASE1_COMPLETED: phase1_completed,
    EventKind.PHASE2_COMPLETED: phase2_completed,
    EventKind.CHILD_ESTABLISHED: child_established,
    EventKind.QM_FSM_ERROR: qm_fsm_error,
    EventKind.FSM_ERROR: fsm_error,
    EventKind.SESSION_TIMED_OUT: session_timed_out,
    EventKind.DUPLICATE: duplicate,
    EventKind.NOTED: noted,
    EventKind.CONSEQUENCE: cleaned_up,
    EventKind.NOTIFY_RECEIVED: notify,
    EventKind.REKEY_STARTS: rekey_starts,
    EventKind.TORN_DOWN: torn_down,
    EventKind.DPD_TIMEOUT: session_over,
    EventKind.IKE_TERMINATING: ike_terminating,
    EventKind.DELETE_RECEIVED: delete_received,
}
