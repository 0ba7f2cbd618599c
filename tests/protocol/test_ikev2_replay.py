"""IKEv2 logs replayed into negotiations: what came of each, and what it says."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.model.sa import Selector, Selectors
from nornir_ikediag.protocol import Replay
from nornir_ikediag.protocol.ikev2_exchanges import STATES, state_row

LOGS = Path(__file__).parents[1] / "debugs" / "ikev2"
PEER, OTHER = "198.51.100.1", "203.0.113.9"
_ALL = "\n".join(path.read_text(encoding="utf-8") for path in sorted(LOGS.glob("*.log")))


def events_of(text: str) -> list[Event]:
    reader = LogReader("log")
    events = [event for number, line in enumerate(text.split("\n"), 1) for event in reader.feed(number, line)]
    return [*events, *reader.close()]


def replayed(text: str) -> Replayed:
    replay = Replay()
    for event in events_of(text):
        replay.feed(event)
    return replay.finish()


def log(name: str) -> str:
    return (LOGS / f"{name}.log").read_text(encoding="utf-8")


def summary(text: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name) for name in names) for one in replayed(text).negotiations]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("responder-up", [("responder", PEER, "established", "established", None)]),
        ("ike-policy-refused", [("responder", "unknown", "failed", "phase1", "R_INIT")]),
        ("child-refused", [("unknown", PEER, "failed", "phase2", None)]),
        ("child-no-map", [("unknown", "unknown", "failed", "phase2", None)]),
        ("child-fails-after-up", [("initiator", PEER, "failed", "phase2", "I_WAIT_AUTH")]),
        ("initiator-glued", [("initiator", PEER, "failed", "phase1", "I_WAIT_INIT")]),
        ("key-differs", [("responder", PEER, "failed", "phase1", "R_VERIFY_AUTH")]),
        ("map-incomplete", [("unknown", PEER, "failed", "phase2", None)]),
        ("map-peer", [("unknown", PEER, "failed", "phase2", None)]),
        ("retry-ok", [("initiator", PEER, "established", "established", None)]),
        ("natt-blocked", [("initiator", PEER, "failed", "phase1", "I_WAIT_AUTH")]),
        ("auth-timer", [("responder", PEER, "failed", "phase1", None)]),
        ("init-refused", [("initiator", PEER, "failed", "phase1", "I_PROC_INIT")]),
        ("auth-npc", [("initiator", PEER, "failed", "phase2", "I_PROC_AUTH")]),
        ("dpd", [("initiator", PEER, "deleted", "established", None)]),
        ("group-missing", [("unknown", PEER, "failed", "phase1", None)]),
        (
            "two-peers",
            [
                ("responder", PEER, "failed", "phase1", "R_VERIFY_AUTH"),
                ("responder", "203.0.113.5", "failed", "phase1", None),
            ],
        ),
        (
            "lifetime",
            [
                ("responder", PEER, "deleted", "established", None),
                ("responder", PEER, "established", "established", None),
                ("responder", PEER, "failed", "phase2", "CHILD_R_INIT"),
            ],
        ),
        (
            "syslog",
            [
                ("initiator", PEER, "failed", "phase1", None),
                ("responder", OTHER, "deleted", "established", None),
                ("initiator", PEER, "established", "established", None),
                ("unknown", OTHER, "failed", "phase2", None),
            ],
        ),
        ("diverted", [("unknown", PEER, "failed", "phase1", None)]),
    ],
)
def test_outcomes(name: str, expected: list[tuple[str | None, ...]]) -> None:
    assert summary(log(name), "role", "peer", "outcome", "stage", "stopped_at") == expected


def test_a_tunnel_that_comes_up_is_told_in_full() -> None:
    (one,) = replayed(log("responder-up")).negotiations
    assert (one.id, one.ike_version, one.exchange, one.child_only, one.rekey) == ("1", 2, "ikev2", False, False)
    assert (one.local, one.tunnel_group, one.cookies) == ("192.0.2.1", PEER, "0xdfa3b583a4369958:0x27c943c13fd94665")
    assert one.selectors == Selectors(Selector("10.1.0.0/24"), Selector("10.2.0.0/24"))
    # each packet is told by two facilities, and counted once
    assert (one.received, one.sent, one.resent, one.peer_repeats) == (2, 2, 0, 0)
    proxies = [(event.get("payload"), event.get("side")) for event in one.all(EventKind.PROXY_RECEIVED)]
    assert proxies == [("TSi", "remote"), ("TSr", "local")]


def test_rekeys_are_negotiations_of_their_own() -> None:
    _, rekey, refused = replayed(log("lifetime")).negotiations
    assert (rekey.child_only, rekey.rekey, rekey.message_id) == (True, True, "0x00000002")
    assert rekey.selectors == Selectors(Selector("10.1.0.0/24"), Selector("10.2.0.0/24"))
    assert (refused.child_only, refused.rekey, refused.message_id) == (True, False, "0x00000003")
    assert refused.has(EventKind.PFS_MISMATCH)


def test_silence_is_counted_from_the_last_message() -> None:
    (one,) = replayed(log("natt-blocked")).negotiations
    assert (one.sent, one.received, one.resent, one.resent_at_end) == (1, 0, 2, 2)
    assert (one.nat_detected, one.floated, one.received_after_float) == (True, True, 0)


def test_a_retry_with_the_group_that_the_peer_wants_is_no_retransmission() -> None:
    (one,) = replayed(log("retry-ok")).negotiations
    assert (one.sent, one.received, one.resent, one.peer_repeats) == (2, 2, 0, 0)


def test_notifies_of_ike_auth_are_placed_by_what_they_refuse() -> None:
    (init,) = replayed(log("init-refused")).negotiations
    (auth,) = replayed(log("auth-npc")).negotiations
    assert {event.get("phase") for event in init.all(EventKind.NOTIFY_RECEIVED)} == {"1"}
    assert {event.get("phase") for event in auth.all(EventKind.NOTIFY_RECEIVED)} == {"2"}


def test_a_liveness_check_without_answer_is_a_dead_peer() -> None:
    (one,) = replayed(log("dpd")).negotiations
    assert next(event.kind for event in one.events if event.kind != EventKind.RETRANSMIT) == EventKind.DPD_TIMEOUT


def test_lines_that_name_nobody_go_to_nobody() -> None:
    out = replayed(
        "%ASA-5-750002: Local:192.0.2.1:500 Remote:198.51.100.1:500 Username:Unknown IKEv2 Received a IKE_INIT_SA "
        "request\n" + "\n".join(f"%ASA-6-302013: Built inbound TCP connection {number}" for number in range(100)) + "\n"
        "IKEv2-PLAT-1: Crypto Map: No proxy match on map outside_map seq 1\n"
    )
    assert [(one.outcome, len(one.events)) for one in out.negotiations] == [("incomplete", 1)]
    assert [event.kind.value for event in out.device_events] == ["crypto-map-check"]


def test_a_number_that_recurs_is_a_new_negotiation() -> None:
    again = log("initiator-glued").replace("76A2E1B1BB7BB1AF", "76A2E1B1BB7BB1B0")
    assert summary(log("initiator-glued") + again, "cookies", "outcome") == [
        ("0x76a2e1b1bb7bb1af:0x0000000000000000", "failed"),
        ("0x76a2e1b1bb7bb1b0:0x0000000000000000", "failed"),
    ]


def test_the_answer_that_an_initiator_receives_begins_nothing() -> None:
    received = (
        "IKEv2-PROTO-5: (8): SM Trace-> SA: I_SPI=76A2E1B1BB7BB1AF R_SPI=3333000000000000 (I) MsgID = 00000000 "
        "CurState: I_WAIT_INIT Event: EV_RECV_INIT\n"
    )
    lines = log("init-refused").split("\n")
    assert summary("\n".join([*lines[:9], received, *lines[9:]]), "outcome") == [("failed",)]


def test_every_failed_attempt_of_a_syslog_is_one_negotiation() -> None:
    lines = [
        f"Jun 10 2024 17:{minute:02}:00 fw1 : %ASA-4-750003: Local:192.0.2.1:500 Remote:198.51.100.1:500 "
        "Username:198.51.100.1 IKEv2 Negotiation aborted due to ERROR: Maximum number of retransmissions reached"
        for minute in range(5)
    ]
    assert summary("\n".join(lines), "peer", "tunnel_group", "outcome") == [(PEER, PEER, "failed")] * 5


def test_concluded_tells_when_a_window_may_close() -> None:
    replay = Replay()
    events = events_of(log("responder-up"))
    for event in events[:-6]:
        replay.feed(event)
    assert not replay.concluded(PEER)
    for event in events[-6:]:
        replay.feed(event)
    assert (replay.concluded(PEER), replay.concluded(None), replay.concluded(OTHER)) == (True, True, False)


@pytest.mark.parametrize(
    ("state", "row"),
    [
        ("I_WAIT_AUTH", ("I_", "IKE_AUTH", "phase1", "initiator")),
        ("R_BLD_INIT", ("R_BLD_INIT", "IKE_SA_INIT", "phase1", "responder")),
        ("R_BLD_EAP_AUTH_REQ", ("R_BLD_EAP", "IKE_AUTH", "xauth", "responder")),
        ("CHILD_I_WAIT", ("CHILD_I_", "CREATE_CHILD_SA", "phase2", "initiator")),
        ("A_STATE_TO_COME", None),
    ],
)
def test_states(state: str, row: tuple[str, ...] | None) -> None:
    found = state_row(state)
    assert (tuple(found) if found else None) == row


def test_no_state_is_hidden_by_a_row_before_it() -> None:
    assert [state_row(row.prefix) for row in STATES] == list(STATES)


@given(st.lists(st.sampled_from(events_of(_ALL)), max_size=120))
@settings(deadline=None, max_examples=60)
def test_no_sequence_of_events_raises_and_ids_follow_the_log(events: list[Event]) -> None:
    replay = Replay()
    for event in events:
        replay.feed(event)
    out = replay.finish()
    ids = [int(one.id) for one in out.negotiations]
    assert ids == sorted(set(ids))
    assert all(one.outcome in ("established", "failed", "incomplete", "deleted") for one in out.negotiations)


@given(st.integers(0, _ALL.count("\n")), st.integers(1, 120))
@settings(deadline=None, max_examples=60)
def test_any_cut_of_a_log_is_replayed(start: int, length: int) -> None:
    replayed("\n".join(_ALL.split("\n")[start : start + length]))


_ENDS = "Local:192.0.2.1:500 Remote:198.51.100.1:500 Username:"


def _engine(verb: str, direction: str, spi: str, sort: str = "LAN-to-LAN", user: str = "PARTNER") -> str:
    number = {"created": "602303", "deleted": "602304"}[verb]
    between = f"between 192.0.2.1 and 198.51.100.1 (user= {user})"
    return f"%ASA-6-{number}: IPSEC: An {direction} {sort} SA (SPI= {spi}) {between} has been {verb}."


def test_the_child_sas_of_syslog_are_those_that_the_engine_made_for_the_peer() -> None:
    lines = [
        f"%ASA-5-750006: {_ENDS}PARTNER IKEv2 SA UP. Reason: New Connection Established",
        f"%ASA-5-750002: {_ENDS}Unknown IKEv2 Received a IKE_INIT_SA request".replace(PEER, OTHER),
        _engine("created", "outbound", "0x0000000A"),
        _engine("created", "inbound", "0x0000000B"),
        _engine("created", "outbound", "0x0000000C"),
        _engine("created", "inbound", "0x0000000D"),
        _engine("deleted", "outbound", "0x0000000A"),
        _engine("deleted", "inbound", "0x0000000B"),
    ]
    first, other = replayed("\n".join(lines)).negotiations
    assert (first.peer, first.tunnel_group, first.username) == (PEER, "PARTNER", None)
    assert [(child.spi_in, child.spi_out) for child in first.child_sas] == [("0x0000000d", "0x0000000c")]
    assert (other.peer, other.child_sas, other.outcome) == (OTHER, (), "incomplete")


def test_a_user_is_no_tunnel_group() -> None:
    lines = [
        f"%ASA-5-750006: {_ENDS}jdoe IKEv2 SA UP. Reason: New Connection Established",
        _engine("created", "outbound", "0x0000000A", "remote access", "jdoe"),
    ]
    assert summary("\n".join(lines), "username", "tunnel_group") == [("jdoe", None)]


def _trace(number: int, spis_of: tuple[str, str], message: int, state: str, event: str) -> str:
    spis = f"I_SPI={spis_of[0]} R_SPI={spis_of[1]} (I) MsgID = {message:08X}"
    return f"IKEv2-PROTO-7: ({number}): SM Trace-> SA: {spis} CurState: {state} Event: {event}"


_OLD, _NEW = ("A1B2C3D4E5F60718", "1F2E3D4C5B6A7988"), ("2222333344445555", "6666777788889999")
_WIRE = f"[192.0.2.1]:500->[{PEER}]:500 InitSPI=0xa1b2c3d4e5f60718 RespSPI=0x1f2e3d4c5b6a7988 MID=00000007"


def test_a_rekeyed_ike_sa_goes_on_under_new_names_and_the_old_one_goes_without_trouble() -> None:
    lines = [
        "IKEv2-PROTO-4: (25): Initiating IKE SA rekey",
        _trace(25, _OLD, 7, "CHILD_I_INIT", "EV_INIT_CREATE_CHILD"),
        f"IKEv2-PLAT-4: (25): SENT PKT [CREATE_CHILD_SA] {_WIRE}",
        _trace(25, _OLD, 7, "CHILD_I_PROC", "EV_CHK4_NOTIFY"),
        _trace(26, _NEW, 0, "CHILD_I_DONE", "EV_OK"),
        "IKEv2-PROTO-4: (26): IKEV2 SA created; inserting SA into database. SA lifetime timer (86400 sec) started",
        "IKEv2-PROTO-4: (25): Deleting SA",
        _trace(25, _OLD, 8, "EXIT", "EV_FREE_SA"),
    ]
    assert summary("\n".join(lines), "peer", "outcome", "rekey") == [(PEER, "established", True)]


def test_a_child_rekey_of_a_session_from_its_middle_is_one_negotiation() -> None:
    lines = [
        "IKEv2-PROTO-4: (25): Beginning IPSEC SA rekey",
        _trace(25, _OLD, 5, "READY", "EV_REKEY_IPSEC"),
        _trace(25, _OLD, 5, "CHILD_I_INIT", "EV_INIT_CREATE_CHILD"),
        _trace(25, _OLD, 5, "CHILD_I_DONE", "EV_OK"),
    ]
    assert summary("\n".join(lines), "outcome", "child_only", "rekey") == [("established", True, True)]


def test_a_delete_that_we_send_behind_a_rekey_is_that_of_the_old_child() -> None:
    lines = [
        f"IKEv2-PLAT-4: (25): SENT PKT [CREATE_CHILD_SA] {_WIRE}",
        _trace(25, _OLD, 7, "CHILD_I_DONE", "EV_OK"),
        "IKEv2-PROTO-4: (25): Sending DELETE INFO message for IPsec SA [SPI: 0x9F8E7D6C]",
        "IKEv2-PROTO-4: (25): Sending DELETE INFO message",
    ]
    (events,) = replayed("\n".join(lines)).peer_events.values()
    assert [(one.kind, one.get("scope")) for one in events] == [(EventKind.DELETE_SENT, "child")] * 2
