"""Text of a log in, typed events out: framing, then the sub-reader of each entry's tag, then the count of lines.

Sub-readers (see :mod:`.entry`): ``ikev1`` for [IKEv1 …] tags, bare text and the syslog that its catalogue lists,
``ikev2`` for IKEv2-PROTO and -PLAT and syslog 750xxx/751xxx/753xxx, ``ipsec`` for IPSEC blocks, ``vpn_client`` for
client records. Syslog of classes that have nothing to do with VPN counts as read, and says nothing.
"""

import re
from collections.abc import Callable, Sequence

from nornir_ikediag.debugs.catalogue import SILENT, lookup
from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.debugs.framing import Framer
from nornir_ikediag.debugs.ikev1 import Ikev1Reader
from nornir_ikediag.debugs.ikev2 import Ikev2Reader
from nornir_ikediag.debugs.ipsec import IpsecReader
from nornir_ikediag.debugs.marks import marked, take_prefix
from nornir_ikediag.debugs.plain_lines import begins_with_ikev1
from nornir_ikediag.debugs.vpn_client import ClientReader
from nornir_ikediag.debugs.wrapping import Wrapping
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import SourceFacts, SourceKind

_IKEV2_CLASSES = ("750", "751", "753")
_VPN_CLASSES = (
    "113", "316", "320", "402", "404", "602", "702", "710005", "711", "713", "714", "715", "717", "737", "752",
    *_IKEV2_CLASSES,
)  # fmt: skip
_MOST_QUOTED = 10_000  # of a log; with _LONGEST_QUOTE that bounds what unread lines take, at a few megabytes
_CHATTER_WITHIN = 50_000  # lines; in a longer log, remarks from which nothing follows are read and not kept
_LONGEST_QUOTE = 300

Read = Callable[[Entry], Sequence[Event] | None]
# A message behind somebody's words, or behind the columns of a log viewer.
_QUOTED = re.compile(
    r"(?:\bGroup = [^,]{1,80}, (?:Username = [^,]{1,80}, )?IP = |\bIP = [\dA-Fa-f.:]+, "
    r"|Local:\s?\S{1,60}:\d+ Remote:\s?\S{1,60} Username:|(?:IKEv2 )?Negotiation aborted due to ERROR:).*",
    re.IGNORECASE,
)


