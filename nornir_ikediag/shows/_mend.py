"""Lines that no rule took, made readable: prompts and commands, pager remains, log lines, lines wrapped at 80 columns,
and several lines that a chat or a ticket made one.

Mending costs nothing on clean output, because it only happens where something was left unread. It never moves a line:
what is taken out leaves a blank line, so that every line keeps its number.
"""

import html
import re
from collections.abc import Sequence

from nornir_ikediag.debugs import is_log_line

_PROMPT = re.compile(r"^[A-Za-z0-9][\w.-]{0,62}(?:/[\w.-]+)*(?:\([\w-]+\))?[#>] ?")
_GLUED = r"[A-Za-z][\w.-]{0,62}(?:/[\w.-]+)*(?:\([\w-]+\))?[#>](?: ?[a-z][\w /.|-]*)?\s*$"
_GLUED_PROMPT = re.compile(rf"(?<=[\w}}) ]){_GLUED}")
_GLUED_TO_A_VALUE = re.compile(
    rf"(?:0x[0-9A-Fa-f]{{8}}|support: [YN])(?={_GLUED})"
)  # where a host name could begin sooner
_COMMAND = re.compile(
    r"^(?:sh|sho|show|debug|no debug|undebug|un|terminal|term|ter|enable|en|exit|changeto|more|conf)\b", re.I
)
_PAGER = re.compile(r"<--- More --->[\s\b]*")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_LONGEST_PROMPT = 130
# What a line of an SA begins with, where line breaks were lost.
_BEGINNINGS = (
    r"IKEv[12] SAs:", r"There are no (?:IKE|isakmp|ipsec)", r"(?:Active|Rekey|Total IKE) SA:", r"\d+\s+IKE Peer:",
    r"(?:Type|Role|Rekey|State|Encrypt|Hash|Auth|Lifetime|Lifetime Remaining)\s*:\s",
    r"Session-id:\s*\d", r"Tunnel-id\s+Local\s", r"\d+\s+\S+/\d+\s+\S+/\d+\s", "Encr:", "Life/Active Time:",
    "Child sa:", r"remote selector\s", "(?:ESP|AH) spi in/out:", "CPI in/out:", "Status Description:",
    "Local (?:spi|id|(?:req|next) mess id|req queued|window):", "DPD configured", "NAT-T is", "IKEv2 Fragmentation",
    "Parent SA Extended", "Delete in progress:", "Marked for delete:",
    "interface:", "peer address:", "Crypto map tag:", r"access-list\s", r"(?:local|remote)\s+ident\s", "current_peer:",
    "dynamic allocated peer ip", "#pkts (?:(?:en|de)caps:|(?:not )?compressed:|no sa|encaps failed|invalid|replay)",
    "#pkts (?:min mtu|internal err)", "#(?:pre-frag successes|PMTUs sent|TFC rcvd|Valid ICMP|send errors)",
    "local crypto endpt", r"path mtu\s", "PMTU time", "current (?:out|in)bound spi", "(?:in|out)bound (?:esp|ah) sas:",
    "spi: 0x", "SA State:", "transform:", "in use settings", "slot:", "sa timing:", "IV size:", "replay detection",
    "Anti replay bitmap", r"0x\w{8} 0x\w{8}",
)  # fmt: skip
_LOST_BREAK = re.compile(r"(?<=[^\s,])(?<!\sSA)\s+(?=" + "|".join(_BEGINNINGS) + r")|(?<=[^\s\d])\s+(?=IKE Peer:)")
_WIDTH = 80
_HALF = 40


def undone(before: Sequence[str], mended: list[str], unread: Sequence[int]) -> list[str]:
    """The mended lines, those that stayed unread as they were before: mending must not cost a line that was read.
    Of one that was unfolded the rest was read."""
    for number in unread:
        at = number - 1
        if "\n" in mended[at]:
            continue
        while at < len(mended) and mended[at] != before[at]:
            mended[at] = before[at]
            at += 1
    return mended


def cleaned(lines: Sequence[str], unread: Sequence[int]) -> list[str] | None:
    """The lines, the unread ones (their numbers count from 1) without prompts, commands, pager remains, markup and log.
    None if there is nothing of that."""
    mended = list(lines)
    hosts = _hosts(mended, unread)
    for number in unread:
        mended[number - 1] = _clean(mended[number - 1], hosts)
    return mended if any(mended[number - 1] != lines[number - 1] for number in unread) else None


def _hosts(lines: Sequence[str], unread: Sequence[int]) -> frozenset[str]:
    prompts = (_PROMPT.match(lines[number - 1]) for number in unread)
    return frozenset(re.split(r"[/(#>]", prompt[0])[0] for prompt in prompts if prompt)


def _clean(line: str, hosts: frozenset[str]) -> str:
    line = _PAGER.sub("", line)
    if "&" in line or "</" in line or "<br" in line:
        line = html.unescape(_MARKUP.sub("", line))
    prompt = _PROMPT.match(line)
    if prompt:
        line = line[prompt.end() :]
    if is_log_line(line) or _COMMAND.match(line):
        return ""
    for host in hosts:
        place = line.find(host)
        if place > 0 and _PROMPT.match(line[place:]):
            return line[:place]
    mark = max(line.rfind("#"), line.rfind(">"))
    if mark <= 0:
        return line
    begin = max(0, mark - _LONGEST_PROMPT)
    value = _GLUED_TO_A_VALUE.search(line, begin)
    glued = None if value else _GLUED_PROMPT.search(line, begin)
    return line[: value.end()] if value else line[: glued.start()] if glued else line


def unwrapped(lines: Sequence[str], unread: Sequence[int]) -> list[str] | None:
    """Each unread line joined to the full line that it continues, or to the rest that follows it; None if none can be.

    A line that was wrapped is as wide as the terminal. Where blanks at its end are gone it is shorter: then two unread
    lines are joined, and keep their columns.
    """
    mended = list(lines)
    cut = frozenset(unread)
    joined = False
    for number in unread:
        for first in (number - 1, number - 2):  # the line itself was cut, or it is what was cut off
            if 0 <= first < len(mended) - 1 and _goes_on(mended, first, cut):
                _join(mended, first, cut)
                joined = True
                break
    return mended if joined else None


def _goes_on(lines: Sequence[str], first: int, cut: frozenset[int]) -> bool:
    """Whether the line at this index may go on in the next one."""
    width = len(lines[first])
    both = {first + 1, first + 2} <= cut
    return bool(lines[first + 1].strip()) and (
        _WIDTH - 1 <= width <= _WIDTH or (both and bool(lines[first].strip()) and _HALF <= width < _WIDTH)
    )


def _join(lines: list[str], first: int, cut: frozenset[int]) -> None:
    """Join the lines as long as they are full and the next one was not read."""
    last, width = first, _WIDTH
    while last + 1 < len(lines) and (last == first or (last + 2 in cut and width >= _WIDTH - 1)):
        last += 1
        width = len(lines[last])
        lines[first] = lines[first].ljust(_WIDTH * (last - first)) + lines[last]
        lines[last] = ""


def unfolded(lines: Sequence[str], unread: Sequence[int]) -> list[str] | None:
    """Each unread line that holds several lines of the device with the breaks between them; None if none does."""
    mended = list(lines)
    for number in unread:
        mended[number - 1] = _LOST_BREAK.sub("\n", mended[number - 1])
    return mended if any("\n" in mended[number - 1] for number in unread) else None


MENDINGS = (cleaned, unfolded, unwrapped)
