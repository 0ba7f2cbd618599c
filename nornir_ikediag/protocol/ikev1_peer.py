"""What goes on with one peer: its first exchange, its quick modes, and which of them an event belongs to.

The device works on one packet at a time, so what it prints belongs to the exchange that it named last (``focus``). An
exchange begins with its first message, or with a line that only a beginning prints; where the log shows neither, with
the first sign of it. What comes right after a failure is its clean-up, and begins nothing.
"""

from collections import deque
from collections.abc import Callable

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_exchanges import (
    MESSAGES,
    OF_PHASE1,
    OF_PHASE2,
    REFUSALS,
    TRAILING,
    Message,
    candidates,
)
from nornir_ikediag.protocol.ikev1_packets import failing_state, number_of, quick_number

PHASE1_ID = "0x00000000"
_MOST_LOOSE = 100
_MOST_QUICK = 200
_OLD_SA_STATES = ("REKEY_DONE",)  # the IKE SA that a rekey replaced goes away: nothing ended


class Peer:
    """One peer. ``begin`` makes an attempt that the replay keeps."""

    def __init__(self, name: str, begin: Callable[[Event], Attempt]) -> None:
        self.name = name
        self._begin = begin
        self.first: Attempt | None = None
        self.quick: dict[str, Attempt] = {}
        self.focus: Attempt | None = None
        self.established: deque[Attempt] = deque(maxlen=50)
        self.ike_sas_up = 0
        self.conclusions = 0
        self.loose: deque[Event] = deque(maxlen=_MOST_LOOSE)
        self._repeated: Event | None = None  # a first message that is a repetition, or a fresh beginning
        self._rekey_announced = False

    def feed(self, event: Event) -> Attempt | None:
        """Take the next event of this peer; the attempt it belongs to, if any."""
        if self._repeated is not None:
            self._decide_repeated(event)
        handler = _HANDLERS.get(event.kind)
        return handler(self, event) if handler is not None else self._other(event)

    def close(self) -> None:
        """The log is over."""
        if self._repeated is not None and self.first is not None:
            self.first.take_packet(self._repeated, None)
            self.first.peer_repeats += 1

    # --- which attempt

    def _other(self, event: Event) -> Attempt | None:
        target = self._target(event)
        if target is None:
            if event.kind == EventKind.NOTED:
                return None
            if event.kind not in REFUSALS | OF_PHASE1 | OF_PHASE2:
                self.loose.append(event)
                return None
            target = self._new_quick(event, "") if _is_phase2(event) else self._new_first(event)
        target.take(_in_phase(event, target))
        self.focus = target
        return target

    def _target(self, event: Event) -> Attempt | None:
        focus = self.focus
        if focus is None:
            return None
        if focus.running:
            if _is_phase2(event) and focus.quick is None and focus.exchange != "quick-mode" and not focus.phase1_up:
                return next((one for one in reversed(self.quick.values()) if one.running), focus)
            return focus
        trails = event.kind in TRAILING or bool(event.get("payload"))
        return focus if trails and focus.is_near(event) else None

    def _new_first(self, event: Event) -> Attempt:
        if self.first is not None and self.first.running and not self.first.phase1_up:
            self._over(self.first)
        attempt = self._begin(event)
        attempt.stage = "phase1"
        attempt.rekey = self.ike_sas_up > 0
        self.first = self.focus = attempt
        return attempt

    def _new_quick(self, event: Event, message_id: str) -> Attempt:
        """The quick mode with this message id ('' where none was printed yet): the first one under a first exchange is part
        of it, every other an attempt of its own."""
        known = self.quick.get(message_id)
        if known is not None and (message_id or known.running):
            return known
        unnumbered = self.quick.get("")
        first = self.first
        if message_id and unnumbered is not None and unnumbered.running:
            attempt = self.quick.pop("")
        elif first is not None and first.running and first.quick is None and not first.rekey:
            attempt = first
        else:
            attempt = self._begin(event)
            attempt.exchange, attempt.stage = "quick-mode", "phase2"
            attempt.rekey, self._rekey_announced = self._rekey_announced, False
            self._inherit(attempt)
        attempt.quick = message_id
        self.quick[message_id] = self.focus = attempt
        if len(self.quick) > _MOST_QUICK:
            self.quick = {key: one for key, one in self.quick.items() if one.running or one is attempt}
        return attempt

    def _inherit(self, attempt: Attempt) -> None:
        if self.first is not None:
            attempt.tunnel_group = attempt.tunnel_group or self.first.tunnel_group
            attempt.username = attempt.username or self.first.username
            attempt.local = self.first.local
            attempt.assigned_address = self.first.assigned_address

    def _over(self, attempt: Attempt) -> None:
        attempt.supersede()
        self.conclusions += 1

    def _fail(self, attempt: Attempt, event: Event, stopped_at: str | None = None) -> Attempt:
        if attempt.running:
            self.conclusions += 1
        attempt.end(event, "failed", stopped_at)
        self.focus = attempt
        return attempt

    def _succeed(self, attempt: Attempt, event: Event) -> Attempt:
        if attempt.running:
            self.conclusions += 1
            selectors = attempt.selectors
            if attempt.exchange == "quick-mode" and selectors:
                attempt.rekey = attempt.rekey or any(one.selectors == selectors for one in self.established)
            attempt.end(event, "established")
            self.established.append(attempt)
        self.focus = attempt
        return attempt

    # --- packets

    def _packet(self, event: Event) -> Attempt | None:
        message_id = event.get("message_id")
        payloads = frozenset(event.get("payloads").split())
        if message_id == PHASE1_ID:
            return self._first_packet(event, payloads)
        attempt = self.quick.get(message_id)
        if attempt is None and "SA" in payloads:
            attempt = self._new_quick(event, message_id)
        if attempt is None:
            return self._transaction(event) if "ATTR" in payloads else self._informational(event)
        if attempt.running:
            attempt.stage = "phase2"
        number = quick_number(attempt, event.get("direction"), payloads)
        message = next((one for one in MESSAGES if one.exchange == "quick-mode" and one.number == number), None)
        if attempt.running or attempt.is_near(event):
            attempt.take_packet(event, message)
        self.focus = attempt
        return attempt

    def _first_packet(self, event: Event, payloads: frozenset[str]) -> Attempt | None:
        direction = event.get("direction")
        current = self.first if self.first is not None and self.first.running and not self.first.phase1_up else None
        message = number_of(candidates(payloads, quick=False), current, direction)
        if message is None:
            return self._informational(event)
        if current is None:
            late = self.first is not None and self.first.is_near(event) and message.number > 1 and self.first.step
            if late and self.first is not None:
                self.first.take_packet(event, None)
                return self.first
            current = self._new_first(event)
        elif message.number == 1 and self._begins_afresh(event, current):
            if direction == "received":
                self._repeated = event
                return current
            current = self._new_first(event)
        return self._step(current, event, message)

    def _step(self, attempt: Attempt, event: Event, message: Message) -> Attempt:
        attempt.exchange = message.exchange
        from_the_middle = attempt.role == "unknown" and attempt.step == 0 and message.number == 3
        attempt.take_packet(event, message)
        if from_the_middle and message.exchange == "main-mode":  # it may as well be the fourth
            attempt.role, attempt.stopped_at = "unknown", None
        self.focus = attempt
        return attempt

    def _begins_afresh(self, event: Event, current: Attempt) -> bool:
        direction = event.get("direction")
        if direction == "sending":
            return current.last_sent >= 1 or current.role == "responder"
        if direction == "received":
            return current.last_received >= 1 or current.role == "initiator"
        return False

    def _decide_repeated(self, event: Event) -> None:
        packet, self._repeated = self._repeated, None
        if packet is None or self.first is None:
            return
        if event.kind == EventKind.DUPLICATE or event.get("direction") == "resending":
            self.first.take_packet(packet, None)
            self.first.peer_repeats += event.kind != EventKind.DUPLICATE
            return
        message = number_of(candidates(frozenset(packet.get("payloads").split()), quick=False), None, "received")
        attempt = self._new_first(packet)
        if message is not None:
            self._step(attempt, packet, message)

    def _transaction(self, event: Event) -> Attempt | None:
        """XAUTH and mode-config (draft-ietf-ipsec-isakmp-xauth-06): the server asks first, the client asks for an address."""
        attempt = self.first
        if attempt is None or not attempt.running:
            return self._informational(event)
        if attempt.stage in ("unknown", "phase1"):
            attempt.stage = "xauth" if event.get("direction") == "sending" else "mode-config"
        if attempt.exchange in ("main-mode", "aggressive-mode"):
            machine = "MM" if attempt.exchange == "main-mode" else "AM"
            attempt.stopped_at = f"{machine}_TM_INIT_{'MODECFG' if attempt.stage == 'mode-config' else 'XAUTH'}"
        stopped_at = attempt.stopped_at
        attempt.take_packet(event, None)
        attempt.stopped_at = stopped_at
        self.focus = attempt
        return attempt

    def _informational(self, event: Event) -> Attempt | None:
        target = self.focus
        if target is not None and target.running:
            target.take_packet(event, None)
            return target
        if target is not None and target.is_near(event):
            target.add(event)
            return target
        self.loose.append(event)
        return None

    # --- beginnings and ends

    def _initiator_starts(self, event: Event) -> Attempt:
        if event.get("phase") == "2":
            self._rekey_announced = self._rekey_announced or event.get("rekey") == "yes"
            attempt = self._new_quick(event, "")
        else:
            attempt = self._new_first(event)
            attempt.rekey = event.get("rekey") == "yes"
        role = attempt.role
        attempt.take(event)
        attempt.quick_role = "initiator" if event.get("phase") == "2" else attempt.quick_role
        if event.get("phase") == "2" and attempt is self.first:
            attempt.role, attempt.rekey = role, False
        return attempt

    def _qm_starts(self, event: Event) -> Attempt:
        attempt = self._new_quick(event, event.get("message_id"))
        attempt.quick_role = event.get("role") or attempt.quick_role
        attempt.stage_before_quick = attempt.stage
        if attempt.running:
            attempt.stage = "phase2"
        if attempt.exchange == "quick-mode":
            attempt.take(event)
        else:
            attempt.add(event)
        return attempt

    def _qm_delayed(self, event: Event) -> Attempt | None:
        if self.focus is not None and self.focus.running and self.focus.stage_before_quick:
            self.focus.stage = self.focus.stage_before_quick
        return self._other(event)

    def _phase1_completed(self, event: Event) -> Attempt:
        first = self.first
        if first is None or not first.running or first.phase1_up:
            if first is not None and first.running:
                self._over(first)
            first = self._new_first(event)
        first.take(event)
        self.ike_sas_up = min(self.ike_sas_up + 1, 2) if first.rekey else 1
        if first.rekey:
            self._succeed(first, event)
        self.focus = first
        return first

    def _phase2_completed(self, event: Event) -> Attempt:
        message_id = event.get("message_id")
        attempt = self.quick.get(message_id)
        focus = self.focus
        if attempt is None and focus is not None and focus.quick == "" and focus.is_near(event):
            attempt, focus.quick = focus, message_id
            self.quick.pop("", None)
            self.quick[message_id] = focus
        if attempt is None:
            attempt = self._new_quick(event, message_id)
        attempt.take(event)
        return self._succeed(attempt, event)

    def _child_established(self, event: Event) -> Attempt:
        focus = self.focus
        running = [one for one in self.quick.values() if one.running]
        if focus is not None and focus.quick is not None and focus.running:
            attempt = focus
        else:
            attempt = running[-1] if running else self._new_quick(event, "")
        attempt.quick_role = attempt.quick_role or event.get("role")
        attempt.take(event)
        return self._succeed(attempt, event)

    def _qm_fsm_error(self, event: Event) -> Attempt:
        message_id = event.get("message_id")
        attempt = self.quick.get(message_id)
        focus = self.focus
        if attempt is None and focus is not None and focus.quick == "" and focus.is_near(event):
            attempt = focus
        attempt = attempt or self._new_quick(event, message_id)
        attempt.take(event)
        return self._fail(attempt, event)

    def _fsm_error(self, event: Event) -> Attempt:
        state = failing_state(event)
        machine = event.get("machine")
        if machine == "QM":
            focus = self.focus
            near = focus is not None and focus.quick is not None and (focus.running or focus.is_near(event))
            attempt = focus if near and focus is not None else self._new_quick(event, "")
            if attempt.quick_role is None:
                attempt.quick_role = event.get("role") or None
        else:
            first = self.first
            usable = first is not None and (first.running or (first.outcome == "failed" and first.is_near(event)))
            attempt = first if usable and first is not None else self._new_first(event)
        attempt.take(event)
        self._fail(attempt, event, state)
        if state and attempt.outcome == "failed" and not (attempt.stopped_at or "").startswith(machine):
            attempt.stopped_at = state
        if machine == "TM" and attempt.stage in ("phase1", "unknown"):
            attempt.stage = "mode-config" if state in ("TM_BLD_REPLY", "TM_WAIT_REQ") else "xauth"
        elif state and "_TM_INIT_" in state:
            attempt.stage = "mode-config" if "MODECFG" in state else "xauth"
        return attempt

    def _session_timed_out(self, event: Event) -> Attempt:
        attempt = self.first if self.first is not None and self.first.running else self._new_first(event)
        attempt.take(event)
        return self._fail(attempt, event, event.get("state") or None)

    def _duplicate(self, event: Event) -> Attempt | None:
        candidates_ = (self.focus, self.first) if event.get("phase") == "2" else (self.first,)
        target = next((one for one in candidates_ if one is not None and one.running), None)
        if target is None:
            self.loose.append(event)
            return None
        target.take(event)
        return target

    def _noted(self, event: Event) -> Attempt | None:
        what = event.get("what")
        if what == "phase1-starts":
            attempt = self._new_first(event)
            attempt.role = event.get("role")
            attempt.take(event)
            return attempt
        if what == "phase2-starts":
            return self._qm_starts(event)
        target = self._other(event)
        if target is not None and what in _LEARNED:
            _LEARNED[what](target, event)
        return target

    def _notify(self, event: Event) -> Attempt | None:
        if event.get("name") == "INITIAL_CONTACT" and self.first is not None and not self.first.phase1_up:
            self.first.rekey = False  # the peer knows nothing of what was up
        return self._other(event)

    def _rekey_starts(self, event: Event) -> Attempt | None:
        if event.get("phase") == "2":
            self._rekey_announced = True
        self.loose.append(event)
        return None

    def _torn_down(self, event: Event) -> Attempt | None:
        if event.get("scope") == "child":
            return self._child_torn_down(event)
        return self._session_over(event)

    def _child_torn_down(self, event: Event) -> Attempt | None:
        focus = self.focus
        if focus is not None and focus.outcome == "failed" and focus.is_near(event):
            focus.take(event)
            return focus
        remote, local = event.get("remote").partition("/")[0], event.get("local").partition("/")[0]
        gone = [one for one in self.established if one.outcome == "established"]
        same = [one for one in gone if one.selectors and _is_about(one, local, remote)]
        target = same[0] if same else gone[-1] if gone else None
        if target is None:
            if focus is not None and focus.running and focus.quick is not None:
                focus.take(event)
                return self._fail(focus, event)
            self.loose.append(event)
            return None
        target.take(event)
        target.delete()
        return target

    def _session_over(self, event: Event) -> Attempt | None:
        running = [one for one in (*self.quick.values(), self.first) if one is not None and one.running]
        target = self.focus if self.focus is not None and (self.focus.running or self.focus.is_near(event)) else None
        if target is None:
            target = running[-1] if running else self.established[-1] if self.established else None
        if target is None:
            self.loose.append(event)
        else:
            target.take(event)
        for attempt in running:
            self._fail(attempt, event, event.get("state") or None)
        for attempt in self.established:
            attempt.delete()
        self.established.clear()
        self.ike_sas_up = 0
        self.focus = target or self.focus
        return target

    def _ike_terminating(self, event: Event) -> Attempt | None:
        state = event.get("state")
        if any(word in state for word in _OLD_SA_STATES) or self.ike_sas_up > 1:
            self.ike_sas_up = max(self.ike_sas_up - 1, 1)
            return self._other(event)
        return self._session_over(event)

    def _delete_received(self, event: Event) -> Attempt | None:
        if event.get("scope") == "ike" and event.get("rekeyed") != "yes":
            return self._session_over(event)
        return self._other(event)


