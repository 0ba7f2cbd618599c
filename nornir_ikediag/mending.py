"""What became of a whole text on its way to us, undone before it is read: numbers, lower case, narrow columns.

Theory. Each is recognised by the text as a whole, because one line of it proves nothing: every line of a listing is
numbered; a ticket system that lower-cases leaves no capital in any line; and a chat or a narrow mail window breaks
every message, so that fewer of the pieces are understood than of the messages. A line keeps its number: what is
joined to the line before leaves a blank one.
"""

import re
from itertools import pairwise

from nornir_ikediag.debugs import LOOK_AT, LogReader, Wrapping, is_log_line
from nornir_ikediag.debugs.clock import TIMESTAMP
from nornir_ikediag.debugs.marks import LONGEST

_NUMBERED = re.compile(
    r"\s*(?P<number>\d{1,7})(?: ?:(?!\d\d:)| ?\|(?![A-Z][a-z]{2} )|[.)\t]|(?= )(?!\s+\d\d:\d\d:\d\d\.\d)|$)[ \t]?"
)
_QUOTES = re.compile(r"^(?:> ?)+")
_SHORTEST_LISTING = 3  # lines
_NARROW = 80  # columns; what is wider is recognised while it is read (:mod:`.debugs.wrapping`)
_NARROWEST = 16
_HEAD_CHARACTERS = 1 << 17  # what becomes of a text becomes of its beginning
_LOWERED_MARKS = (
    "%asa-", "%ftd-", "%pix-", "[ikev1", "ikev2-proto", "ikev2-plat", " username:", " ip = ", "ike peer:", "_wait_msg"
)  # fmt: skip
# Words that are looked for as the device spells them; where nothing but their meaning counts, case does not matter.
_SPELT = (
    "%ASA-", "%FTD-", "%PIX-", "[IKEv1", "IKEv2", "IKEv1", " DEBUG]", " DECODE]", "[IKE COMMON", "IPSEC:",
    "-PROTO-", "-PLAT-", "Group = ", "Username = ", "IP = ", "Local:", "Remote:", "Username:", "SM Trace->",
    "SA: I_SPI=", "R_SPI=", "MsgID", "CurState:", "Event:", "NullEvent", "Tx [L", "Rx [L", "/R ", "HDR[i:",
    "IKEV2 HDR", "Next payload:", "Exchange type:", "Message id:", "Exchange REQUEST", "Exchange RESPONSE",
    "MSG-RESPONSE", "SENT PKT", "RECV PKT", "InitSPI=", "RespSPI=", "MID=", "NOTIFY(", "Security protocol id:",
    "DefaultRAGroup", "DefaultL2LGroup", "DefaultWEBVPNGroup", "Total IKE SA:", "Active SA:", "Rekey SA:",
    "IKE Peer:", "IKEv1 SAs:", "IKEv2 SAs:", "There are no", " SAs", "L2L", "Jan ", "Feb ", "Mar ", "Apr ", "May ",
    "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec ", "IKE ", "Initiator", "Responder", "Address Range:",
    "Protocol:", "Port Range:",
)  # fmt: skip
_SPELLING = {word.lower(): word for word in _SPELT}
_LOWERED = re.compile(
    r"\bhdr\b|(?<=\+ )(?:[a-z][a-z -]* \(\d+\)|none\b)"  # the payloads of a packet
    r"|(?<=flags: )(?:initiator|responder)"
    r"|(?P<spelt>(?<![a-z])(?:" + "|".join(map(re.escape, sorted(_SPELLING, key=len, reverse=True))) + "))"
    r"|(?P<label>\b(?:type|role|rekey|state|encrypt|hash|auth|lifetime|lifetime remaining)(?= *:))"
    r"|\b(?:mm|am|qm|tm|ev|ike|mode|id|aes|sha|dh|no|ts|create|invalid|authentication|payload|[irp])_\w+"
    r"|(?<=ike )[maq]m\b|\bfsm\b|(?<=curstate: )\w+|(?<=event: )\w+|\([ir]\)(?= msgid)"
    r"|(?<=\d)t(?=\d\d:)|(?<=\d)z(?= )"  # of an ISO time
)


def mended(text: str) -> str:
    """The text as the device printed it, as far as the whole of it shows what became of it; other text as it is."""
    return _rejoined(_recased(_without_numbers(text)))


def _without_numbers(text: str) -> str:
    """A listing (``cat -n``, ``grep -n``, a web page) without the numbers in front of its lines; other text as it is.

    Every line of a listing is numbered, and the numbers rise. So they do in a log of the VPN Client, which is none.
    """
    lines = text.split("\n")
    numbered = []
    for line in lines:
        match = _NUMBERED.match(line)
        if match is None and line.strip():
            return text
        numbered.append(match)
    numbers = [int(match["number"]) for match in numbered if match is not None]
    if len(numbers) < _SHORTEST_LISTING or any(one >= other for one, other in pairwise(numbers)):
        return text
    return "\n".join(line[match.end() :] if match else line for line, match in zip(lines, numbered, strict=True))


def _recased(text: str) -> str:
    """A text that somebody lower-cased in the letters of the device, where they tell something."""
    head = text[:_HEAD_CHARACTERS]
    if not any(mark in head for mark in _LOWERED_MARKS):
        return text
    return "\n".join(_LOWERED.sub(_as_spelt, line) if line.islower() else line for line in text.split("\n"))


def _as_spelt(found: re.Match[str]) -> str:
    if found["label"]:
        return found[0].title()
    return _SPELLING[found[0]] if found["spelt"] else found[0].upper()


def _rejoined(text: str) -> str:
    """A log that was broken at a narrow column, each message in one line again."""
    if any(len(line) >= _NARROW for line in text[:_HEAD_CHARACTERS].split("\n")):
        return text
    lines = [line.rstrip("\r") for line in text.split("\n")]
    width = max(map(len, lines))
    if width < _NARROWEST:
        return text
    joined = [_joined(lines, Wrapping(width, by_words=by_words)) for by_words in (False, True)]
    before, *after = (_share_unread(way) for way in (lines, *joined))
    # where both ways are understood alike, the one that leaves fewer pieces
    ranked = sorted(zip(after, (sum(map(bool, way)) for way in joined), range(len(joined)), strict=True))
    share, _, best = ranked[0]
    return "\n".join(joined[best]) if share < before else text


def _joined(lines: list[str], wrapping: Wrapping) -> list[str]:
    """The lines, each that a message goes on in joined to the one where that began."""
    joined: list[str] = []
    first: int | None = None  # where the present message began
    for number, line in enumerate(lines):
        text = _QUOTES.sub("", line)
        before = lines[number - 1] if number else ""
        stamped = TIMESTAMP.match(text) is not None
        goes_on = first is not None and before and text and not stamped and wrapping.goes_on(len(before), text)
        if first is not None and goes_on and len(joined[first]) < LONGEST:
            lost = wrapping.lost_blank(len(before)) and text[0] != " " and before[-1] != " "
            joined[first] += " " + text if lost else text
            joined.append("")
        else:
            first = number if stamped or is_log_line(line) else None
            joined.append(line)
    return joined


def _share_unread(lines: list[str]) -> float:
    reader = LogReader("")
    reader.events(list(enumerate(lines[:LOOK_AT], start=1)))
    reader.close()
    facts = reader.facts()
    return facts.unread / facts.lines if facts.lines else 0.0
