"""Which lines make a message, and what is taken off it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.debugs import LogReader, is_log_line, looks_like_log
from nornir_ikediag.debugs.framing import Framer
from nornir_ikediag.debugs.plain_lines import PlainLines
from nornir_ikediag.debugs.wrapping import Wrapping
from nornir_ikediag.model.event import EventKind

TESTS = Path(__file__).parent.parent
RECORDINGS = [
    *sorted((TESTS / "protocol" / "ikev1").glob("*.log")),
    *sorted((TESTS / "debugs").glob("*/*.log")),
]


def _frame(text: str, year: int | None = 2024) -> list[tuple[str, str, str | None, list[str]]]:
    framer = Framer(year)
    entries = [entry for number, line in enumerate(text.split("\n"), 1) for entry in framer.feed(number, line)]
    return [
        (entry.tag, entry.text, entry.peer, [line for _, line in entry.body]) for entry in (*entries, *framer.close())
    ]


def test_every_part_of_the_prefix_is_optional() -> None:
    text = (
        "Nov 08 07:10:05 [IKEv1]Group = sales, Username = bob, IP = 192.0.2.1, one\n"
        "Nov 08 07:10:05 [IKEv1]: Group = sales, Username = , IP = 192.0.2.1, two\n"
        "Nov 08 07:10:05 [IKEv1 DEBUG]: IP = 192.0.2.1, three\n"
        "[IKEv1]: IP = 192.0.2.1 four\n"
        "[IKEv1 DECODE]five\n"
        "[IKEv1]Group = my group, IP = 192.0.2.1 six\n"
        "roup = my group IP = 192.0.2.1, seven"
    )
    framer = Framer(2024)
    entries = [entry for number, line in enumerate(text.split("\n"), 1) for entry in framer.feed(number, line)]
    found = [(one.text, one.tunnel_group, one.username, one.peer) for one in (*entries, *framer.close())]
    assert found == [
        ("one", "sales", "bob", "192.0.2.1"),
        ("two", "sales", None, "192.0.2.1"),
        ("three", None, None, "192.0.2.1"),
        ("four", None, None, "192.0.2.1"),
        ("five", None, None, None),
        ("six", "my group", None, "192.0.2.1"),
        ("seven", "my group", None, "192.0.2.1"),
    ]


def test_two_messages_in_one_line_are_two() -> None:
    line = "Nov 08 07:10:05 [IKEv1]IP = 192.0.2.1, oneNov 08 07:10:06 [IKEv1]IP = 192.0.2.2, two"
    assert _frame(line) == [("IKEv1", "one", "192.0.2.1", []), ("IKEv1", "two", "192.0.2.2", [])]


def test_a_prompt_and_a_typed_command_in_front_are_taken_off() -> None:
    line = "fw1/pri/act(config)# un all[IKEv1]: IP = 192.0.2.1, PHASE 1 COMPLETED"
    assert _frame(line) == [("IKEv1", "PHASE 1 COMPLETED", "192.0.2.1", [])]
    assert _frame("fw1# show crypto isakmp sa\nfw1/pri/act# \nINFO: debugging turned off") == []


def test_a_syslog_message_keeps_what_looks_like_a_mark_in_its_text() -> None:
    line = (
        "%ASA-4-402114: IPSEC: Received an ESP packet (SPI= 0x1, sequence number= 0x2) from 192.0.2.1 to 198.51.100.1"
    )
    assert _frame(line) == [
        ("syslog", line.partition(": ")[2], None, []),
    ]


def test_a_line_cut_at_the_width_of_the_terminal_is_joined() -> None:
    whole = "Nov 08 07:10:05 [IKEv1]IP = 192.0.2.1, IKE Initiator: New Phase 1, Intf inside, IKE Peer 192.0.2.1"
    assert _frame(f"{whole[:80]}\n{whole[80:]}") == [
        ("IKEv1", whole.partition("192.0.2.1, ")[2], "192.0.2.1", []),
    ]


def _times(lines: Sequence[str], year: int) -> list[datetime | None]:
    framer = Framer(year)
    entries = [entry for number, line in enumerate(lines, 1) for entry in framer.feed(number, line)]
    return [entry.at for entry in (*entries, *framer.close())]


def test_times_have_the_year_that_is_known() -> None:
    lines = (
        "Dec 31 23:59:59 [IKEv1]IP = 192.0.2.1, a",
        "Jan 01 00:00:01 [IKEv1]IP = 192.0.2.1, b",
        "<167>Jun 10 2010 17:36:05: %ASA-7-713906: c",
        "Jun 10 17:36:06 [IKEv1]IP = 192.0.2.1, d",
        "2011-06-10T17:36:07.123+02:00 fw1 %ASA-7-713906: e",
        "eb 30 17:36:07 [IKEv1]IP = 192.0.2.1, there is no such day",
    )
    assert _times(lines, year=2023) == [
        datetime(2023, 12, 31, 23, 59, 59),
        datetime(2024, 1, 1, 0, 0, 1),
        datetime(2010, 6, 10, 17, 36, 5),
        datetime(2010, 6, 10, 17, 36, 6),
        datetime(2011, 6, 10, 17, 36, 7),
        None,
    ]


def test_a_year_that_a_line_bears_is_that_of_the_other_lines_of_the_same_day() -> None:
    lines = (
        "Dec 31 23:59:58 [IKEv1]IP = 192.0.2.1, a",
        "Dec 31 23:59:59 [IKEv1]IP = 192.0.2.1, b",
        "Dec 31 2025 23:59:59: %ASA-7-713906: IP = 192.0.2.1, c",
        "Dec 31 24:00:00 [IKEv1]IP = 192.0.2.1, there is no such hour",
        "Dec 31 23:59:57 [IKEv1]IP = 192.0.2.1, d",
        "Jan 01 00:00:00 [IKEv1]IP = 192.0.2.1, e",
        "Jan 01 2026 00:00:01: %ASA-7-713906: IP = 192.0.2.1, f",
        "Jan 01 00:00:02 [IKEv1]IP = 192.0.2.1, g",
        "Dec 31 23:59:56 [IKEv1]IP = 192.0.2.1, late",
    )
    assert _times(lines, year=2023) == [
        datetime(2023, 12, 31, 23, 59, 58),
        datetime(2023, 12, 31, 23, 59, 59),
        datetime(2025, 12, 31, 23, 59, 59),
        None,
        datetime(2025, 12, 31, 23, 59, 57),
        datetime(2026, 1, 1, 0, 0, 0),
        datetime(2026, 1, 1, 0, 0, 1),
        datetime(2026, 1, 1, 0, 0, 2),
        datetime(2025, 12, 31, 23, 59, 56),
    ]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_line_that_was_framed_before_is_framed_alike(path: Path) -> None:
    """Lines are remembered by what stood in front of them, or whole: nothing may come of that."""
    lines = ["[IKEv1]IP = 192.0.2.1, the first", *path.read_text(encoding="utf-8").split("\n")]
    framer = Framer(2024, Wrapping(500, by_words=False))
    rounds = []
    for _ in range(2):
        entries = [entry for number, line in enumerate(lines, 1) for entry in framer.feed(number, line)]
        rounds.append([msgspec.structs.asdict(entry) for entry in (*entries, *framer.close())])
    assert rounds[1] == rounds[0]


def test_what_is_a_log_line() -> None:
    for line in (
        "Nov 08 07:10:05 [IKEv1]IP = 192.0.2.1, PHASE 1 COMPLETED",
        "fw1# Nov 08 07:10:05 [IKEv1 DEBUG]: IP = 192.0.2.1, processing SA payload",
        "%ASA-5-713119: Group = a, IP = 192.0.2.1, PHASE 1 COMPLETED",
        "IPSEC: New embryonic SA created @ 0xcfdffc90,",
        "Group = 192.0.2.1, IP = 192.0.2.1, PHASE 1 COMPLETED",
        "IKEv2-PROTO-4: (12): Processing IKE_SA_INIT message",
    ):
        assert is_log_line(line), line
    for line in (
        "1   IKE Peer: 192.0.2.1",
        "    Type    : L2L             Role    : initiator ",
        "logging message 711001 level debugging",
        "crypto map outside_map 1 set peer 192.0.2.1",
        "fw1# show crypto isakmp sa",
        "",
    ):
        assert not is_log_line(line), line
    assert looks_like_log(["QM FSM error (P2 struct &0xd7b3a8b0, mess id 0x3012dbd)!"])
    assert not looks_like_log(["interface: outside", "hello"])


def test_what_is_not_understood_is_counted_and_quoted() -> None:
    reader = LogReader("log")
    lines = (
        "Nov 08 07:10:05 [IKEv1]IP = 192.0.2.1, the sky is blue",
        "",
        "and the grass is green",
        "Nov 08 07:10:05 [IKEv1]IP = 192.0.2.1, PHASE 1 COMPLETED",
        "%ASA-6-302013: Built outbound TCP connection 1 for outside:192.0.2.1/80",
    )
    for number, line in enumerate(lines, 1):
        reader.feed(number, line)
    reader.close()
    facts = reader.facts()
    assert (facts.lines, facts.unread, facts.kind) == (4, 2, "mixed")
    assert [(quote.line, quote.text) for quote in facts.quoted] == [(1, lines[0]), (3, lines[2])]


def test_messages_behind_a_number_and_no_tag_are_each_read() -> None:
    prefix = "Group = 198.51.100.7, IP = 198.51.100.7, "
    lines = [
        f"May 06 2024 09:00:01: 713119: {prefix}PHASE 1 COMPLETED",
        f"May 06 2024 09:00:01: 713120: {prefix}PHASE 2 COMPLETED",
    ]
    reader = LogReader("log")
    events = reader.events(list(enumerate(lines, start=1))) + reader.close()
    assert [(event.kind, event.origin.line) for event in events] == [
        (EventKind.PHASE1_COMPLETED, 1),
        (EventKind.PHASE2_COMPLETED, 2),
    ]


def test_dumps_of_the_highest_levels_are_read_and_skipped() -> None:
    text = """[IKEv1]IKE_DECODE SENDING Message (msgid=0) with payloads : HDR + SA (1) total length : 168

