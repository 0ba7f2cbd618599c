"""A text split into show sections and log lines.

A terminal log holds prompts, typed commands, show output and debug lines, also in the middle of each other; somebody's
paste holds the same without the prompts. A section begins at a prompt with a show command, or at a line that only one
layout begins with, and ends at the next prompt or the next such line. Log lines inside it are lifted out; a line that
continues a log line goes with it.

Sections keep the numbers of the text: what does not belong to a section is blank in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec

from nornir_ikediag import shows
from nornir_ikediag.capture import Source
from nornir_ikediag.debugs import LogReader, is_log_line, looks_like_log
from nornir_ikediag.shows import Show

_PROMPT = re.compile(
    r"^(?P<host>[A-Za-z0-9][\w.-]{0,62})(?:/[\w.-]+)*(?:\([\w-]+\))?[#>] ?(?P<command>[a-z?!].{0,200})?\s*$"
)
# These log messages go on in lines that look like nothing: a show section does not resume right behind them.
_GOES_ON = re.compile(
    r"IPSEC: |Transmitting Proxy Id:|ID received\s*$|DESCRIPTOR - INDEX|IKEv2-P(?:ROTO|LAT)|\[IKEv1 DECODE\]"
)
_LOGGING = "logging_setting"  # `show logging` prints the messages behind its settings, and pieces of wrapped ones
_LOOK_AHEAD_LINES = 12
_FIRST_LINES = 100


class Sections(msgspec.Struct, frozen=True):
    """Show sections with their layouts, and the numbered lines of what is log or nothing known."""

    shows: tuple[tuple[Show, Source], ...]
    log: Iterable[tuple[int, str]]


def prompt_host(line: str) -> str | None:
    """The host of the prompt that this line begins with, without priority, state and context; None if there is none."""
    match = _PROMPT.match(line)
    return match["host"] if match and not is_log_line(line) else None


def holds_anything(lines: Sequence[str]) -> bool:
    """Whether these lines, the first of some text, hold anything that one of our readers reads."""
    for part in (lines[:_FIRST_LINES], lines):  # they nearly always tell
        if shows.recognise(part) is not None or looks_like_log(part):
            return True
    sections = split(Source(name="", text="\n".join(lines)))
    if any(_reads_some(source, show) for show, source in sections.shows):
        return True
    reader = LogReader("")
    for number, line in sections.log:
        reader.feed(number, line)
    reader.close()
    facts = reader.facts()
    return facts.unread < facts.lines


def _reads_some(source: Source, show: Show) -> bool:
    facts = shows.read(source, show).facts
    return facts.unread < facts.lines


def split(source: Source) -> Sections:
    """The sections of this text. A text too large for memory, and a debug window, are log from end to end."""
    if source.path is not None or (source.command or "").startswith("debug"):
        return Sections((), enumerate(source.lines(), start=1))
    lines = list(source.lines())
    given = shows.layout_for(source.command) if source.command else None
    parts = list(_parts(lines, given))
    sections = tuple(
        (part.show, _section(source, part, lines))
        for part in parts
        if part.show is not None and part.numbers and not _only_messages(part, lines)
    )
    log = sorted(number for part in parts if part.show is None for number in part.numbers)
    return Sections(sections, [(number, lines[number - 1]) for number in log])


def _only_messages(part: "_Part", lines: Sequence[str]) -> bool:
    """Whether this is `show logging | include …`, whose answer is messages and blank lines."""
    logging = part.show is not None and part.show.stem == _LOGGING and part.command is not None
    return logging and not any(lines[number - 1].strip() for number in part.numbers)


def _section(source: Source, part: "_Part", lines: Sequence[str]) -> Source:
    text = _padded(lines, part.numbers)
    return msgspec.structs.replace(source, text=text, command=part.command or source.command)


class _Part:
    """A section being collected; without a layout it is log."""

    def __init__(self, show: Show | None, command: str | None = None) -> None:
        self.show = show
        self.command = command
        self.numbers: list[int] = []


def _parts(lines: Sequence[str], given: Show | None) -> Iterator[_Part]:
    log = _Part(None)
    section = _Part(given)
    after_log = False
    for number, line in enumerate(lines, start=1):
        if is_log_line(line):
            log.numbers.append(number)
            after_log = section.show is None or section.show.stem == _LOGGING or bool(_GOES_ON.search(line))
            continue
        prompt = _PROMPT.match(line) if given is None else None
        if prompt:
            yield section
            section = _Part(_layout_of(prompt["command"]), prompt["command"])
            after_log = False
        elif given is None and (begun := _begins(lines, number, section)) is not None:
            yield section
            section = _Part(begun)
            section.numbers.append(number)
            after_log = False
        elif after_log or section.show is None:
            log.numbers.append(number)
        else:
            section.numbers.append(number)
    yield section
    yield log


def _layout_of(command: str | None) -> Show | None:
    return shows.layout_for(command.split("|")[0].strip()) if command else None


def _begins(lines: Sequence[str], number: int, section: _Part) -> Show | None:
    """The layout that begins at this line, unless it is the one we are in (a layout may print its first line again)."""
    line = lines[number - 1]
    if not line.strip() or not shows.may_begin(line):
        return None
    ahead = [line for line in islice(lines, number - 1, number - 1 + _LOOK_AHEAD_LINES) if not is_log_line(line)]
    begun = shows.recognise(ahead)
    return None if begun is None or begun is section.show else begun


def _padded(lines: Sequence[str], numbers: Sequence[int]) -> str:
    text = [""] * numbers[-1]
    for number in numbers:
        text[number - 1] = lines[number - 1]
    return "\n".join(text)
