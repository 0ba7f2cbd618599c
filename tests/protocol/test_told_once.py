"""What the debug and the syslog of one device both tell is one negotiation, and what one alone tells is not lost."""

import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from nornir_ikediag.assemble import assemble
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.diagnose import diagnose
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import WindowFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.verdict import Severity
from nornir_ikediag.protocol.told_once import loose_told_once
from nornir_ikediag.protocol.voices import Voices

_TESTS = Path(__file__).parents[1]
PEER = "203.0.113.50"
_STARTS = (
    f"IKE Initiator: New Phase 1, Intf inside, IKE Peer {PEER}  local Proxy Address 10.1.1.0, "
    "remote Proxy Address 10.2.2.0,  Crypto map (outside_map)"
)
_NO_MATCH = "Removing peer from peer table failed, no match!"
_NO_ENTRY = "Error: Unable to remove PeerTblEntry"


def debugged(at: str, text: str) -> str:
    return f"Nov 08 {at} [IKEv1]IP = {PEER}, {text}"


def logged(at: str, number: str, text: str) -> str:
    return f"{f'Nov 08 2023 {at}: ' if at else ''}%ASA-5-{number}: IP = {PEER}, {text}"


def attempt(minute: str) -> list[str]:
    """The debug of an attempt that nobody answers."""
    sent = "IKE_DECODE SENDING Message (msgid=0) with payloads : HDR + SA (1) + NONE (0)"
    told = (("00", _STARTS), ("00", sent), ("31", _NO_MATCH), ("32", _NO_ENTRY))
    return [debugged(f"{minute}:{second}", text) for second, text in told]


def logged_attempt(minute: str, *, timed: bool = True) -> list[str]:
    """The syslog of the same."""
    told = (("00", "713041", _STARTS), ("32", "713902", _NO_MATCH), ("32", "713903", _NO_ENTRY))
    return [logged(f"{minute}:{second}" if timed else "", number, text) for second, number, text in told]


def interleaved(debug: Sequence[str], syslog: Sequence[str]) -> list[str]:
    """As a console prints both: a line of syslog right behind the debug's of the same words."""
    waiting = list(syslog)
    lines = []
    for line in debug:
        lines.append(line)
        if waiting and waiting[0].endswith(line.rpartition(", ")[2]):
            lines.append(waiting.pop(0))
    return lines + waiting


def negotiations(*texts: Sequence[str]) -> tuple[Negotiation, ...]:
    sources = tuple(Source(name=f"{number}.log", text="\n".join(text)) for number, text in enumerate(texts))
    (tunnel,) = assemble(Capture(name="fw1", platform="cisco_asa", sources=sources)).tunnels
    return tunnel.negotiations


def told(*texts: Sequence[str]) -> list[list[str]]:
    """By attempt, all that is told of it: the text and the line of each event, and what it is."""
    return [
        [f"{event.origin.source.removesuffix('.log')}:{event.origin.line} {event.kind.value}" for event in one.events]
        for one in negotiations(*texts)
    ]


ONCE = ["0:1 initiator-starts", "0:2 packet", "0:3 consequence", "0:4 consequence"]
TIMED, UNTIMED = logged_attempt("09:00"), logged_attempt("09:00", timed=False)


@pytest.mark.parametrize("syslog", [TIMED, UNTIMED])
def test_two_texts_tell_one_attempt(syslog: list[str]) -> None:
    assert told(attempt("09:00"), syslog) == [ONCE]
    assert told(syslog, attempt("09:00")) == [[one.replace("0:", "1:") for one in ONCE]]
    assert told(attempt("09:00") + syslog) == [ONCE]


@pytest.mark.parametrize("syslog", [TIMED, UNTIMED])
def test_a_console_that_prints_both_tells_one_attempt(syslog: list[str]) -> None:
    lines = interleaved(attempt("09:00"), syslog)
    assert len(lines) == 7
    assert told(lines) == [["0:1 initiator-starts", "0:3 packet", "0:4 consequence", "0:6 consequence"]]


@pytest.mark.parametrize("timed", [True, False])
def test_a_second_attempt_within_the_same_seconds_is_one_of_its_own(timed: bool) -> None:
    debug = attempt("09:00") + attempt("09:00")
    syslog = logged_attempt("09:00", timed=timed) * 2
    twice = [ONCE, ["0:5 initiator-starts", "0:6 packet", "0:7 consequence", "0:8 consequence"]]
    assert told(debug, syslog) == twice
    assert [len(events) for events in told(interleaved(debug, syslog))] == [4, 4]
    first, second = (
        [f"1:{line} initiator-starts", f"1:{line + 1} consequence", f"1:{line + 2} consequence"] for line in (1, 4)
    )
    # of two without a time nobody knows which one the debug tells
    assert told(attempt("09:00"), syslog) == ([ONCE, second] if timed else [ONCE, first, second])