BEFORE ENCRYPTION
RAW PACKET DUMP on SEND
1e d7 4f 2d 23 17 0d 47 00 00 00 00 00 00 00 00    |  ..O-#..G........
01 10 02 00 00 00 00 00 00 00 00 a8                |  ............
ISAKMP Header
  Initiator COOKIE: 1e d7 4f 2d 23 17 0d 47
  Responder COOKIE: 00 00 00 00 00 00 00 00
  Next Payload: Security Association
  Exchange Type: Identity Protection (Main Mode)
  Flags: (none)
  Length: 168
  Payload Security Association
    Next Payload: Vendor ID
    DOI: IPsec
    Situation:(SIT_IDENTITY_ONLY)
      Transform #: 1
      Encryption Algorithm: 3DES-CBC
"""
    reader = LogReader("log")
    for number, line in enumerate(text.split("\n"), 1):
        reader.feed(number, line)
    reader.close()
    assert reader.facts().unread == 0


@pytest.mark.parametrize(
    "below",
    [
        ("fw.example.net",),
        ("0000: 66772E65 78616D70 6C652E6E 6574         fw.example.net",),
        ("0000: 66772E65 78616D70     fw.examp", "0008: 6C652E6E 6574         le.net"),
    ],
)
def test_an_identity_below_its_length(below: tuple[str, ...]) -> None:
    reader = LogReader("log")
    lines = ("[IKEv1 DECODE]: IP = 192.0.2.1, ID_FQDN ID received, len 14", *below, "undebug all")
    events = [event for number, line in enumerate(lines, 1) for event in reader.feed(number, line)] + reader.close()
    assert [event.fields for event in events] == [{"type": "FQDN", "value": "fw.example.net"}]
    assert reader.facts().unread == 0


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n"), max_size=200), st.integers(0, 60))
def test_any_text_is_read_or_unread(text: str, position: int) -> None:
    line = "Nov 08 07:10:05 [IKEv1]Group = a, IP = 192.0.2.1, IKE_DECODE RECEIVED Message (msgid=0) with payloads : HDR"
    reader = LogReader("log")
    reader.feed(1, line[:position] + text + line[position:])
    reader.feed(2, text)
    reader.close()
    facts = reader.facts()
    assert 0 <= facts.unread <= facts.lines <= 2


_CLOTHING = (
    "{}",
    "Jun 10 2026 17:36:05: {}",
    "Jun 10 17:36:05 192.0.2.250 {}",
    "<166>Jun 10 2026 17:36:05 fw1 : {}",
    "Jun 10 17:36:05 192.0.2.250 Jun 10 2026 17:36:04 fw1 : {}",
    "2026-06-10T17:36:05.123+02:00 fw1 {}",
    '{{"host": "fw1", "message": "{}"}}',
    "<b>{}</b>",
    "fw1# {}",
    "> {}",
    "4 17:36:05.123 06/10/26 Sev=Info/4 {}",
    "{} Jun 10 2026 17:36:05: %ASA-5-713119: Group = a, IP = 192.0.2.9, PHASE 1 COMPLETED",
)
_SYSLOG = (
    "%ASA-5-713119: Group = a, IP = 192.0.2.1, PHASE 1 COMPLETED",
    "%PIX-5-713119: Group = a, IP = 192.0.2.1, PHASE 1 COMPLETED ",
    "%FTD-5-750007: Local:192.0.2.1:500 Remote:192.0.2.9:500 Username:192.0.2.9 IKEv2 SA DOWN. Reason: local failure",
    "%ASA-6-302013: Built inbound TCP connection 1 for outside:192.0.2.9/1 (192.0.2.9/1) to inside:10.1.0.1/2",
    "%ASA-7-711001: IPSEC: Increment SA NP ref counter for outbound SPI 0xC4A5C5E5",
    "%ASA-3-713119: 100% &lt;odd&gt; <b>\u00e9</b>",
    "%ASA-vpn-5-713119: Group = a, IP = 192.0.2.1, PHASE 1 COMPLETED",
    "%ASA-5-713119 Group = a, IP = 192.0.2.1, PHASE 1 COMPLETED",
    "%ASA-5-713119:",
)


def _entries(lines: Sequence[str]) -> list[dict[str, object]]:
    framer = Framer(2024)
    entries = [*framer.entries(list(enumerate(lines, 1))), *framer.close()]
    return [msgspec.structs.asdict(entry) for entry in entries]


@pytest.mark.parametrize("clothing", _CLOTHING)
def test_a_syslog_line_read_the_quick_way_reads_as_by_the_long_one(
    clothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [clothing.format(message) for message in _SYSLOG]
    quick = _entries(lines)
    monkeypatch.setattr(PlainLines, "entry", lambda self, number, line: None)
    assert quick == _entries(lines)


@pytest.mark.parametrize("clothing", ["{}", "Jun 10 2026 17:36:05 fw1 : %ASA-7-711001: {}"], ids=["bare", "711001"])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recording_read_the_quick_way_reads_as_by_the_long_one(
    path: Path, clothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [clothing.format(line) for line in path.read_text(encoding="utf-8").split("\n")]
    quick = _entries(lines)
    monkeypatch.setattr(PlainLines, "entry", lambda self, number, line: None)
    assert quick == _entries(lines)