def _is_phase2(event: Event) -> bool:
    return event.kind in OF_PHASE2 or event.get("phase") == "2"


def _is_about(attempt: Attempt, local: str, remote: str) -> bool:
    selectors = attempt.selectors
    if selectors is None:
        return False
    return selectors.local.network.startswith(local) and selectors.remote.network.startswith(remote)


def _in_phase(event: Event, target: Attempt) -> Event:
    """`Error processing payload` says which payload, not in which phase: in quick mode an SA payload is the IPsec proposal,
    and an ID or HASH payload that fails is no sign of a wrong key."""
    if not event.get("payload") or (target.quick is None and target.exchange != "quick-mode"):
        return event
    refused = EventKind.IPSEC_PROPOSALS_REFUSED if event.get("payload") == "1" else EventKind.CONSEQUENCE
    return msgspec.structs.replace(event, kind=refused)


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
_HANDLERS: dict[EventKind, Callable[[Peer, Event], Attempt | None]] = {
    EventKind.PACKET: Peer._packet,
    EventKind.INITIATOR_STARTS: Peer._initiator_starts,
    EventKind.QM_STARTS: Peer._qm_starts,
    EventKind.QM_DELAYED: Peer._qm_delayed,
    EventKind.PHASE1_COMPLETED: Peer._phase1_completed,
    EventKind.PHASE2_COMPLETED: Peer._phase2_completed,
    EventKind.CHILD_ESTABLISHED: Peer._child_established,
    EventKind.QM_FSM_ERROR: Peer._qm_fsm_error,
    EventKind.FSM_ERROR: Peer._fsm_error,
    EventKind.SESSION_TIMED_OUT: Peer._session_timed_out,
    EventKind.DUPLICATE: Peer._duplicate,
    EventKind.NOTED: Peer._noted,
    EventKind.NOTIFY_RECEIVED: Peer._notify,
    EventKind.REKEY_STARTS: Peer._rekey_starts,
    EventKind.TORN_DOWN: Peer._torn_down,
    EventKind.DPD_TIMEOUT: Peer._session_over,
    EventKind.IKE_TERMINATING: Peer._ike_terminating,
    EventKind.DELETE_RECEIVED: Peer._delete_received,
}
