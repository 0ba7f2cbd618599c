"""What a packet does: which message of which exchange it is, and whether it goes on, repeats or begins afresh."""

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_exchanges import MESSAGES, Message, Payloads, payloads_of
from nornir_ikediag.protocol.ikev1_peer import Peer

PHASE1_ID = "0x00000000"
_OF_QUICK_MODE = {one.number: one for one in MESSAGES if one.exchange == "quick-mode"}


def packet(peer: Peer, event: Event) -> Attempt | None:
    fields = event.fields
    message_id = fields.get("message_id", "")
    payloads = payloads_of(fields.get("payloads", ""))
    if message_id == PHASE1_ID:
        return first_packet(peer, event, payloads)
    attempt = peer.quick.get(message_id)
    if attempt is None and "SA" in payloads.names:
        attempt = peer.new_quick(event, message_id)
    if attempt is None:
        return transaction(peer, event) if "ATTR" in payloads.names else informational(peer, event)
    if attempt.running:
        attempt.stage = "phase2"
    number = quick_number(attempt, fields.get("direction", ""), payloads.names)
    message = _OF_QUICK_MODE.get(number) if number else None
    if attempt.running or attempt.is_near(event):
        attempt.take_packet(event, message)
    peer.focus = attempt
    return attempt


def first_packet(peer: Peer, event: Event, payloads: Payloads) -> Attempt | None:
    direction, first = event.fields.get("direction", ""), peer.first
    current = first if first is not None and first.running and not first.phase1_up else None
    message = number_of(payloads, current, direction)
    if message is None:
        return informational(peer, event)
    if current is None:
        if first is not None and first.step and message.number > 1 and first.is_near(event):
            first.take_packet(event, None)
            return first
        current = peer.new_first(event)
    elif message.number == 1 and begins_afresh(peer, event, current):
        if direction == "received":
            peer.repeated = event
            return current
        current = peer.new_first(event)
    return step(peer, current, event, message)


def step(peer: Peer, attempt: Attempt, event: Event, message: Message) -> Attempt:
    attempt.exchange = message.exchange
    from_the_middle = attempt.role == "unknown" and attempt.step == 0 and message.number == 3
    attempt.take_packet(event, message)
    if from_the_middle and message.exchange == "main-mode":  # it may as well be the fourth
        attempt.role, attempt.stopped_at = "unknown", None
    peer.focus = attempt
    return attempt


def begins_afresh(peer: Peer, event: Event, current: Attempt) -> bool:
    direction = event.get("direction")
    if direction == "sending":
        return current.last_sent >= 1 or current.role == "responder"
    if direction == "received":
        return current.last_received >= 1 or current.role == "initiator"
    return False


def decide_repeated(peer: Peer, event: Event) -> None:
    packet, peer.repeated = peer.repeated, None
    if packet is None or peer.first is None:
        return
    if event.kind == EventKind.DUPLICATE or event.get("direction") == "resending":
        peer.first.take_packet(packet, None)
        peer.first.peer_repeats += event.kind != EventKind.DUPLICATE
        return
    message = number_of(payloads_of(packet.get("payloads")), None, "received")
    attempt = peer.new_first(packet)
    if message is not None:
        step(peer, attempt, packet, message)


def transaction(peer: Peer, event: Event) -> Attempt | None:
    """XAUTH and mode-config (draft-ietf-ipsec-isakmp-xauth-06): the server asks for a user, then the client for
    an address."""
    attempt = peer.first
    if attempt is None or not attempt.running:
        return informational(peer, event)
    if attempt.stage in ("unknown", "phase1"):
        attempt.stage = "xauth" if event.get("direction") == "sending" else "mode-config"
    if attempt.exchange in ("main-mode", "aggressive-mode"):
        machine = "MM" if attempt.exchange == "main-mode" else "AM"
        attempt.stopped_at = f"{machine}_TM_INIT_{'MODECFG' if attempt.stage == 'mode-config' else 'XAUTH'}"
    stopped_at = attempt.stopped_at
    attempt.take_packet(event, None)
    attempt.stopped_at = stopped_at
    peer.focus = attempt
    return attempt


def informational(peer: Peer, event: Event) -> Attempt | None:
    target = peer.focus
    if target is not None and target.running:
        target.take_packet(event, None)
        return target
    if target is not None and target.is_near(event):
        target.add(event)
        return target
    peer.loose.append(event)
    return None


def number_of(payloads: Payloads, current: Attempt | None, direction: str) -> Message | None:
    """The message of a first exchange that a packet is, given the exchange in progress, if there is one."""
    options = payloads.messages
    if current is not None and current.step:
        options = payloads.messages_of.get(current.exchange, options)
    if len(options) < 2 or options[0].exchange != options[1].exchange:
        return options[0] if options else None
    odd, even = options[0], options[1]  # of main mode: two messages look alike
    if current is None:
        return odd
    if current.role == "unknown":
        return odd if current.step < odd.number else even
    ours = direction != "received"
    message = odd if (current.role == "initiator") == ours else even
    # the second `SA` of the peer to us, the initiator, is a first message of his own
    crossing = message.number == 2 and not ours and current.last_received >= 2
    return odd if crossing else message


def quick_number(attempt: Attempt, direction: str, payloads: frozenset[str]) -> int | None:
    """The number of a quick mode message, or None for what is not one of the three."""
    if "SA" not in payloads:
        return None if payloads & {"NOTIFY", "DELETE", "ATTR"} else 3
    ours = direction != "received"
    if attempt.quick_role is None:
        attempt.quick_role = "initiator" if ours else "responder"
    if attempt.exchange == "quick-mode":
        attempt.role = attempt.quick_role
    return 1 if (attempt.quick_role == "initiator") == ours else 2


def failing_state(event: Event) -> str | None:
    """The state of the pair that failed: the newest in the history but for the `…_DONE, EV_ERROR` that ends it."""
    for pair in event.get("history").split("|"):
        state = pair.partition(",")[0].strip()
        if state and not state.endswith("_DONE"):
            return state
    return None
