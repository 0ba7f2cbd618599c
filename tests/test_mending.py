"""A text that was numbered, lower-cased or broken at a narrow column reads like the text itself."""

import textwrap

import pytest

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.mending import mended
from nornir_ikediag.model.event import EventKind

DEBUG = """\
Nov 08 07:10:15 [IKEv1]Group = 192.0.2.9, IP = 192.0.2.9, PHASE 1 COMPLETED
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.9, IP = 192.0.2.9, processing SA payload
Nov 08 07:10:15 [IKEv1]Group = 192.0.2.9, IP = 192.0.2.9, All IPSec SA proposals found unacceptable!
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.9, IP = 192.0.2.9, sending notify message
Nov 08 07:10:15 [IKEv1]Group = 192.0.2.9, IP = 192.0.2.9, QM FSM error (P2 struct &0xd7b3a8b0, mess id 0x3012dbd)!
"""
SYSLOG = """\
Nov 08 2023 07:10:07: %ASA-7-713236: IP = 192.0.2.9, IKE_DECODE RECEIVED Message (msgid=0) with payloads : HDR + SA (1)\
 + HASH (8) + IOS KEEPALIVE (128) + NONE (0) total length : 440
Nov 08 2023 07:10:37: %ASA-7-715065: IP = 192.0.2.9, IKE MM Responder FSM error history (struct &0xd8ab9e58)  <state>, \
<event>:  MM_DONE, EV_ERROR-->MM_WAIT_MSG3, EV_TIMEOUT-->MM_WAIT_MSG3, NullEvent
Nov 08 2023 07:10:37: %ASA-5-750001: Local:192.0.2.1:500 Remote:192.0.2.9:500 Username:Unknown IKEv2 Received request \
to establish an IPsec tunnel; local traffic selector = Address Range: 10.1.0.0-10.1.0.255 Protocol: 0 \
Port Range: 0-65535; remote traffic selector = Address Range: 10.2.0.0-10.2.0.255 Protocol: 0 Port Range: 0-65535
"""
IKEV2 = """\
IKEv2-PROTO-3: Tx [L 192.0.2.1:500/R 192.0.2.9:500/VRF i0:f0] m_id: 0x0
IKEv2-PROTO-3: HDR[i:8181818181818183 - r: 0000000000000000]
IKEv2-PROTO-4: Exchange type: IKE_SA_INIT, flags: INITIATOR
IKEv2-PROTO-4: Message id: 0x0, length: 402
IKEv2-PROTO-5: (63): SM Trace-> SA: I_SPI=8181818181818183 R_SPI=0000000000000000 (I) MsgID = 00000000 \
CurState: I_WAIT_INIT Event: EV_NO_EVENT
"""


def _told(text: str) -> tuple[list[tuple[EventKind, dict[str, str], str | None]], int]:
    reader = LogReader("log")
    events = [event for number, line in enumerate(text.split("\n"), start=1) for event in reader.feed(number, line)]
    events += reader.close()
    return [(event.kind, event.fields, event.peer) for event in events], reader.facts().unread


@pytest.mark.parametrize("log", [DEBUG, SYSLOG, IKEV2])
def test_a_log_that_a_ticket_system_lower_cased(log: str) -> None:
    assert _told(mended(log.lower())) == _told(log)


def test_a_lower_cased_show_output() -> None:
    assert mended(
        "1   ike peer: 192.0.2.9\n    type    : l2l  role    : initiator\n    rekey   : no  state : mm_active"
    ) == ("1   IKE Peer: 192.0.2.9\n    Type    : L2L  Role    : Initiator\n    Rekey   : no  State : MM_ACTIVE")


def test_what_stands_in_small_letters_beside_a_log_stays() -> None:
    configuration = "tunnel-group 192.0.2.9 type ipsec-l2l\ncrypto ikev1 policy 10\n hash sha\n"
    assert mended(configuration + DEBUG) == configuration + DEBUG
    assert mended(configuration) == configuration


@pytest.mark.parametrize("width", [20, 24, 30, 40, 50, 59])
def test_a_log_that_was_cut_at_a_narrow_column(width: int) -> None:
    cut = [line[at : at + width] for line in DEBUG.splitlines() for at in range(0, len(line), width)]
    assert [line for line in mended("\n".join(cut)).split("\n") if line] == DEBUG.splitlines()


@pytest.mark.parametrize("width", [28, 40, 50, 60])
def test_a_log_that_was_wrapped_narrowly_between_words(width: int) -> None:
    wrapped = [piece for line in DEBUG.splitlines() for piece in textwrap.wrap(line, width, break_on_hyphens=False)]
    text = mended("\n".join(wrapped))
    assert [line for line in text.split("\n") if line] == DEBUG.splitlines()
    assert text.count("\n") == len(wrapped) - 1  # every message keeps the number of its first line


@pytest.mark.parametrize("width", [40, 60, 70, 76])
def test_a_wrapped_log_that_a_mail_program_quotes(width: int) -> None:
    wrapped = [piece for line in DEBUG.splitlines() for piece in textwrap.wrap(line, width, break_on_hyphens=False)]
    text = mended("".join(f"> {piece}\n" for piece in wrapped))
    assert _told(text) == _told(DEBUG)


def test_a_narrow_text_that_nobody_broke_stays() -> None:
    narrow = "1   IKE Peer: 192.0.2.9\n    Type    : L2L\n    Rekey   : no\n    State   : MM_ACTIVE\n"
    assert mended(narrow) == narrow
