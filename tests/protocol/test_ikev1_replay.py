"""What becomes of IKEv1 logs: negotiations, and the lines that belong to none."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import NegotiatedChild, Negotiation
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.model.sa import Selector, Selectors
from nornir_ikediag.protocol import Replay

HERE = Path(__file__).parent
SEED = HERE.parent / "debugs" / "seed"
LOGS = {path.stem: path.read_text() for path in sorted((HERE / "ikev1").glob("*.log"))}


def _replay(text: str) -> tuple[Replay, LogReader]:
    reader, replay = LogReader("log"), Replay()
    for number, line in enumerate(text.split("\n"), start=1):
        for event in reader.feed(number, line):
            replay.feed(event)
    for event in reader.close():
        replay.feed(event)
    return replay, reader


def _read(text: str) -> Replayed:
    return _replay(text)[0].finish()


def _told(negotiation: Negotiation) -> tuple[object, ...]:
    return (
        negotiation.exchange,
        negotiation.role,
        negotiation.outcome,
        negotiation.stage,
        negotiation.stopped_at,
        "rekey" if negotiation.rekey else "",
        (negotiation.received, negotiation.sent, negotiation.resent, negotiation.peer_repeats),
    )


# exchange, role, outcome, stage, stopped_at, rekey, (received, sent, resent, repeated by the peer)
EXPECTED: dict[str, Sequence[tuple[object, ...]]] = {
    "both-begin": [
        ("main-mode", "initiator", "failed", "phase1", "MM_WAIT_MSG4", "", (1, 2, 0, 0)),
        ("main-mode", "responder", "established", "established", None, "", (5, 4, 0, 0)),
    ],
    "dpd-loss": [("main-mode", "initiator", "deleted", "established", None, "", (4, 5, 0, 0))],
    "ipsec-debug-alone": [("quick-mode", "unknown", "established", "established", None, "", (0, 0, 0, 0))],
    "main-mode-initiator": [("main-mode", "initiator", "established", "established", None, "", (4, 5, 0, 0))],
    "main-mode-responder": [("main-mode", "responder", "established", "established", None, "", (5, 4, 0, 0))],
    "no-reply-twice": [
        ("main-mode", "initiator", "failed", "phase1", "MM_WAIT_MSG2", "", (0, 1, 3, 0)),
        ("main-mode", "initiator", "failed", "phase1", "MM_WAIT_MSG2", "", (0, 1, 3, 0)),
    ],
    "peer-begins-afresh": [
        ("main-mode", "responder", "failed", "phase1", "MM_WAIT_MSG5", "", (2, 2, 0, 0)),
        ("main-mode", "responder", "established", "established", None, "", (5, 4, 0, 0)),
    ],
    "peer-repeats": [("main-mode", "responder", "failed", "phase1", "MM_WAIT_MSG3", "", (4, 1, 3, 3))],
    "phase1-policy-refused": [("main-mode", "responder", "failed", "phase1", "MM_START", "", (1, 0, 0, 0))],
    "phase1-rekey": [
        ("main-mode", "initiator", "established", "established", None, "", (4, 5, 0, 0)),
        ("main-mode", "initiator", "established", "established", None, "rekey", (3, 3, 0, 0)),
        ("quick-mode", "initiator", "established", "established", None, "rekey", (1, 2, 0, 0)),
    ],
    "phase2-rekey": [
        ("main-mode", "initiator", "deleted", "established", None, "", (4, 5, 0, 0)),
        ("quick-mode", "initiator", "established", "established", None, "rekey", (1, 2, 0, 0)),
    ],
    "port-4500-unanswered": [("main-mode", "initiator", "failed", "phase1", "MM_WAIT_MSG6", "", (2, 3, 3, 0))],
    "proxies-refused": [("main-mode", "responder", "failed", "phase2", "QM_BLD_MSG2", "", (4, 4, 0, 0))],
    "quick-mode-refused-by-peer": [("main-mode", "initiator", "failed", "phase2", "QM_WAIT_MSG2", "", (4, 4, 3, 0))],
    "second-selectors-refused": [
        ("main-mode", "responder", "established", "established", None, "", (5, 4, 0, 0)),
        ("quick-mode", "responder", "failed", "phase2", "QM_BLD_MSG2", "", (1, 1, 0, 0)),
    ],
    "syslog-severity-5": [
        ("unknown", "initiator", "deleted", "established", None, "", (0, 0, 0, 0)),
        ("quick-mode", "initiator", "failed", "phase2", None, "rekey", (0, 0, 0, 0)),
    ],
    "two-peers-interleaved": [
        ("main-mode", "initiator", "established", "established", None, "", (4, 5, 0, 0)),
        ("main-mode", "responder", "failed", "phase1", "MM_START", "", (1, 0, 0, 0)),
    ],
    "xauth-rejected": [("aggressive-mode", "responder", "failed", "xauth", "AM_TM_INIT_XAUTH_V6H", "", (3, 2, 0, 0))],
}


def test_every_log_is_expected() -> None:
    assert sorted(LOGS) == sorted(EXPECTED)


@pytest.mark.parametrize("log", LOGS)
def test_negotiations(log: str) -> None:
    replay, reader = _replay(LOGS[log])
    assert [_told(one) for one in replay.finish().negotiations] == EXPECTED[log]
    assert reader.facts().unread == 0


def test_the_seed_is_one_negotiation_that_came_up() -> None:
    replay, reader = _replay((SEED / "asa-debug.log").read_text())
    assert reader.facts().unread == 0
    replayed = replay.finish()
    (negotiation,) = replayed.negotiations
    selectors = Selectors(Selector("0.0.0.0/0"), Selector("192.168.1.100/32"))
    assert _told(negotiation) == (
        "aggressive-mode", "responder", "established", "established", None, "", (7, 6, 0, 0),
    )  # fmt: skip
    assert (negotiation.peer, negotiation.local) == ("64.102.156.87", "64.102.156.88")
    assert (negotiation.tunnel_group, negotiation.username) == ("ipsec", "user1")
    assert negotiation.assigned_address == "192.168.1.100"
    assert negotiation.proposal == "IKE proposal 1 transform 5, policy 1"
    assert negotiation.nat_detected is True
    assert negotiation.child_sas == (NegotiatedChild(spi_in="0x9e18acb2", spi_out="0xc055290a", selectors=selectors),)
    assert len(negotiation.all(EventKind.MISMATCH)) == 16
    assert replayed.peer_events == {}
    assert replayed.device_events == ()


def test_a_hex_dump_goes_on_over_lines() -> None:
    replay, reader = _replay((SEED / "asa-debug-hardware-client.log").read_text())
    assert reader.facts().unread == 0
    assert replay.finish().negotiations == ()


@pytest.mark.parametrize("log", [log for log in LOGS if log != "syslog-severity-5"])
def test_a_negotiation_concludes_when_its_end_is_logged(log: str) -> None:
    replay, reader = Replay(), LogReader("log")
    lines = LOGS[log].split("\n")
    told = []
    for number, line in enumerate(lines, start=1):
        for event in reader.feed(number, line):
            replay.feed(event)
        told.append(replay.concluded("192.0.2.1") or replay.concluded("192.0.2.7"))
    assert told[2] is False
    assert told[-1] is True
    assert replay.concluded(None)
    assert not replay.concluded("203.0.113.200")


MISMATCH = "[IKEv1]: Phase 1 failure:  Mismatched attribute types for class Hash Alg:  Rcv'd: SHA  Cfg'd: MD5\n"


def _owners(text: str) -> list[str | None]:
    replayed = _read(text)
    owners = [(event, one.peer) for one in replayed.negotiations for event in one.all(EventKind.MISMATCH)]
    owners += [(event, None) for event in replayed.device_events if event.kind == EventKind.MISMATCH]
    return [owner for event, owner in sorted(owners, key=lambda pair: pair[0].origin.line)]


def test_a_comparison_belongs_to_the_sa_payload_in_process() -> None:
    a, b = "[IKEv1 DEBUG]: IP = 192.0.2.1, ", "[IKEv1 DEBUG]: IP = 192.0.2.2, "
    refused = "All SA proposals found unacceptable\n"
    reading = "processing SA payload\n"
    assert _owners(a + reading + MISMATCH + a + refused + b + reading + MISMATCH + b + refused) == [
        "192.0.2.1",
        "192.0.2.2",
    ]
    assert _owners(a + reading + MISMATCH + b + refused) == [None]  # the verdict is on somebody else
    assert _owners(a + reading + b + reading + MISMATCH + b + refused) == [None]  # two are open
    assert _owners(MISMATCH + a + refused) == ["192.0.2.1"]  # a low level: nothing else is printed
    assert _owners(a + reading + MISMATCH) == ["192.0.2.1"]  # the log ends
    assert _owners(MISMATCH) == [None]


def test_a_fragment_without_packets_is_a_negotiation() -> None:
    text = (
        "Group = 192.0.2.1, IP = 192.0.2.1, Rejecting IPSec tunnel: no matching crypto map entry for remote proxy "
        "10.2.0.0/255.255.0.0/0/0 local proxy 10.1.0.0/255.255.0.0/0/0 on interface outside\n"
        "Group = 192.0.2.1, IP = 192.0.2.1, QM FSM error (P2 struct &0xd7b3a8b0, mess id 0x3012dbd)!\n"
        "Group = 192.0.2.1, IP = 192.0.2.1, Removing peer from correlator table failed, no match!\n"
    )
    (negotiation,) = _read(text).negotiations
    assert _told(negotiation) == ("quick-mode", "unknown", "failed", "phase2", None, "", (0, 0, 0, 0))
    assert negotiation.message_id == "0x03012dbd"
    assert negotiation.selectors == Selectors(Selector("10.1.0.0/16"), Selector("10.2.0.0/16"))
    assert len(negotiation.events) == 3


def test_a_log_that_begins_or_ends_in_the_middle() -> None:
    lines = LOGS["main-mode-responder"].splitlines()
    middle = next(number for number, line in enumerate(lines) if "payloads : HDR + ID" in line)
    (late,) = _read("\n".join(lines[middle:])).negotiations
    assert _told(late) == ("main-mode", "responder", "established", "established", None, "", (3, 2, 0, 0))
    (early,) = _read("\n".join(lines[:middle])).negotiations
    assert _told(early) == ("main-mode", "responder", "incomplete", "phase1", "MM_WAIT_MSG5", "", (2, 2, 0, 0))


def test_a_wrapped_and_cut_history_still_tells_the_state() -> None:
    history = (
        "Nov 08 07:10:05 [IKEv1 DEBUG]: IP = 192.0.2.1, IKE MM Initiator FSM error history (struct 0xd7b3a8b0)  "
        "<state>, <event>:\n  MM_DONE, EV_ERROR-->MM_WAIT_MS\nG6, EV_TIMEOUT-->MM_WAIT_MSG6, NullEvent-->MM_SND_M"
    )
    (negotiation,) = _read(history).negotiations
    assert _told(negotiation) == ("main-mode", "initiator", "failed", "phase1", "MM_WAIT_MSG6", "", (0, 0, 0, 0))
    error = negotiation.first(EventKind.FSM_ERROR)
    assert error is not None
    assert error.get("history") == "MM_DONE, EV_ERROR|MM_WAIT_MSG6, EV_TIMEOUT|MM_WAIT_MSG6, NullEvent"


def test_what_names_no_peer_finds_the_client_that_is_asked() -> None:
    asked = LOGS["xauth-rejected"].split("Remote peer has failed")[0].rpartition("\n")[0]
    text = asked + (
        "\nNov 08 2024 07:10:11: %ASA-6-113005: AAA user authentication Rejected : reason = AAA failure : "
        "server = 192.0.2.20 : user = user1 : user IP = 192.0.2.7"
    )
    (negotiation,) = _read(text).negotiations
    rejected = negotiation.first(EventKind.XAUTH_REJECTED)
    assert rejected is not None
    assert rejected.get("server") == "192.0.2.20"
    assert negotiation.outcome == "failed"


def test_an_acquire_belongs_to_what_we_begin_next() -> None:
    (negotiation,) = _read(LOGS["main-mode-initiator"]).negotiations
    assert negotiation.has(EventKind.KEY_ACQUIRE)


def test_ten_thousand_are_kept_and_older_ones_are_counted() -> None:
    replay, reader = Replay(), LogReader("log")
    for number in range(10_050):
        peer = f"198.18.{number // 250}.{number % 250}"
        for line in LOGS["phase1-policy-refused"].replace("192.0.2.1", peer).splitlines():
            for event in reader.feed(1, line):
                replay.feed(event)
    replayed = replay.finish()
    assert len(replayed.negotiations) == 10_000
    assert sum(replayed.folded.values()) == 50
    assert {outcome for _, outcome in replayed.folded} == {"failed"}
    assert replayed.negotiations[0].has(EventKind.IKE_PROPOSALS_REFUSED)
    assert sum(len(one.events) for one in replayed.negotiations) < 130_000


def test_the_events_of_one_negotiation_are_bounded() -> None:
    log = LOGS["no-reply-twice"].splitlines()[:3]
    resending = next(line for line in LOGS["no-reply-twice"].splitlines() if "RESENDING" in line)
    (negotiation,) = _read("\n".join([*log, *[resending] * 5000])).negotiations
    assert negotiation.resent == 5000
    assert len(negotiation.events) + negotiation.events_dropped == 5003
    assert len(negotiation.events) <= 600


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(LOGS)), st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_cut_anywhere_is_no_exception(log: str, begin: int, end: int) -> None:
    text = LOGS[log]
    replay, reader = _replay(text[begin % len(text) : max(begin, end) % (len(text) + 1)])
    replay.finish()
    facts = reader.facts()
    assert facts.unread <= facts.lines


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(sorted(LOGS)), st.randoms(use_true_random=False))
def test_garbled_and_shuffled_lines_are_no_exception(log: str, random: object) -> None:
    assert hasattr(random, "shuffle")
    lines = LOGS[log].splitlines()
    random.shuffle(lines)
    garbled = "\n".join(
        line[:: 1 if number % 3 else -1] if number % 5 else line.upper() for number, line in enumerate(lines)
    )
    replay, reader = _replay(garbled)
    replay.finish()
    assert reader.facts().lines == sum(bool(line.strip()) for line in garbled.split("\n"))


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from([log for log in sorted(LOGS) if log != "ipsec-debug-alone"]), min_size=2, max_size=3),
    st.data(),
)
def test_interleaved_peers_tell_what_each_tells_alone(names: list[str], data: st.DataObject) -> None:
    """Messages with a peer; the lines without one are another matter (see the comparisons above)."""
    queues = []
    for number, name in enumerate(names):
        text = (
            LOGS[name].replace("192.0.2.1", f"192.0.2.{100 + number}").replace("192.0.2.7", f"192.0.2.{100 + number}")
        )
        queues.append([part for part in _messages(text) if "IP = " in part])
    alone = [[_told(one) for one in _read("\n".join(queue)).negotiations] for queue in queues]
    mixed: list[str] = []
    while any(queues):
        queue = data.draw(st.sampled_from([queue for queue in queues if queue]))
        mixed.append(queue.pop(0))
    found = _read("\n".join(mixed)).negotiations
    for number, expected in enumerate(alone):
        peers = {f"192.0.2.{100 + number}", "203.0.113.9"}
        if "two-peers-interleaved" not in names:
            assert [_told(one) for one in found if one.peer in peers] == expected


def _messages(text: str) -> list[str]:
    messages: list[str] = []
    for line in text.splitlines():
        if line.startswith(("Nov", "Aug")):
            messages.append(line)
        else:
            messages[-1] += "\n" + line
    return messages


def test_the_sa_that_a_rekey_replaced_goes_away_and_the_new_one_stays() -> None:
    said = (
        "IKE Initiator: Rekeying Phase 2, Intf outside, IKE Peer 192.0.2.1  local Proxy Address 10.1.0.0, "
        "remote Proxy Address 10.2.0.0,  Crypto map (outside_map)",
        "PHASE 2 COMPLETED (msgid=05d1f0a2)",
        "Connection terminated for peer 192.0.2.1.  Reason: Peer Terminate  Remote Proxy 10.2.0.0, "
        "Local Proxy 10.1.0.0",
    )
    text = "\n".join(f"[IKEv1]: Group = 192.0.2.1, IP = 192.0.2.1, {line}" for line in said)
    assert [one.outcome for one in _read(text).negotiations] == ["established"]
