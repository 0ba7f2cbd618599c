"""A line of a hundred thousand characters, or a message that never ends, takes as long as it is, not its square."""

import time
from collections.abc import Callable

import pytest

from nornir_ikediag import shows
from nornir_ikediag.capture import Source
from nornir_ikediag.debugs import LogReader
from nornir_ikediag.debugs.cleaning import cleaned
from nornir_ikediag.debugs.marks import LONGEST
from nornir_ikediag.mending import mended
from nornir_ikediag.redact import redact

LONG = 100_000
BLANKS = " " * LONG
MOST_SECONDS = 10  # of our own time; each takes a tenth of a second, or minutes where its square counts
HISTORY = "[IKEv1]: IKE MM Responder FSM error history (struct &0x1)  <state>, <event>:"


def _read(*lines: str) -> int:
    """How many of the lines were not understood."""
    reader = LogReader("debug.log")
    reader.events(list(enumerate(lines, start=1)))
    reader.close()
    return reader.facts().unread


ENDLESS: dict[str, Callable[[], object]] = {
    "a word in front of a secret": lambda: redact("-a" * LONG + " secret, pass"),
    "blanks where a key may be": lambda: redact("\t" * LONG),
    "backspaces": lambda: cleaned("a" * LONG + "\b" * LONG),
    "a tunnel-group of blanks": lambda: _read(f"[IKEv1]: Group = {BLANKS}x"),
    "a user of blanks": lambda: _read(f"[IKEv1]: Username = {BLANKS}x"),
    "a message without its tag": lambda: _read(f"Group = {BLANKS}x"),
    "a reason of blanks": lambda: _read(f"%ASA-6-113005: AAA user authentication Rejected : reason = {BLANKS}x"),
    "many marks behind a syslog's": lambda: _read("%ASA-7-711001: " + "IKEv2-PROTO-4: " * (LONG // 15)),
    "an IKEv2 message": lambda: _read(f"IKEv2-PROTO-4: (12): Failed to {BLANKS}x"),
    "a syslog of IKEv2": lambda: _read(f"%ASA-4-750003: Local:{BLANKS}Remote:{BLANKS}x"),
    "a state machine's history": lambda: _read(HISTORY, "AA_" * LONG, f"{BLANKS}x"),
    "a line of a body": lambda: _read("IPSEC: New embryonic SA created @ 0x1", f"  aa{BLANKS}{'a' * 30}"),
    "a line of show output": lambda: shows.read(
        Source(name="x", text=f"Failover On\n\tGeneral\t\t1234       0{BLANKS}x", command="show failover")
    ),
    "many lines of a full terminal": lambda: _read(f"[IKEv1]: {'x' * 71}", *["y" * 80] * 10_000),
    "many lines of a narrow column": lambda: mended(
        "\n".join([f"Nov 08 07:10:15 [IKEv1]: {'x' * 20}", *["y" * 45] * 50_000])
    ),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_endless(case: str) -> None:
    began = time.process_time()
    ENDLESS[case]()
    assert time.process_time() - began < MOST_SECONDS


def test_what_is_at_the_beginning_of_an_endless_message_is_read() -> None:
    reader = LogReader("debug.log")
    line = "Nov 08 07:10:15 [IKEv1]Group = 192.0.2.9, IP = 192.0.2.9, PHASE 1 COMPLETED" + "!" * LONG
    events = [*reader.events([(1, line)]), *reader.close()]
    assert [event.message for event in events] == ["713119"]


def test_messages_glued_into_one_endless_line_are_all_read() -> None:
    one = "IKEv2-PROTO-4: (12): Checking NAT discovery"
    assert len(one) * 1_000 > 10 * LONGEST
    lines = _lines_read(one * 1_000), _lines_read(one)
    assert lines == (1_000, 1)


def _lines_read(line: str) -> int:
    reader = LogReader("debug.log")
    return len([*reader.events([(1, line)]), *reader.close()])


def test_backspaces_take_what_they_deleted() -> None:
    assert cleaned("shwo\b\bow \b\b\b\b\b\b\b\bno debug all\b\b\b\x1b[K") == "no debug"
