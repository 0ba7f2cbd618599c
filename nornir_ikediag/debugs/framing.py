"""Physical lines to entries: which line begins a message, which goes on with the one before.

Theory. A message begins at a mark: a tag in brackets, `IKEv2-PROTO-n:`, `IPSEC:`, `%ASA-n-id`, or a record of the VPN
Client. What stands before the mark is its timestamp, a collector's clothing, or a prompt (sometimes a typed command);
two marks in one line are two messages. A line without a mark goes on with the message before: as part of its text
where a terminal of fixed width cut it, else as a line of its body. A line that begins with `Group = …` or `IP = …` is a
message whose tag was lost.

:class:`Framer` takes lines one at a time and hands back every entry that is complete (see :mod:`.entry`).
"""

import re
from collections.abc import Sequence
from datetime import datetime

from nornir_ikediag.debugs.cleaning import cleaned, is_clean, is_terminal_noise
from nornir_ikediag.debugs.clock import TIMESTAMP, Clock
from nornir_ikediag.debugs.entry import Entry, cut_short_by_syslog
from nornir_ikediag.debugs.marks import (
    GLUED,
    LONGEST,
    LOST_TAG,
    MARK,
    MARK_OR_ASDM,
    is_only_prefix,
    is_simple,
    mark_in,
    may_be_marked,
    messages,
    tag_of,
    take_prefix,
    without_next_lead,
)
from nornir_ikediag.debugs.memo import Memo
from nornir_ikediag.debugs.plain_lines import (
    BEFORE_SECONDS,
    LONGEST_LEAD,
    TIME,
    WITHOUT_TIME,
    PlainLines,
    skipped_entry,
)
from nornir_ikediag.debugs.wrapping import NARROWEST, TERMINAL, Widths, Wrapping

# Nothing goes on after these, and somebody may wait for them.
_LAST_WORDS = ("PHASE 1 COMPLETED", "PHASE 2 COMPLETED", "QM FSM error", "Removing peer from ")
_LAST_LETTERS = (")", "!", "D")
_BEFORE_WORDS = re.compile(
    r"^[A-Za-z0-9][\w./-]{0,62}(?:\([\w-]+\))?(?<![->])[#>] (?=\w)"
)  # a prompt before a bare message
_TAG_CUT_IN_TWO = re.compile(r"^\[IKE(?:v1(?: ?DEBUG| ?DECODE)?| COMMON DEBUG)\](?::\s?)?")
_LONGEST_BODY = 4000
_MOST_BODIES = 16384
_WITH_BODIES = frozenset({"IPSEC", "IKEv2-PROTO", "IKEv2-PLAT"})
_HISTORY = "FSM error history"
_HISTORY_GOES_ON = re.compile(r"^[\s\w,<>()&;:–—-]{0,400}?(?:EV_|Null ?Event|-->|[A-Z]{2}_\w{1,40},)")


