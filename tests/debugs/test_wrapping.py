"""A log that somebody's terminal or mail program wrapped reads like the log itself."""

import textwrap
from collections.abc import Sequence

import pytest

from nornir_ikediag.debugs import LOOK_AT, LogReader, Wrapping, is_log_line, wrapping_of
from nornir_ikediag.model.event import EventKind

_HISTORY = (
    "IKE MM Initiator FSM error history (struct &0xd8ab9e58)  <state>, <event>:  MM_DONE, EV_ERROR-->MM_WAIT_MSG2, "
    "EV_RETRY-->MM_WAIT_MSG2, EV_TIMEOUT-->MM_WAIT_MSG2, NullEvent-->MM_SND_MSG1, EV_SND_MSG-->MM_SND_MSG1, EV_RETRY"
)
_SAID = (
    "IKE Initiator: New Phase 1, Intf inside, IKE Peer 192.0.2.1  local Proxy Address 10.1.0.0, remote Proxy Address "
    "10.2.0.0,  Crypto map (outside_map)",
    "IKE_DECODE SENDING Message (msgid=0) with payloads : HDR + SA (1) + VENDOR (13) + VENDOR (13) + NONE (0) total "
    "length : 168",
    "Automatic NAT Detection Status:     Remote end is NOT behind a NAT device     This   end is NOT behind a NAT "
    "device",
    "IKE_DECODE RESENDING Message (msgid=0) with payloads : HDR + SA (1) + VENDOR (13) + VENDOR (13) + NONE (0) total "
    "length : 168",
    _HISTORY,
)
_LOG = [f"Feb 16 13:36:40 [IKEv1]: Group = 192.0.2.1, IP = 192.0.2.1, {said}" for said in _SAID]


def _told(lines: Sequence[str]) -> list[tuple[EventKind, dict[str, str]]]:
    reader = LogReader("log", wrapping=wrapping_of(lines[:LOOK_AT], is_log_line))
    events = [event for number, line in enumerate(lines, start=1) for event in reader.feed(number, line)]
    events += reader.close()
    assert reader.facts().unread == 0
    return [(event.kind, event.fields) for event in events]


@pytest.mark.parametrize("width", [72, 76, 79, 80, 100, 132])
def test_cut_by_a_terminal(width: int) -> None:
    cut = [line[start : start + width] for line in _LOG for start in range(0, len(line), width)]
    assert wrapping_of(cut, is_log_line) == Wrapping(width, by_words=False)
    assert _told(cut) == _told(_LOG)


@pytest.mark.parametrize("width", [70, 72, 76, 90])
def test_wrapped_between_words(width: int) -> None:
    wrapped = [piece for line in _LOG for piece in textwrap.wrap(line, width, break_on_hyphens=False)]
    found = wrapping_of(wrapped, is_log_line)
    assert found is not None
    assert found.by_words
    assert _told(wrapped) == _told([" ".join(line.split()) for line in _LOG])


@pytest.mark.parametrize("width", [60, 62, 66, 76])
def test_a_debug_carried_by_syslog_is_wrapped_at_its_tags(width: int) -> None:
    carried = [f"Mar 03 2016 10:00:00 fw-hub-0001 : %ASA-7-711001: {line[16:]}" for line in _LOG]
    wrapped = [piece for line in carried for piece in textwrap.wrap(line, width, break_on_hyphens=False)]
    assert _told(wrapped) == _told([" ".join(line.split()) for line in _LOG])


def test_a_log_that_nobody_wrapped_is_not() -> None:
    assert wrapping_of(_LOG, is_log_line) is None
    assert wrapping_of([], is_log_line) is None