def test_an_attempt_that_the_syslog_alone_tells_stays() -> None:
    later = [line.replace("09:00", "09:05") for line in TIMED]
    assert told(attempt("09:00"), TIMED + later) == [
        ONCE,
        ["1:4 initiator-starts", "1:5 consequence", "1:6 consequence"],
    ]


def test_an_event_that_the_syslog_alone_tells_stays() -> None:
    refused = logged("09:00:05", "713903", "Can't find a valid tunnel group, aborting...!")
    assert told(attempt("09:00"), [TIMED[0], refused, *TIMED[1:]]) == [[*ONCE, "1:2 tunnel-group-missing"]]


def test_the_buffer_and_the_collectors_copy_of_it_tell_one_attempt() -> None:
    collected = [line.replace(": %ASA", " fw1 : %ASA") for line in TIMED]
    assert told(TIMED, collected) == [["0:1 initiator-starts", "0:2 consequence", "0:3 consequence"]]


def test_a_log_in_two_files_is_one_voice_over_the_turn_of_the_year() -> None:
    first, last = attempt("23:59")[:2], attempt("00:00")[2:]
    december, january = (
        [line.replace("Nov 08", day) for line in part] for part, day in ((first, "Dec 31"), (last, "Jan 01"))
    )
    assert told(december, january) == [["0:1 initiator-starts", "0:2 packet", "1:1 consequence", "1:2 consequence"]]


def test_large_files_are_compared_too(tmp_path: Path) -> None:
    many = range(10, 60)
    texts = {
        "debug.log": [line for minute in many for line in attempt(f"09:{minute}")],
        "syslog.log": [line for minute in many for line in logged_attempt(f"09:{minute}")],
    }
    for name, lines in texts.items():
        (tmp_path / name).write_text("\n".join(lines))
    sources = tuple(Source(name=name, path=tmp_path / name) for name in texts)
    (tunnel,) = assemble(Capture(name="fw1", platform="cisco_asa", sources=sources)).tunnels
    assert [(one.origin.origin.source, one.outcome) for one in tunnel.negotiations] == [("debug.log", "failed")] * 50


_LIFE = [
    debugged("09:00:00", "IKE_DECODE RECEIVED Message (msgid=0) with payloads : HDR + SA (1) + NONE (0)"),
    debugged("09:00:02", "PHASE 1 COMPLETED"),
    debugged("09:00:03", "PHASE 2 COMPLETED (msgid=4b1d6a32)"),
]
_SESSION_OVER = (
    f"%ASA-4-113019: Group = {PEER}, Username = {PEER}, IP = {PEER}, Session disconnected. Session Type: LAN-to-LAN, "
    "Duration: 0h:10m:00s, Bytes xmt: 1, Bytes rcv: 1, Reason: User Requested"
)
_ENDS = f"Local:192.0.2.1:500 Remote:{PEER}:500 Username:"
_TRACE = (_TESTS / "debugs" / "ikev2" / "responder-up.log").read_text(encoding="utf-8").replace("198.51.100.1", PEER)


def ikev2(at: str, number: str, text: str) -> str:
    return f"{f'Jun 10 2024 {at}: ' if at else ''}%ASA-5-{number}: {_ENDS}{text}"


def begun(at: str) -> str:
    return ikev2(at, "750002", "Unknown IKEv2 Received a IKE_INIT_SA request")


def up(at: str) -> str:
    return ikev2(at, "750006", f"{PEER} IKEv2 SA UP. Reason: New Connection Established")


def down(at: str) -> str:
    return ikev2(at, "750007", f"{PEER} IKEv2 SA DOWN. Reason: local failure")


def refused(at: str) -> str:
    return ikev2(at, "750003", f"{PEER} IKEv2 Negotiation aborted due to ERROR: Auth exchange failed")


@pytest.mark.parametrize(
    ("syslog", "expected"),
    [
        ([begun("18:03:00"), up("18:03:01")], [("established", "18:03:00")]),
        ([begun(""), up("")], [("established", None)]),
        ([begun("18:03:00"), up("18:03:01"), down("19:00:00")], [("deleted", "18:03:00")]),
        ([begun("18:03:00"), refused("18:03:01")], [("established", None), ("failed", "18:03:00")]),
        (
            [begun("18:03:00"), up("18:03:01"), down("18:04:00"), begun("18:05:00"), up("18:05:01")],
            [("established", None), ("deleted", "18:03:00"), ("established", "18:05:00")],
        ),
    ],
)
def test_an_ikev2_trace_without_times_and_its_syslog(syslog: list[str], expected: list[tuple[str, str | None]]) -> None:
    found = negotiations(_TRACE.split("\n"), syslog)
    assert [(one.outcome, one.started_at and f"{one.started_at:%H:%M:%S}") for one in found] == expected


def test_a_console_that_prints_both_of_ikev2() -> None:
    first, *rest = _TRACE.split("\n")
    for at in ("18:03:00", ""):
        (one,) = negotiations([first, begun(at), *rest, up(at)])
        assert [one.outcome, one.role, one.peer] == ["established", "responder", PEER]
        assert {"responder-starts", "child-established"} <= {event.kind.value for event in one.events}


