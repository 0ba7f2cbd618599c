"""Show commands: one module a layout, found by folder, with a TextFSM template of the same name.

A module holds ``SHOW = Show(commands=…, starts=…, reader=…)``. Several commands can print one layout. The readers never
raise on any text: what they cannot read is counted, and what is missing is said.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import chain, pairwise
from pkgutil import iter_modules
from types import MappingProxyType

import msgspec

from nornir_ikediag.capture import Source
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import SourceFacts, SourceKind
from nornir_ikediag.model.reading import Reading
from nornir_ikediag.shows._answers import Instead, instead_of_output, is_marker
from nornir_ikediag.shows._layout import Content, Show, Table
from nornir_ikediag.shows._layout import load as template
from nornir_ikediag.shows._lines import Lines
from nornir_ikediag.shows._mend import MENDINGS, undone

__all__ = ["Content", "Show", "Table", "layout_for", "layouts", "may_begin", "read", "recognise", "template"]

_LINE_ENDS = re.compile(r"\r+\n")
_QUOTED = 10_000  # unread lines of an output; `--unread` lists them


@cache
def layouts() -> Mapping[str, Show]:
    """Every layout by its stem, in the order of their names."""
    stems = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    modules = ((stem, import_module(f"{__name__}.{stem}")) for stem in stems)
    return MappingProxyType({stem: msgspec.structs.replace(module.SHOW, stem=stem) for stem, module in modules})


@cache
def _commands() -> tuple[tuple[tuple[str, ...], Show], ...]:
    pairs = [(tuple(command.split()), show) for show in layouts().values() for command in show.commands]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def layout_for(command: str) -> Show | None:
    """The layout that a typed command prints, however abbreviated (`sh cry isa sa det`), or None.

    `show logging` with a filter prints log lines, and is no layout.
    """
    typed, _, filtered = command.strip().lower().partition("|")
    words = typed.split()
    for names, show in _commands():
        if len(words) >= len(names) and all(_abbreviates(word, name) for word, name in zip(words, names, strict=False)):
            return None if filtered and names[:2] == ("show", "logging") else show
    return None


def _abbreviates(word: str, name: str) -> bool:
    return name.startswith(word) and (len(word) >= 2 or word == name)


@cache
def _starts() -> tuple[tuple[re.Pattern[str], Show], ...]:
    return tuple((show.starts, show) for show in layouts().values())


def may_begin(line: str) -> bool:
    """Whether a layout may begin at this line."""
    return any(starts.match(line) for starts, _ in _starts())


def recognise(lines: Iterable[str]) -> Show | None:
    """The layout that begins first in these lines, judged by what it says and not by any command, or None."""
    printed = filter(str.strip, lines)
    for line, following in pairwise(chain(printed, ("",))):
        for starts, show in _starts():
            if starts.match(f"{line}\n{following}"):
                return show
    return None


def read(source: Source, show: Show | None = None) -> Reading:
    """All that this text says. The layout is the one given, else its command's, else the one that its lines show.

    Never raises on any text. Output that is cut, an error instead of output, and no output at all are told apart in
    ``facts``: none of them is "there is none".
    """
    lines = Lines(_text(source))
    if show is None:
        show = layout_for(source.command) if source.command else None
    if show is None:
        show = recognise(lines)
    return _unknown(source, lines) if show is None else _read(source, show, lines)


def _text(source: Source) -> str:
    text = source.text if source.path is None else "\n".join(source.lines())
    return _LINE_ENDS.sub("\n", text).replace("\r", " ") if "\r" in text else text


def _read(source: Source, show: Show, printed: Lines) -> Reading:
    table, content, unread = _run(source, show, printed)
    for mending in MENDINGS:
        mended = mending(table.lines, unread) if unread else None
        if mended is None:
            continue
        still = _run(source, show, printed, mended)[2]
        table, content, unread = _run(source, show, printed, undone(table.lines, mended, still))
    instead = instead_of_output(printed, unread, nothing_read=not _holds_anything(content))
    if instead is not None and instead.kind == "empty" and show.empty_means_none:
        instead = None
    return _reading(source, show, table, content, unread, instead)


def _run(
    source: Source, show: Show, printed: Lines, mended: Sequence[str] | None = None
) -> tuple[Table, Content, Sequence[int]]:
    table = show.table(source.name, source.command, printed, mended)
    content = show.reader(table)
    unread = table.unread()
    return table, content, content.unread if unread is None else unread


def _holds_anything(content: Content) -> bool:
    return bool(content.ike_sas or content.child_sas or content.sessions or content.device or content.statistics)


def _reading(  # noqa: PLR0917
    source: Source, show: Show, table: Table, content: Content, unread: Sequence[int], instead: Instead | None
) -> Reading:
    problem = _problem(source, content, instead, table)
    refused = source.refused or (instead is not None and instead.kind == "refused")
    if instead is not None and instead.line:  # an error message is understood: it is no line that nobody reads
        unread = [number for number in unread if number != instead.line and not is_marker(table.lines[number - 1])]
    facts = SourceFacts(
        name=source.name,
        kind=_kind(show),
        lines=sum(map(bool, map(str.strip, table.printed))),
        unread=len(unread),
        complete=problem is None and not refused,
        command=source.command,
        problem=problem,
        refused=refused,
        quoted=tuple(table.evidence(number) for number in unread[:_QUOTED]),
        objection=table.evidence(instead.line) if instead is not None and instead.line else None,
        last_line=_last_line(table),
    )
    configuration = content.configuration
    if configuration is not None and not facts.complete:
        configuration = msgspec.structs.replace(configuration, complete=frozenset())
    return Reading(
        facts=facts,
        stem=show.stem,
        ike_sas=content.ike_sas,
        child_sas=content.child_sas,
        sessions=content.sessions,
        configuration=configuration,
        # where silence is an answer, an error or a cut is none
        device={} if show.empty_means_none and not facts.complete else content.device,
        statistics=content.statistics,
    )


def _last_line(table: Table) -> Evidence | None:
    last = next((line for line in range(len(table.printed), 0, -1) if table.printed[line - 1].strip()), None)
    return table.evidence(last) if last else None


def _problem(source: Source, content: Content, instead: Instead | None, table: Table) -> str | None:
    if source.refused and instead is None:
        return "the device refused the command"
    if instead is not None:
        return instead.problem.replace(f"(line {instead.line})", f"(line {table.number(instead.line)})")
    if not source.complete:
        return "the output was cut short: the device did not come back to its prompt"
    return content.problem


def _kind(show: Show) -> SourceKind:
    return "configuration" if show.stem == "running_config" else "show"


def _unknown(source: Source, lines: Lines) -> Reading:
    numbers = [number for number, line in enumerate(lines, start=1) if line.strip()]
    table = Table(source.name, source.command, lines)
    problem = None if source.complete else "the output was cut short: the device did not come back to its prompt"
    if not numbers:
        problem = "the output is empty: not even a line that says that there is none"
    return Reading(
        facts=SourceFacts(
            name=source.name,
            kind="unknown",
            lines=len(numbers),
            unread=len(numbers),
            complete=problem is None and not source.refused,
            command=source.command,
            problem=problem,
            refused=source.refused,
            quoted=tuple(table.evidence(number) for number in numbers[:_QUOTED]),
        )
    )
