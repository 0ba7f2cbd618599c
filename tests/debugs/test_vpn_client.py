"""The VPN Client's own log: records to events, and its negotiations as the client saw them."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.facts import SourceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.protocol import Replay

REFUSED = """\
1      09:00:00.100  06/10/24  Sev=Info/6\tIKE/0x6300003B
Attempting to establish a connection with 192.0.2.1.

2      09:00:00.110  06/10/24  Sev=Debug/7\tIKE/0x63000076
NAV Trace->SA:I_Cookie=D56197780D7BE3E5 R_Cookie=0000000000000000  CurState: AM_SND_MSG1  Event: EV_SND_MSG

3      09:00:00.120  06/10/24  Sev=Info/4\tIKE/0x63000013
SENDING >>> ISAKMP OAK AG (SA, KE, NON, ID, VID(Xauth)) to 192.0.2.1

4      09:00:00.130  06/10/24  Sev=Debug/7\tIKE/0x63000076
NAV Trace->SA:I_Cookie=D56197780D7BE3E5 R_Cookie=0000000000000000  CurState: AM_WAIT_MSG2  Event: EV_NO_EVENT

5      09:00:05.120  06/10/24  Sev=Info/4\tIKE/0x63000013
SENDING >>> ISAKMP OAK AG (Retransmission) to 192.0.2.1

6      09:00:10.120  06/10/24  Sev=Info/4\tIKE/0x63000014
RECEIVING <<< ISAKMP OAK INFO (NOTIFY:NO_PROPOSAL_CHOSEN) from 192.0.2.1

7      09:00:10.200  06/10/24  Sev=Info/4\tIKE/0x63000017
Marking IKE SA for deletion  (I_Cookie=D56197780D7BE3E5) reason = DEL_REASON_PEER_NOT_RESPONDING
"""


def read(text: str) -> tuple[list[Event], SourceFacts]:
    reader = LogReader("client.log")
    events = [event for number, line in enumerate(text.split("\n"), 1) for event in reader.feed(number, line)]
    events.extend(reader.close())
    return events, reader.facts()


def negotiations(events: list[Event]) -> tuple[Negotiation, ...]:
    replay = Replay()
    for event in events:
        replay.feed(event)
    return replay.finish().negotiations


def test_records_become_events_of_the_client() -> None:
    events, facts = read(REFUSED)
    assert (facts.kind, facts.lines, facts.unread) == ("client-log", 14, 0)
    assert all((event.message or "").startswith("client-") for event in events)
    assert {event.peer for event in events} == {"192.0.2.1"}
    assert [
        (one.origin.line, one.kind.value, one.get("direction"), one.get("client_sequence"))
        for one in events
        if one.kind not in (EventKind.STATE, EventKind.NOTED)
    ] == [
        (2, "initiator-starts", "", "1"),
        (8, "packet", "sending", "3"),
        (14, "packet", "resending", "5"),
        (17, "packet", "received", "6"),
        (17, "notify-received", "", "6"),
        (20, "retries-exhausted", "", "7"),
    ]


def test_a_refused_connection_is_a_failed_negotiation_of_the_initiator() -> None:
    (one,) = negotiations(read(REFUSED)[0])
    assert (one.exchange, one.role, one.peer, one.local) == ("aggressive-mode", "initiator", "192.0.2.1", None)
    assert (one.outcome, one.stage, one.stopped_at) == ("failed", "phase1", "AM_WAIT_MSG2")
    assert (one.sent, one.resent, one.received) == (1, 1, 1)


def test_the_shared_case_is_read_to_the_last_line(shared: Path) -> None:
    text = (shared / "cases/seed-ezvpn-aggressive/vpn-client.log").read_text(encoding="utf-8")
    events, facts = read(text)
    assert (facts.kind, facts.lines, facts.unread) == ("client-log", sum(map(bool, text.split("\n"))), 0)
    (one,) = negotiations(events)
    assert (one.exchange, one.role, one.outcome, one.stage) == (
        "aggressive-mode", "initiator", "established", "established",
    )  # fmt: skip
    assert (one.peer, one.assigned_address, one.message_id) == ("64.102.156.88", "192.168.1.100", "0x0e83792e")
    assert one.cookies == "0xd56197780d7be3e5:0x1b301d2de710eda0"
    assert (one.nat_detected, one.floated, one.sent, one.received, one.resent) == (True, True, 7, 5, 0)
    refusals = (EventKind.AUTH_FAILED, EventKind.XAUTH_REJECTED, EventKind.RETRIES_EXHAUSTED)
    assert not one.has(*refusals)


@given(st.integers(0, len(REFUSED)), st.integers(0, len(REFUSED)), st.text(max_size=6))
@settings(deadline=None, max_examples=60)
def test_any_cut_is_read_and_replayed(start: int, end: int, noise: str) -> None:
    text = REFUSED[start:] + noise + REFUSED[:end]
    events, facts = read(text)
    assert facts.unread <= facts.lines
    negotiations(events)
