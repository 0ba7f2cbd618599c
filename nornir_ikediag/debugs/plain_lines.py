"""The entries of lines as the device prints them: one mark, nothing but a timestamp in front, nothing to clean.

Nearly all lines of a long log are such, and of what one says most was said before: who is meant (the words in front of
a message), or all of it (an IKEv2 message behind the end of a packet's line). What has been taken apart once is
remembered. A line that is not plain is for :mod:`.framing`, which finds marks wherever they stand.
"""

import re

from nornir_ikediag.debugs.cleaning import is_clean
from nornir_ikediag.debugs.clock import Clock
from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.debugs.marks import LONGEST, is_simple, take_prefix, without_next_lead
from nornir_ikediag.debugs.memo import Memo

TIME = len("Nov 08 07:10:15")
WITHOUT_TIME = TIME + 1
BEFORE_SECONDS = len("Nov 08 07:10")
_CLEAN = r"[^<&%\x00-\x1f\x7f\xa0\u200b\ufeff]*"
_IKEV1 = re.compile(
    r"(?:(?P<time>[A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:\d\d) )?"
    r"\[(?P<tag>IKEv1(?: DEBUG| DECODE)?|IKE COMMON DEBUG)\](?:: ?)?"
    r"(?:Group = (?P<group>[^,]*), )?(?:Username = (?P<user>[^,]*), )?(?:IP = (?P<ip>[^,\s]+), )?(?P<text>.*)"
)
_IKEV2 = re.compile(rf"(?P<tag>IKEv2-(?:PROTO|PLAT))-(?P<level>\d{{1,3}}):\s?(?P<text>{_CLEAN})\Z")
_IPSEC = re.compile(rf"IPSEC: (?P<text>{_CLEAN})\Z")
_SYSLOG = re.compile(r"(?:ASA|PIX|FTD)-(?P<severity>\d)-(?P<id>\d{6}): ")
_MARK = len("ASA-5-713119: ")
_CARRIER = "711001"  # a syslog message that carries a line of a debug
LONGEST_LEAD = 120  # of what stands in front of a syslog message, where its time is looked for
_MOST_KNOWN, _MOST_GLUED = 16384, 1024

Who = tuple[str, int | None, str | None, str | None, str | None]  # tag, severity, tunnel-group, user, peer


def begins_with_ikev1(line: str) -> bool:
    """Whether this is a line of `debug crypto isakmp`, as it is printed."""
    return _IKEV1.match(line) is not None


def skipped_entry(number: int, line: str) -> Entry | None:
    """The entry of an IKEv1 line that made none, because nothing follows from it."""
    match = _IKEV1.match(line)
    return Entry(number, line, match["tag"], match["text"]) if match else None


class PlainLines:
    """Those of one text. ``known``: whom the words between the time and the message mean."""

    def __init__(self, clock: Clock) -> None:
        self.known = Memo[Who](_MOST_KNOWN)
        self._clock = clock
        self._marks = Memo[tuple[int, str]](_MOST_KNOWN)
        self._lead, self._lead_at = "", clock.read("")
        self._glued = Memo[tuple[str, str, int | None]](_MOST_GLUED)

    def entry(self, number: int, line: str) -> Entry | None:
        """The entry of a plain line; None for any other."""
        if line[:1] == " " or len(line) > LONGEST:
            return None
        if "%" in line:
            return self._syslog(number, line)
        if (glued := self._glued.get(line)) is not None:
            tag, text, severity = glued
            return Entry(number, line, tag, text, None, "", severity)
        return self._debug(number, line, line)

    def learn_glued(self, entry: Entry) -> None:
        """This IKEv2 entry is all that its line makes, whenever it comes again."""
        self._glued[entry.line] = (entry.tag, entry.text, entry.severity)

    def _debug(self, number: int, line: str, text: str) -> Entry | None:
        """The debug message that is this text, all of the line or carried by it."""
        return self._without_time(number, line, text) if text[:1] == "I" else self._ikev1(number, line, text)

    def _ikev1(self, number: int, line: str, text: str) -> Entry | None:
        match = _IKEV1.match(text)
        if match is None or not is_clean(text) or not is_simple(match["text"]):
            return None
        time, tag, group, user, ip, words = match.groups()
        at = self._clock.read(time) if time else None
        entry = Entry(number, line, tag, words, at, tunnel_group=group or None, username=user or None, peer=ip)
        if ip:
            head = text[WITHOUT_TIME if time else 0 : match.start("text")]
            self.known[head] = (entry.tag, None, entry.tunnel_group, entry.username, entry.peer)
        else:
            take_prefix(entry)
        return entry

    def _without_time(self, number: int, line: str, text: str) -> Entry | None:
        """IKEv2 and IPSEC messages; the device prints no time in front of them."""
        match = _IKEV2.match(text)
        if match is not None and "PSEC:" not in text and is_clean(text) and is_simple(match["text"]):
            severity = int(match["level"])
            self.known[text[: match.start("text")]] = (match["tag"], severity, None, None, None)
            return Entry(number, line, match["tag"], match["text"].strip(), None, "", severity)
        match = _IPSEC.match(text)
        if match is not None and _is_alone(match["text"]):
            return Entry(number, line, "IPSEC", f"IPSEC: {without_next_lead(match['text'])}")
        return None

    def _syslog(self, number: int, line: str) -> Entry | None:
        """A syslog message in whatever clothing, if nothing in it needs to be cleaned or may be a second message."""
        lead, _, message = line.partition("%")
        mark, text = message[:_MARK], message[_MARK:]  # `ASA-5-713119: `, and the words
        known = self._marks.get(mark)
        if known is None:
            found = _SYSLOG.fullmatch(mark)
            if found is None:
                return None
            known = self._marks[mark] = int(found["severity"]), found["id"]
        severity, syslog_id = known
        if "%" in text or "&" in line or "<" in text or not is_clean(line):
            return None
        if lead != self._lead:
            if lead.find("<", 1) > 0 or '"' in lead or "Sev=" in lead or lead[:1] == ">" or not _is_alone(lead):
                return None
            self._lead, self._lead_at = lead, self._clock.read(lead[-LONGEST_LEAD:])
        at = self._lead_at
        if syslog_id == _CARRIER:
            carried = self._debug(number, line, text.strip())
            if carried is not None:
                carried.at, carried.syslog_id = carried.at or at, syslog_id
            return carried
        entry = Entry(number, line, "syslog", text.strip(), at, syslog_id, severity)
        take_prefix(entry)
        return entry


def _is_alone(text: str) -> bool:
    """Whether no further mark stands in the text of a plain line of syslog or IPSEC."""
    return "KE" not in text and "PSEC" not in text and "|" not in text
