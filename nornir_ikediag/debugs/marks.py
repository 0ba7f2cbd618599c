"""The marks that begin a message, and what stands in front of its words: the patterns of :mod:`.framing`."""

import re

from nornir_ikediag.debugs.cleaning import cleaned
from nornir_ikediag.debugs.clock import TIMESTAMP
from nornir_ikediag.debugs.entry import Entry

_PREFIX = (
    r"(?:G?roup = (?P<group>(?:(?!IP = |Username = )[^,])*?)(?:,\s*|\s{1,8}(?=Username = |IP = )))?"
    r"(?:U?sername = (?P<user>[^,]*?)\s{0,8},\s*)?(?:IP = (?P<ip>[^,\s]+),?\s+)?"
)
_PREFIX_BEGINS = ("G", "U", "I", "r", "s")
MARK = re.compile(
    r"%(?:ASA|PIX|FTD)(?:-[A-Za-z_]{1,20})?-(?P<severity>\d)-(?P<id>\d{6}):?\s?"
    r"|\[?(?P<v1>IKEv1(?: DEBUG| DECODE)?|IKE COMMON DEBUG)\](?::\s?)?"
    r"|(?P<v2>I?KEv2-(?P<part>PROTO|PLAT|ERROR)(?:-(?P<level>\d+))?:)\s?"
    r"|(?P<ipsec>\bIPSEC(?: (?:DEBUG|INFO|ERROR|WARNING))?:|\bIPSEC\(\w+\)(?:-\d+)?:|^PSEC:)\s?"
    r"|^\s*(?P<record>\d{1,7})\s+(?P<client_time>\d\d:\d\d:\d\d\.\d+)\s+(?P<client_date>\d\d/\d\d/\d\d)\s+Sev=\w+/\d{1,3}\s+"
)
# The log of ASDM has its own marks, and lines with so many bars are rare.
MARK_OR_ASDM = re.compile(
    MARK.pattern
    + r"|^\s*(?P<asdm_severity>[0-7])\|(?P<asdm_date>[A-Z][a-z]{2} [ \d]\d \d{4})[| ](?P<asdm_time>\d\d:\d\d:\d\d)"
    r"\|(?P<asdm_id>\d{6})\|(?:[^|]{0,60}\|){4}"
)
LOST_TAG = re.compile(
    r"^\s*(?:G?roup = [^,]*,? (?:Username = |IP = )|U?sername = [^,]*, ?IP = |IP = [^,\s]+,? "
    r"|Local:\s?\S+:\d+ Remote:\S+ Username:)"
)
_ASDM_BARS = 6
_LONGEST_STAMP = 24
# Characters of a message. No device prints as many; what goes on beyond them is of somebody else's making, and would
# take a pattern with two runs of blanks the square of its length.
LONGEST = 2048
_HTML = re.compile(r"&(?!0x)|<(?!(?:state|event)>)")
_ONLY_PREFIX = re.compile(r"(?:Group = [^,]*, ?)?(?:Username = [^,]*, ?)?IP = [^,\s]+,")
_SPLIT_PREFIX = re.compile(_PREFIX)
# What stands glued in front of an IKEv2 tag without being a timestamp or a prompt: the end of a packet's dump.
GLUED = re.compile(r"\s*(?:\(\d{1,7}\):|IKEv2 \w+ Exchange\b|Proposal:? ?\d|type: \d|(?:ESP|AH): Proposal)")


def may_be_marked(text: str) -> bool:
    """What every mark holds, looked for the cheap way: most lines of a packet's dump hold none of it."""
    return "KE" in text or "%" in text or "PSEC" in text or "Sev=" in text or text.count("|") > _ASDM_BARS


def mark_in(text: str) -> re.Pattern[str]:
    """The marks that this text may hold."""
    return MARK_OR_ASDM if text.count("|") > _ASDM_BARS else MARK


def marked(line: str) -> bool:
    """Whether a message begins somewhere in this line."""
    if "[" not in line and not may_be_marked(line):
        return LOST_TAG.match(line.lstrip("> ")) is not None
    return mark_in(line).search(cleaned(line)) is not None


def messages(text: str, marks: list[re.Match[str]]) -> list[tuple[re.Match[str], int]]:
    """Each mark that begins a message, and where that message ends. A syslog message keeps the mark it carries, and an
    IKEv2 message those glued to it, which its own reader takes apart."""
    starts: list[re.Match[str]] = []
    last: re.Match[str] | None = None
    for mark in marks:
        before = starts[-1] if starts else None
        carried = before is not None and before["id"] and not mark["id"]
        if carried and before is not None and before["id"] == "711001":
            between = text[max(before.end(), mark.start() - LONGEST) : mark.start()]
            carried = not between.strip() or TIMESTAMP.search(between) is not None
        glued = last is not None and last["v2"] and mark["v2"]
        if not carried and not glued:
            starts.append(mark)
        last = mark
    ends = [mark.start() for mark in starts[1:]]
    return list(zip(starts, [*ends, len(text)], strict=True))


def is_simple(text: str) -> bool:
    """Whether there is neither a further message in it, nor a tag or an entity, nor anything to cut."""
    if "%" in text or ("[" in text and "[IKE" in text) or ("v" in text and "KEv2-P" in text) or len(text) > LONGEST:
        return False
    return ("<" not in text and "&" not in text) or _HTML.search(text) is None


def without_next_lead(text: str) -> str:
    """A message cut short by the next one in its line ends in that one's timestamp."""
    if ":" not in text[-_LONGEST_STAMP:]:
        return text.strip()
    stamp = None
    for stamp in TIMESTAMP.finditer(text, max(0, len(text) - _LONGEST_STAMP)):  # noqa: B007 - the last one
        pass
    return text[: stamp.start()].rstrip() if stamp is not None and stamp.end() >= len(text) - 1 else text.strip()


def tag_of(mark: re.Match[str]) -> str:
    if mark["v1"]:
        return str(mark["v1"])
    if mark["v2"]:
        return "IKEv2-PLAT" if mark["part"] == "PLAT" else "IKEv2-PROTO"
    return "IPSEC"


def is_only_prefix(text: str) -> bool:
    """Whether these are the words in front of a message, and no message."""
    return text[-1:] == "," and _ONLY_PREFIX.fullmatch(text) is not None


def take_prefix(entry: Entry) -> None:
    """Cut `Group = …, Username = …, IP = …,` off the text, each of them optional, commas too."""
    prefix = _SPLIT_PREFIX.match(entry.text) if entry.text[:1] in _PREFIX_BEGINS else None
    if prefix is None or not prefix.end():
        return
    entry.tunnel_group = prefix["group"] or entry.tunnel_group
    entry.username = prefix["user"] or entry.username
    entry.peer = prefix["ip"] or entry.peer
    entry.text = entry.text[prefix.end() :]