class Framer:
    """One text. ``year`` is that of the lines that carry none."""

    def __init__(self, year: int | None = None, wrapping: Wrapping | None = None) -> None:
        self.clock = Clock(year)
        self._wrapping = wrapping or TERMINAL
        self._is_known = wrapping is not None
        self._done: list[Entry] = []
        self._pending: Entry | None = None
        self._body: list[tuple[int, str]] = []  # of the pending entry, once it has one
        self._before = ""  # the line before
        self._widths = Widths()
        self._narrowest_cut = 0 if self._wrapping.by_words else min(self._wrapping.width - 1, NARROWEST)
        self._in_client_log = False
        self.lines = self.blank_lines = 0
        self.silent: set[str] = set()  # texts from which nothing follows: their lines make no entry
        self._plain = PlainLines(self.clock)
        self._bodies = Memo[str](_MOST_BODIES)  # lines that were of a body, and what cleaning leaves of them
        self._skipped: tuple[int, str] | None = None  # the line before, when it made none

    def feed(self, number: int, line: str) -> list[Entry]:
        """The entries that this line completes, oldest first."""
        return self.entries(((number, line),))

    def entries(self, lines: Sequence[tuple[int, str]]) -> list[Entry]:
        """The entries that these numbered lines complete, oldest first.

        Most lines of a long log are messages of IKE whose words in front are known, and of IKEv1 most say nothing: this
        loop is what reading one of them costs.
        """
        known, silent, done, at_clock = self._plain.known, self.silent, self._done, self.clock.read
        all_clean = is_clean("".join(texts := [line for _, line in lines]))
        self._widths.look_at(texts)
        for number, line in lines:
            who = None
            timed = len(line) > WITHOUT_TIME and line[WITHOUT_TIME] == "[" and line[BEFORE_SECONDS] == ":"
            if timed or line[:1] == "[":
                words = line.find(", ", line.find("IP = ")) + 2
                who = known.get(line[WITHOUT_TIME:words] if timed else line[:words])
            elif line[:1] == "I":
                words = line.find(": ") + 2
                who = known.get(line[:words])
            if who is None:
                self._other_head(number, line)
                continue
            tag, severity, group, user, peer = who
            text = line[words:] if peer else line[words:].strip()
            if text in silent and peer:
                entry, self._skipped = None, (number, line)
            elif is_simple(text) and (all_clean or is_clean(text)):
                at = at_clock(line[:TIME]) if timed else None
                entry, self._skipped = Entry(number, line, tag, text, at, "", severity, (), (), group, user, peer), None
            else:
                self._other(number, line)
                continue
            if self._pending is not None:
                done.append(self._pending)
            self._pending, self._before = entry, line
        self.lines += len(lines)
        self._finish_last_words()
        return self._taken()

    def close(self) -> list[Entry]:
        """The entry that the text ends in."""
        self._finish()
        return self._taken()

    def _taken(self) -> list[Entry]:
        done, self._done = self._done, []
        return done

    def _finish(self) -> None:
        """Nothing more belongs to the message before."""
        if self._pending is not None:
            self._done.append(self._pending)
            self._pending = None

    def _finish_last_words(self) -> None:
        pending = self._pending
        if pending is not None and pending.text.startswith(_LAST_WORDS) and pending.line[-1:] in _LAST_LETTERS:
            self._finish()

    def _begin(self, entry: Entry) -> None:
        self._finish()
        self._pending, self._skipped = entry, None

    def _other_head(self, number: int, line: str) -> None:
        """A line whose words before the message are not known yet, or are none."""
        text, pending = self._bodies.get(line), self._pending
        may_go_on = pending is not None and pending.tag in _WITH_BODIES and len(self._before) < self._narrowest_cut
        if text is not None and pending is not None and may_go_on:
            self._before = line
            self._go_on(pending, number, text)
        elif (entry := self._plain.entry(number, line)) is not None:
            self._in_client_log = False
            self._begin(entry)
            self._before = line
        else:
            self._other(number, line)

    def _go_on(self, pending: Entry, number: int, text: str) -> None:
        if not pending.body:
            pending.body = self._body = []
        self._body.append((number, text))
        if len(self._body) >= _LONGEST_BODY:
            self._finish()

    def _other(self, number: int, line: str) -> None:
        line = line.rstrip("\r")
        text = cleaned(line)
        if not text:
            self.blank_lines += 1
            return
        indented = text[0] == " " and "[" not in text and "%" not in text and "|" not in text
        marks = [] if indented or not may_be_marked(text) else list(mark_in(text).finditer(text))
        if marks:
            self._marked(number, line, text, marks)
        else:
            self._unmarked(number, line, text)
        self._before = line

    def _marked(self, number: int, line: str, text: str, marks: list[re.Match[str]]) -> None:
        lead = text[: marks[0].start()]
        found = messages(text, marks)
        for mark, upto in found:
            # IKEv2 messages glued to each other are for their own reader, which cuts each of them
            rest = text[mark.end() : upto if mark["v2"] else min(upto, mark.end() + LONGEST)]
            entry = self._entry(number, line, lead, mark, rest)
            if entry is not None:
                self._begin(entry)
                if mark["v2"] and len(found) == 1 and entry.at is None:
                    self._plain.learn_glued(entry)
            elif rest:  # a 711001 that carries a line of a body; with nothing in it, the message was cut off behind it
                self._unmarked(number, line, rest)
            lead = rest

    def _entry(self, number: int, line: str, lead: str, mark: re.Match[str], rest: str) -> Entry | None:
        if mark["record"]:
            self._in_client_log = True
            return Entry(number, line, "client", rest.strip(), self._client_time(mark), syslog_id=mark["record"])
        self._in_client_log = False
        at = self.clock.read(lead[-LONGEST_LEAD:]) if lead else None
        if mark.re is MARK_OR_ASDM and mark["asdm_id"]:
            at = self.clock.read(f"{mark['asdm_date']} {mark['asdm_time']}")
            return self._syslog(Entry(number, line, "syslog", rest.strip(), at), mark["asdm_id"], mark["asdm_severity"])
        if mark["id"]:
            if lead.count('"') % 2:  # a collector that writes JSON or CSV: the message ends where its quotes do
                rest = rest.partition('"')[0]
            return self._syslog(Entry(number, line, "syslog", rest.strip(), at), mark["id"], mark["severity"])
        entry = Entry(number, line, tag_of(mark), without_next_lead(rest), at)
        if mark["level"]:
            entry.severity = int(mark["level"])
        if mark["v1"]:
            take_prefix(entry)
        elif mark["ipsec"]:
            entry.text = f"{mark['ipsec']} {entry.text}"
        elif GLUED.match(lead):
            entry.text = f"{lead}{mark[0]} {entry.text}"
        return entry

    def _syslog(self, entry: Entry, syslog_id: str, severity: str) -> Entry | None:
        entry.syslog_id, entry.severity = syslog_id, int(severity)
        if entry.syslog_id != "711001":
            take_prefix(entry)
            return entry
        text, number, line = entry.text, entry.number, entry.line
        inner = MARK.search(text)
        if inner is not None and not inner["id"] and not inner["record"]:
            carried = self._entry(number, line, text[: inner.start()], inner, text[inner.end() :])
        elif not text or (self._pending is not None and not LOST_TAG.match(text)):
            return None
        else:
            carried = self._bare(number, line, text)
        if carried is not None:
            carried.at, carried.syslog_id = carried.at or entry.at, entry.syslog_id
        return carried

    def _unmarked(self, number: int, line: str, text: str) -> None:
        text = text[:LONGEST]
        if LOST_TAG.match(text) and not (self._is_known and self._pending and self._is_cut(text)):
            entry = Entry(number, line, "", text.strip())
            take_prefix(entry)
            self._begin(entry)
            return
        self._finish_last_words()
        if self._skipped is not None:  # it goes on after all
            self._pending = skipped_entry(*self._skipped)
            self._skipped = None
        pending = self._pending
        inside = self._in_client_log or (text[:1] == " " and pending is not None and pending.tag.startswith("IKEv2"))
        if not inside and text[:1] != " " and is_terminal_noise(text):
            return
        if pending is None:
            self._begin(self._bare(number, line, text))
            return
        if is_only_prefix(pending.text):
            pending.text += " "  # broken behind the address
        if pending.text[-1:] == " " or self._is_cut(text):
            self._join(pending, text)
            pending.joined = (*pending.joined, number)
        elif pending.tag == "syslog" and (tag := cut_short_by_syslog(self._done, text)):
            self._begin(Entry(number, line, tag, text.strip()))
        else:
            if pending.tag in _WITH_BODIES:
                self._bodies[line] = text
            self._go_on(pending, number, text)

    def _bare(self, number: int, line: str, text: str) -> Entry:
        text = _BEFORE_WORDS.sub("", text)
        stamp = TIMESTAMP.match(text)
        at = self.clock.read(stamp[0]) if stamp else None
        entry = Entry(number, line, "", text[stamp.end() :].strip(" :") if stamp else text.strip(), at)
        take_prefix(entry)
        return entry

    def _is_cut(self, text: str) -> bool:
        """Whether the line before was cut here by a terminal of fixed width, or is a history that goes on."""
        pending = self._pending
        if pending is None or self._in_client_log:
            return False
        if _HISTORY in pending.text and not pending.body and _HISTORY_GOES_ON.match(text):
            return True
        width = len(self._before)
        learned = self._widths.are_cut_at(width) and text[:1] != " "
        return self._wrapping.goes_on(width, text) or (learned and not self._is_known)

    def _join(self, pending: Entry, text: str) -> None:
        number, before = pending.body[-1] if pending.body else (0, pending.text)
        lost = self._before[-1:] == " " or self._wrapping.lost_blank(len(self._before))
        blank = " " if lost and text[:1] != " " and before and before[-1] != " " else ""
        whole = before + blank + text
        if pending.body:
            self._body[-1] = (number, whole)
        else:
            pending.text = _TAG_CUT_IN_TWO.sub("", whole)
            take_prefix(pending)
        if len(whole) > LONGEST:
            self._finish()

    def _client_time(self, mark: re.Match[str]) -> datetime | None:
        month, day, year = mark["client_date"].split("/")
        return self.clock.read(f"20{year}-{month}-{day}T{mark['client_time'][:8]}")