class LogReader:
    """Reads one text. ``source`` names it in evidence; ``year`` is assumed for lines that carry none."""

    def __init__(self, source: str, *, year: int | None = None, wrapping: Wrapping | None = None) -> None:
        self.source = source
        self._framer = Framer(year, wrapping)
        self._ikev1_reader = Ikev1Reader(source)
        self._ikev1 = self._ikev1_reader.read
        self._ikev2_reader = Ikev2Reader(source)
        self._ikev2 = self._ikev2_reader.read
        client, ipsec = ClientReader(source).read, IpsecReader(source).read
        self._by_tag: dict[str, Read] = {
            "IKEv1": self._ikev1, "IKEv1 DEBUG": self._ikev1, "IKEv1 DECODE": self._ikev1,
            "IKE COMMON DEBUG": self._ikev1, "IKEv2-PROTO": self._ikev2, "IKEv2-PLAT": self._ikev2, "IPSEC": ipsec,
            "client": client, "syslog": self._syslog, "": self._bare,
        }  # fmt: skip
        self._unread = 0
        self._quoted: list[Evidence] = []
        self._kinds: set[SourceKind] = set()

    @property
    def year_assumed(self) -> int | None:
        """The year that lines without one were given, or None where every line carried its own."""
        return self._framer.clock.year_assumed

    def feed(self, number: int, line: str) -> list[Event]:
        """The events of the entries that this line completes."""
        return self.events(((number, line),))

    def events(self, lines: Sequence[tuple[int, str]]) -> list[Event]:
        """The events of the entries that these numbered lines complete, in order; :meth:`close` gives the rest."""
        found = self._read(self._framer.entries(lines))
        if self._framer.lines >= _CHATTER_WITHIN:
            self._framer.silent, self._ikev1_reader.quiet = SILENT, True
        return found

    def close(self) -> list[Event]:
        """The events of the entry that the text ends in."""
        return [*self._read(self._framer.close()), *self._ikev2_reader.close()]

    def facts(self) -> SourceFacts:
        """How many lines there were, how many nobody understood, and those, as far as they are kept."""
        kinds = list(self._kinds)
        kind: SourceKind = kinds[0] if len(kinds) == 1 else "mixed" if kinds else "unknown"
        return SourceFacts(
            name=self.source,
            kind=kind,
            lines=self._framer.lines - self._framer.blank_lines,
            unread=self._unread,
            quoted=tuple(self._quoted),
        )

    def _read(self, entries: Sequence[Entry]) -> list[Event]:
        found: list[Event] = []
        by_tag, kinds = self._by_tag, self._kinds
        for entry in entries:
            events = by_tag[entry.tag](entry)
            if events is None:
                found += self._unread_lines(entry)
                continue
            found += events
            if entry.strange:
                strange = set(entry.strange)
                found += self._each_again(entry, [one for one in entry.body if one[0] in strange])
            kind: SourceKind = "client-log" if entry.tag == "client" else "syslog" if entry.syslog_id else "debug"
            if kind not in kinds:
                kinds.add(kind)
        return found

    def _unread_lines(self, entry: Entry) -> list[Event]:
        """What the lines of a body say by themselves whose message nobody understands."""
        self._count_unread(entry.number, entry.line)
        for number in entry.joined:
            self._count_unread(number, entry.text)
        return self._each_again(entry, entry.body)

    def _each_again(self, entry: Entry, lines: Sequence[tuple[int, str]]) -> list[Event]:
        return [event for number, text in lines for event in self._again(entry, number, text)]

    def _again(self, entry: Entry, number: int, text: str) -> Sequence[Event]:
        """A line that its message does not account for may be a message that lost its tag."""
        events = self._bare(Entry(number, text, "", text.strip(), entry.at))
        if events is None:
            self._count_unread(number, text)
            return ()
        return events

    def _bare(self, entry: Entry) -> Sequence[Event] | None:
        events = self._untagged(entry)
        if events is None and ("Username:" in entry.text or "aborted due to" in entry.text or "IP = " in entry.text):
            quoted = _QUOTED.search(entry.text, 1)
            if quoted:
                said = Entry(entry.number, entry.line, "", quoted[0].rstrip("`\"'"), entry.at)
                take_prefix(said)
                events = self._untagged(said)
                entry.strange = [number for number, _ in entry.body]  # behind words of somebody's, each for itself
        return events

    def _untagged(self, entry: Entry) -> Sequence[Event] | None:
        for read in (self._ikev1, self._ikev2):
            events = read(entry)
            if events is not None:
                return events
        return None

    def _syslog(self, entry: Entry) -> Sequence[Event] | None:
        if entry.syslog_id.startswith(_IKEV2_CLASSES):
            return self._ikev2(entry)
        return self._ikev1(entry) if entry.syslog_id.startswith(_VPN_CLASSES) else ()

    def _count_unread(self, number: int, line: str) -> None:
        self._unread += 1
        if len(self._quoted) < _MOST_QUOTED:
            self._quoted.append(Evidence(self.source, number, line[:_LONGEST_QUOTE]))


def is_log_line(line: str) -> bool:
    """Whether this line begins a log message, also behind a prompt."""
    return begins_with_ikev1(line) or marked(line)


def looks_like_log(lines: Sequence[str]) -> bool:
    """Whether a text that begins with these lines is a log, or at least holds messages that lost their tags."""
    return any(map(is_log_line, lines)) or any(lookup(line.strip()) is not None for line in lines)
