"""One message of a log: what framing makes of one or more physical lines, and what a sub-reader gets.

A sub-reader plugs in by having ``read(entry) -> Sequence[Event] | None`` (see :class:`SubReader`) and by being named in
``debugs/reader.py`` for the tags it reads. It gets complete entries only, in the order of the text, may keep state
between them, and must not raise on any text.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from nornir_ikediag.model.event import Event

TAGS = (
    "IKEv1",
    "IKEv1 DEBUG",
    "IKEv1 DECODE",
    "IKE COMMON DEBUG",
    "IKEv2-PROTO",
    "IKEv2-PLAT",
    "IPSEC",
    "syslog",
    "client",
    "",
)


class Entry(msgspec.Struct, gc=False):
    """A message with its continuation lines.

    ``number`` and ``line`` are those of its first physical line, as evidence; ``text`` is the message without
    timestamp, tag, collector's clothing, prompt and HTML, with hard-wrapped lines joined. ``tag`` is '' for a message
    that somebody pasted without one. ``syslog_id`` is set when the message came with one, whatever the tag: a 711001
    carries a debug line and gets that line's tag. ``body`` holds the continuation lines with their numbers, cleaned,
    indentation kept. IKEv2 entries keep the debug level's digit in ``severity``; their text begins with ``(12): ``
    where the device prints it, and keeps what is glued to it. A client entry has the record's number in ``syslog_id``,
    and its words (``IKE/0x6300003B``) in ``text``.

    A sub-reader puts the numbers of the body lines that it does not understand into ``strange``.
    """

    number: int
    line: str
    tag: str  # one of TAGS
    text: str
    at: datetime | None = None
    syslog_id: str = ""
    severity: int | None = None
    body: Sequence[tuple[int, str]] = ()  # most messages have none, and a list for each would cost
    strange: Sequence[int] = ()
    tunnel_group: str | None = None  # the prefix of IKEv1, already cut from the text
    username: str | None = None
    peer: str | None = None
    joined: Sequence[int] = ()  # the numbers of further lines that are in the text


class SubReader(Protocol):
    """Reads the entries of some tags."""

    def read(self, entry: Entry) -> Sequence[Event] | None:
        """The events of this entry; empty when it is understood and nothing follows from it; None when it is not
        understood (its lines then count as unread)."""


_BODY_LINE = re.compile(r"\(\d{1,7}\):|\s|Payload contents:")
_MOST_BETWEEN = 20  # messages in the middle of one dump


def cut_short_by_syslog(done: Sequence[Entry], text: str) -> str:
    """The tag of the IKEv2 message that goes on with this line, behind the syslog that a console printed into its dump;
    empty where there is none. ``done`` are the entries before that syslog."""
    if not _BODY_LINE.match(text):
        return ""
    before = next((entry for entry in reversed(done[-_MOST_BETWEEN:]) if entry.tag != "syslog"), None)
    return before.tag if before is not None and before.tag.startswith("IKEv2") else ""
