"""What terminals, pagers and web pages leave in a line, taken out. A line stays one line."""

import html
import re

_HTML_TAG = re.compile(
    r"</?(?:a|b|big|blockquote|br|code|dd|div|dl|dt|em|font|h[1-6]|hr|html|body|i|kbd|li|ol|p|pre|samp|small|span|strong|"
    r"sub|sup|table|tbody|td|th|tr|tt|u|ul)(?:\s[^<>]{0,200})?/?>",
    re.IGNORECASE,
)
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|[()][A-Z0-9])")
_QUOTED = re.compile(r"^(?:> ?){1,5}")  # by a mail program
_TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})  # what web editors make of quotes
_PAGER = re.compile(r"^\s*<-{2,3} ?More ?-{2,3}>[\s\x08]*")

PROMPT = re.compile(r"^[A-Za-z0-9][\w.-]{0,62}(?:/[\w.-]+){0,4}(?:\([\w-]+\))?[#>]\s*")
_COMMANDS = (
    r"(?:un?|no|und\w*|deb\w*|sho?w?|ter\w*|conf\w*|exit|end|quit|logout|cle\w*|pin\w*|pac\w*|ena?\w*|login|cap\w*|log\w*|"
    r"cry\w*|wr\w*|chan\w*|copy|mor\w*|access\w*|tunnel\w*|u|sys\w*|clock|int\w*|route|\?)"
)
_TYPED = re.compile(rf"^{_COMMANDS}\b.{{0,200}}$", re.IGNORECASE)
# What the device answers to the commands around a capture: it is no message, and nothing is lost with it.
_ANSWER = re.compile(
    r"debug crypto \S.{0,60} (?:enabled|is on)|(?:u|un|undebug|no debug) all$|```\w*$"
    r"|(?:INFO: )?(?:all )?(?:possible )?debugging (?:has been )?(?:turned )?(?:off|on)"
    r"|IKE\w* debugging is on|Type help or '\?'|Logoff|Connection to \S+ closed|Syslog logging:|Facility:"
    r"|Client Type\(s\): .{1,80}|Running on: .{1,80}|Config file directory: .{1,200}"
    r"|(?:Timestamp|Standby|Debug-trace|Console|Monitor|Buffer|Trap|Permit-hostdown|History|Device ID|Mail|ASDM)\b"
    r".{0,20} logging:",
    re.IGNORECASE,
)


def cleaned(line: str) -> str:
    """The line without HTML, escape sequences, pager remains and trailing blanks; indentation stays."""
    if line[:1] == ">":
        line = _QUOTED.sub("", line)
    if "<" not in line and "&" not in line and is_clean(line):
        return line.rstrip()
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    if "\x08" in line:
        line = _backspaced(line)
    if "&" in line or "<" in line:
        line = html.unescape(_HTML_TAG.sub("", line))
    line = (
        line.translate(_TYPOGRAPHY).replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "").replace("\x00", "")
    )
    return _PAGER.sub("", line).rstrip()


def is_clean(text: str) -> bool:
    """Whether no character in it is one that :func:`cleaned` looks at, tags and entities apart."""
    # One after the other: to find that a character is not there costs next to nothing.
    return (
        text.isascii()
        and "\r" not in text
        and "\t" not in text
        and "\x1b" not in text
        and "\x08" not in text
        and "\x00" not in text
    )


def _backspaced(line: str) -> str:
    """The line as a terminal shows it: each backspace takes the character before it."""
    shown: list[str] = []
    for character in line:
        if character != "\x08":
            shown.append(character)
        elif shown:
            shown.pop()
    return "".join(shown)


def is_terminal_noise(line: str) -> bool:
    """Whether a cleaned line is only a prompt, with or without a typed command, or the device's answer to one."""
    prompt = PROMPT.match(line) if "#" in line or ">" in line else None
    if prompt is not None:
        rest = line[prompt.end() :]
        return not rest or _TYPED.match(rest) is not None
    return not line[:1].isdigit() and _ANSWER.match(line.strip()) is not None