def test_a_syslog_of_few_severities_ends_what_the_debug_began() -> None:
    (one,) = negotiations([*_TRACE.split("\n"), down("")])
    assert one.outcome == "deleted"
    (ikev1,) = negotiations([*_LIFE, _SESSION_OVER])
    assert ikev1.outcome == "deleted"


def test_the_buffer_before_a_window_tells_of_others_and_the_one_after_it_of_the_same() -> None:
    before = [
        line
        for hour in ("14", "15", "16")
        for line in (begun(f"{hour}:03:00"), up(f"{hour}:03:01"), down(f"{hour}:30:00"))
    ]
    after = [*before, begun("18:03:00"), up("18:03:01")]
    command = f"show logging | include {PEER}"
    at = datetime(2024, 6, 10, 18, 3, tzinfo=UTC)
    for shown, expected in (
        (after, ["deleted", "deleted", "deleted", "established"]),
        (before, ["deleted", "deleted", "deleted", "established"]),
        (before[:3] + after[-2:], ["deleted", "established"]),
    ):
        buffered = [line for line in before if line in shown]
        sources = (
            Source(name=command, command=command, text="\n".join(buffered), round=0),
            Source(name="debug", command="debug crypto ikev2", text=_TRACE),
            Source(name=command, command=command, text="\n".join(shown), round=1),
        )
        capture = Capture(
            name="fw1", sources=sources, windows=(WindowFacts(opened_at=at, closed_at=at, closed_by="time"),)
        )
        (tunnel,) = assemble(capture).tunnels
        assert [one.outcome for one in tunnel.negotiations] == expected


_TAGGED = re.compile(r"(?P<at>[A-Z][a-z]{2} \d\d)(?: \d{4})?(?P<clock> [\d:]{8}):? ?\[IKEv1\]:? ?(?P<text>.*)")
_DEBUGS = [
    path
    for path in sorted((_TESTS / "causes").glob("*/*/debug.log"))
    if "[IKEv1]" in (text := path.read_text("utf-8")) and "%ASA" not in text
]


def _printed_twice(lines: Sequence[str], *, timed: bool) -> Iterator[tuple[str, list[str]]]:
    """Every line of a debug with what `logging buffered notifications` makes of it."""
    for line in lines:
        found = _TAGGED.match(line)
        if found is None or "IKE_DECODE" in line:
            yield line, []
        else:
            at = f"{found['at']} 2000{found['clock']}: " if timed else ""
            yield line, [f"{at}%ASA-5-713902: {found['text']}"]


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("path", _DEBUGS, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_no_recorded_debug_changes_its_meaning_when_the_syslog_tells_it_again(path: Path, timed: bool) -> None:
    text = path.read_text(encoding="utf-8").rstrip("\n").split("\n")

    def meant(*texts: Sequence[str]) -> tuple[list[tuple[str | None, str]], list[tuple[str, Severity, int]]]:
        sources = tuple(Source(name=f"{number}.log", text="\n".join(one)) for number, one in enumerate(texts))
        device = assemble(Capture(name="fw1", platform="cisco_asa", sources=sources))
        faults = [one for one in diagnose(device).findings if one.cause != "output-unrecognised"]  # it counts lines
        found = [(one.cause, one.severity, one.count) for one in faults]
        return [(one.peer, one.outcome) for tunnel in device.tunnels for one in tunnel.negotiations], found

    told = list(_printed_twice(text, timed=timed))
    syslog = [again for _, lines in told for again in lines]
    alone = meant(text)
    assert meant(text, syslog) == alone
    assert meant(syslog, text) == alone
    assert meant([one for line, again in told for one in (line, *again)]) == alone


def test_a_failure_that_the_syslog_dates_by_its_year_is_that_of_the_debug_without_one() -> None:
    lines = [*attempt("09:00"), logged("09:00:32", "713902", _NO_MATCH)]
    assert told(lines) == [[*ONCE, "0:5 consequence"]]


def test_what_is_told_very_often_is_compared_in_as_many_steps() -> None:
    """Minutes, where each event is compared with each."""
    (one,) = negotiations(attempt("07:10"))
    event = one.events[-1]
    told, loose = (
        [
            msgspec.structs.replace(event, at=datetime(2023, 11, 8) + timedelta(seconds=10 * number + after))
            for number in range(many)
        ]
        for many, after in ((40_000, 0), (1_000, 5))
    )
    began = time.process_time()
    logged_once = [msgspec.structs.replace(one, origin=Evidence("syslog", 1, "%ASA-5-713903: x")) for one in loose]
    kept = loose_told_once({PEER: logged_once}, [msgspec.structs.replace(one, events=tuple(told))], Voices())
    assert kept == {PEER: logged_once}
    assert time.process_time() - began < 10
