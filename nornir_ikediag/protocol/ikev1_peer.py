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
    OF_PHASE1,
    OF_PHASE2,
    REFUSALS,
    TRAILING,
)
from nornir_ikediag.protocol.keeper import Loose

_MOST_QUICK = 20
_MOST_ESTABLISHED = 20
_SIGNS = REFUSALS | OF_PHASE1 | OF_PHASE2  # that something is negotiated


class Peer:
    """One peer. ``begin`` makes an attempt that the replay keeps."""

    def __init__(self, name: str, begin: Callable[[Event], Attempt]) -> None:
        self.name = name
        self._begin = begin
        self.first: Attempt | None = None
        self.quick: dict[str, Attempt] = {}
        self.focus: Attempt | None = None
        self.established: deque[Attempt] = deque(maxlen=_MOST_ESTABLISHED)
        self.ike_sas_up = 0
        self.conclusions = 0
        self.loose = Loose()
        self.repeated: Event | None = None  # a first message that is a repetition, or a fresh beginning
        self.rekey_lines: list[Event] = []  # they announce the quick mode that comes next

    def close(self) -> None:
        """The log is over."""
        if self.repeated is not None and self.first is not None:
            self.first.take_packet(self.repeated, None)
            self.first.peer_repeats += 1

    # --- which attempt

    def other(self, event: Event) -> Attempt | None:
        """A line that no handler takes: to the exchange in progress, or it is the first sign of one."""
        target = self._target(event)
        if target is None:
            kind = event.kind
            if kind not in _SIGNS:
                if kind is not EventKind.NOTED:
                    self.loose.append(event)
                return None
            target = self.new_quick(event, "") if _is_phase2(event) else self.new_first(event)
        target.take(_in_phase(event, target) if "payload" in event.fields else event)
        self.focus = target
        return target

    def _target(self, event: Event) -> Attempt | None:
        focus = self.focus
        if focus is None:
            return None
        if focus.running:
            if focus.refused and event.kind in REFUSALS and focus.is_refused_again_by(event):
                self.supersede(focus)
                return None
            if focus.quick is None and not focus.phase1_up and focus.exchange != "quick-mode" and _is_phase2(event):
                return next((one for one in reversed(self.quick.values()) if one.running), focus)
            return focus
        trails = event.kind in TRAILING or event.fields.get("payload")
        return focus if trails and focus.is_near(event) else None

    def new_first(self, event: Event) -> Attempt:
        """A first exchange begins; one that was running came to nothing."""
        if self.first is not None and self.first.running and not self.first.phase1_up:
            self.supersede(self.first)
        attempt = self._begin(event)
        attempt.stage = "phase1"
        attempt.rekey = self.ike_sas_up > 0
        self.first = self.focus = attempt
        return attempt

    def new_quick(self, event: Event, message_id: str) -> Attempt:
        """The quick mode with this message id ('' where none was printed yet): the first one under a first exchange is
        part of it, every other an attempt of its own."""
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
            attempt.rekey = bool(self.rekey_lines)
            for line in self.rekey_lines:
                attempt.add(line)
            self.rekey_lines = []
            self._inherit(attempt)
        attempt.quick = message_id
        self.quick[message_id] = self.focus = attempt
        if len(self.quick) > _MOST_QUICK:
            self.quick = {key: one for key, one in self.quick.items() if one.running or one is attempt}
        return attempt

    def quick_numbered(self, event: Event) -> Attempt:
        """The quick mode with the message id that this line prints; the one in progress may not have had it printed."""
        message_id = event.get("message_id")
        attempt, focus = self.quick.get(message_id), self.focus
        if attempt is None and focus is not None and focus.quick == "" and focus.is_near(event):
            self.quick.pop("", None)
            focus.quick = message_id
            attempt = self.quick[message_id] = focus
        return attempt or self.new_quick(event, message_id)

    def _inherit(self, attempt: Attempt) -> None:
        if self.first is not None:
            attempt.tunnel_group = attempt.tunnel_group or self.first.tunnel_group
            attempt.username = attempt.username or self.first.username
            attempt.local = self.first.local
            attempt.assigned_address = self.first.assigned_address

    def supersede(self, attempt: Attempt) -> None:
        """Another one takes its place."""
        attempt.end(None, "failed")
        self.conclusions += 1
        self._lose_ike_sa(attempt)

    def fail(self, attempt: Attempt, event: Event, stopped_at: str | None = None) -> Attempt:
        """It came to a bad end, if it had none yet."""
        if attempt.running:
            self.conclusions += 1
            self._lose_ike_sa(attempt)
        attempt.end(event, "failed", stopped_at)
        self.focus = attempt
        return attempt

    def _lose_ike_sa(self, attempt: Attempt) -> None:
        """An IKE SA without any child SA goes with the attempt that made it, though few logs say so."""
        if attempt is self.first and not self.established and (attempt.refused or attempt.quick is not None):
            self.ike_sas_up = 0

    def succeed(self, attempt: Attempt, event: Event) -> Attempt:
        """It made what it was for, if it had no end yet."""
        if attempt.running:
            self.conclusions += 1
            selectors = attempt.selectors
            if attempt.exchange == "quick-mode" and selectors:
                attempt.rekey = attempt.rekey or any(one.selectors == selectors for one in self.established)
            attempt.end(event, "established")
            self.established.append(attempt)
        self.focus = attempt
        return attempt


def _is_phase2(event: Event) -> bool:
    return event.kind in OF_PHASE2 or event.fields.get("phase") == "2"


def _in_phase(event: Event, target: Attempt) -> Event:
    """`Error processing payload` says which payload, not in which phase: in quick mode an SA payload is the IPsec
    proposal, and an ID or HASH payload that fails is no sign of a wrong key."""
    if not event.get("payload") or (target.quick is None and target.exchange != "quick-mode"):
        return event
    refused = EventKind.IPSEC_PROPOSALS_REFUSED if event.get("payload") == "1" else EventKind.CONSEQUENCE
    return msgspec.structs.replace(event, kind=refused)
