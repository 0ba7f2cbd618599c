"""Negotiations told step by step."""

import csv
from pathlib import Path

import pytest

from nornir_ikediag.assemble import assemble
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.report import WalkLines, WalkStep
from nornir_ikediag.walk import told, walks
from nornir_ikediag.walk.phrases import PHRASES, summary

LOGS = Path(__file__).parent / "debugs" / "ikev2"


def device(name: str, text: str) -> Device:
    return assemble(Capture(name=name, sources=(Source(name=name, text=text),)))


def short(steps: tuple[WalkStep, ...]) -> list[tuple[str, str, str]]:
    return [(one.side, one.message, one.direction) for one in steps]


def test_an_ikev2_negotiation_counts_each_packet_once() -> None:
    (walk,) = walks(device("up.log", (LOGS / "responder-up.log").read_text(encoding="utf-8")))
    steps = [one for one in walk.steps if one.direction in ("send", "receive")]
    assert short(tuple(steps)) == [
        ("asa", "IKE_SA_INIT request", "receive"),
        ("asa", "IKE_SA_INIT response", "send"),
        ("asa", "IKE_AUTH request", "receive"),
        ("asa", "IKE_AUTH response", "send"),
    ]
    assert [one.message_id for one in steps] == ["0x00000000", "0x00000000", "0x00000001", "0x00000001"]
    assert steps[0].lines == (WalkLines("up.log", 2, 2),)
    assert (walk.negotiations, walk.clock_offset_seconds) == (("1",), None)


def test_what_is_sent_again_is_told_as_such() -> None:
    (walk,) = walks(device("glued.log", (LOGS / "initiator-glued.log").read_text(encoding="utf-8")))
    packets = [one for one in short(walk.steps) if one[2] in ("send", "resend")]
    assert packets == [("asa", "IKE_SA_INIT request", "send"), ("asa", "IKE_SA_INIT request", "resend")]


def test_both_ends_of_the_shared_case_are_interleaved(shared: Path) -> None:
    case = shared / "cases" / "seed-ezvpn-aggressive"
    ends = [device(name, (case / name).read_text(encoding="utf-8")) for name in ("asa-debug.log", "vpn-client.log")]
    (walk,) = told(ends)
    assert walk.clock_offset_seconds == 153
    assert [one for one in short(walk.steps) if one[2] in ("send", "receive", "complete")] == [
        ("client", "AM1", "send"),
        ("asa", "AM1", "receive"),
        ("asa", "AM2", "send"),
        ("client", "AM2", "receive"),
        ("client", "AM3", "send"),
        ("asa", "AM3", "receive"),
        ("asa", "request", "send"),
        ("client", "request", "receive"),
        ("client", "reply", "send"),
        ("asa", "reply", "receive"),
        ("asa", "result", "send"),
        ("client", "result", "receive"),
        ("client", "ack", "send"),
        ("asa", "ack", "receive"),
        ("client", "request", "send"),
        ("asa", "request", "receive"),
        ("asa", "reply", "send"),
        ("client", "reply", "receive"),
        ("client", "QM1", "send"),
        ("asa", "", "complete"),
        ("asa", "INFO", "send"),
        ("asa", "QM1", "receive"),
        ("asa", "QM2", "send"),
        ("client", "QM2", "receive"),
        ("client", "QM3", "send"),
        ("asa", "QM3", "receive"),
        ("asa", "", "complete"),
    ]


def test_the_shared_case_has_the_ids_and_the_wait_of_its_walkthrough(shared: Path) -> None:
    case = shared / "cases" / "seed-ezvpn-aggressive"
    ends = [device(name, (case / name).read_text(encoding="utf-8")) for name in ("asa-debug.log", "vpn-client.log")]
    (walk,) = told(ends)
    with (case / "walkthrough.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["message"] and row["direction"] == "send"]
    told_ids = {(one.side, one.exchange, one.message): one.message_id for one in walk.steps}
    for row in rows:
        expected = None if row["asa_msgid"] == "0" else f"0x{int(row['asa_msgid'], 16):08x}"
        assert told_ids[row["side"], row["exchange"], row["message"]] == expected
    (wait,) = [one for one in walk.steps if one.direction == "wait"]
    assert (wait.side, wait.exchange, wait.duration_seconds, wait.client_sequence) == ("client", "XAUTH", 6, (540, 542))


def test_a_failed_negotiation_reads_like_a_story() -> None:
    log = Path(__file__).parent / "causes" / "pre_shared_key_mismatch" / "fires-responder-cannot-decrypt" / "debug.log"
    (walk,) = walks(device("debug.log", log.read_text(encoding="utf-8")))
    assert [(step.message, step.direction, step.summary) for step in walk.steps] == [
        ("MM1", "receive", "SA VENDOR VENDOR VENDOR (148 bytes)"),
        ("MM1", "process", "an IKE proposal is accepted (2 times)"),
        ("MM2", "build", ""),
        ("MM2", "send", "SA VENDOR VENDOR (128 bytes)"),
        ("MM3", "receive", "KE NONCE VENDOR VENDOR NAT-D NAT-D (284 bytes)"),
        ("MM3", "process", ""),
        ("MM4", "build", "tunnel-group 203.0.113.50"),
        ("MM4", "send", "KE NONCE VENDOR VENDOR VENDOR NAT-D NAT-D (304 bytes)"),
        ("MM5", "process", "the message cannot be decrypted (2 times)"),
        ("INFO", "send", "the state machine ends in an error; the IKE SA is given up; clean-up after it (2 times)"),
    ]


def _event(kind: EventKind, **fields: str) -> Event:
    return Event(kind=kind, origin=Evidence("debug.log", 1, ""), fields=fields)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (_event(EventKind.PROXY_RECEIVED, side="local", network="10.1.1.0/24"), "asked for, local: 10.1.1.0/24"),
        (
            _event(EventKind.NAT_VERDICT, local="no", remote="yes"),
            "NAT detection: this end behind NAT no, the peer behind NAT yes",
        ),
        (_event(EventKind.NAT_VERDICT, remote="yes"), "the peer behind NAT yes"),
        (_event(EventKind.NAT_VERDICT), "NAT detection"),
        (_event(EventKind.CRYPTO_MAP_CHECK, crypto_map="outside", result="match"), "crypto map outside: match"),
        (_event(EventKind.XAUTH_REJECTED), "the user is rejected"),
        (_event(EventKind.TUNNEL_GROUP_MISSING), "no tunnel-group matches"),
        (_event(EventKind.CHILD_ESTABLISHED), "the child SA is up"),
        (_event(EventKind.REKEY_COLLISION), "rekey collision"),
        (_event(EventKind.ADMISSION_REFUSED, reason="MAX_IN_NEG_SA"), "admission refused MAX_IN_NEG_SA"),
        (_event(EventKind.NOTED, reason="nothing"), ""),
    ],
)
def test_what_an_event_says(event: Event, said: str) -> None:
    assert summary([event]) == said


def test_what_is_said_again_is_counted() -> None:
    events = [_event(EventKind.RETRANSMIT), _event(EventKind.DELETE_SENT), _event(EventKind.RETRANSMIT)]
    assert summary(events) == "the message is sent again (2 times); we delete the SA"


@pytest.mark.parametrize("kind", PHRASES, ids=str)
def test_every_phrase_reads_without_its_fields(kind: EventKind) -> None:
    said = summary([_event(kind)])
    assert said
    assert "{" not in said
    assert said == said.strip(" ,:")
