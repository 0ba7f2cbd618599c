"""What a module of this folder offers: its layout, and what a reader gets and gives."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

from nornir_ikediag._paths import templates
from nornir_ikediag.errors import TemplateError
from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import ChildSa, IkeSa
from nornir_ikediag.model.session import VpnSession
from nornir_ikediag.shows import _textfsm
from nornir_ikediag.shows._lines import Lines


class Content(msgspec.Struct, kw_only=True):
    """What a reader makes of a table: the parts of a Reading. ``problem`` says, in a sentence, where the output stops
    or contradicts itself; a reader without a template counts its unread lines here."""

    ike_sas: tuple[IkeSa, ...] = ()
    child_sas: tuple[ChildSa, ...] = ()
    sessions: tuple[VpnSession, ...] = ()
    configuration: Configuration | None = None
    device: dict[str, Any] = {}
    statistics: dict[str, int] = {}
    problem: str | None = None
    unread: Sequence[int] = ()


class Table:
    """The rows of one text, and its lines, which count from 1 at the first one that is not blank.

    ``printed`` is what the device said, ``lines`` what a rule or a reader sees of it: the same, or mended; a mended
    line can hold several lines of the device. Rows are read as they are asked for, and can be asked for once.
    """

    def __init__(self, source: str, command: str | None, printed: Lines, mended: Sequence[str] | None = None) -> None:
        self.source = source
        self.command = command or ""
        self.printed = printed
        self.lines: Sequence[str] = printed if mended is None else mended
        self.columns: tuple[str, ...] = ()
        self._run: _textfsm.Run | None = None
        self._steps: Iterator[None] = iter(())

    def through(self, template: _textfsm.Template) -> None:
        """Read the rows with this template."""
        self.columns = tuple(template.header)
        self._run = _textfsm.Run(template)
        numbered: Iterable[tuple[int, str]] = enumerate(self.lines, start=1)
        if self.lines is not self.printed:
            numbered = ((number, piece) for number, line in numbered for piece in line.split("\n"))
        self._steps = template.steps(numbered, self._run)

    def records(self) -> Iterator[tuple[list[Any], list[Any]]]:
        """Each row with the line numbers of its values, both in the order of :attr:`columns`."""
        if self._run is None:
            return
        rows, origins = self._run.rows, self._run.origins
        for _ in self._steps:
            if rows:
                yield rows.pop(), origins.pop()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row by the names of the template; ``row["line"]`` is the first line that gave a value of it."""
        for row, origins in self.records():
            values = dict(zip(self.columns, row, strict=True))
            values["line"] = min(numbers(origins), default=1)
            yield values

    def unread(self) -> list[int] | None:
        """The lines that no rule took, when all rows have been read; None without a template."""
        for _ in self._steps:
            pass
        return None if self._run is None else list(dict.fromkeys(self._run.unread))

    def number(self, line: int) -> int:
        """The number of a line in the whole text, blank lines in front included."""
        return line + self.printed.first - 1

    def evidence(self, line: int) -> Evidence:
        """That line as the device printed it."""
        return Evidence(self.source, self.number(line), self.printed[line - 1].rstrip())


def numbers(origins: Sequence[Any]) -> Iterator[int]:
    for origin in origins:
        if isinstance(origin, int):
            yield origin
        elif origin:
            yield origin[0]


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """A layout. ``commands`` print it; ``starts`` matches the line that it begins with and no other layout has.

    ``empty_means_none``: no output at all is an answer (nothing configured, nothing switched on) and not a loss.
    ``stem`` is the module's name, and the template's; a layout with ``template`` False is read line by line.
    """

    commands: tuple[str, ...]
    starts: re.Pattern[str]
    reader: Callable[[Table], Content]
    template: bool = True
    empty_means_none: bool = False
    stem: str = ""

    def table(self, source: str, command: str | None, printed: Lines, mended: Sequence[str] | None = None) -> Table:
        """The text, ready to be read."""
        table = Table(source, command, printed, mended)
        if self.template:
            table.through(load(self.stem))
        return table


@cache
def load(stem: str) -> _textfsm.Template:
    """The template of a layout, parsed once. Raises TemplateError, naming the file, when it is missing or faulty."""
    path = templates() / f"cisco_asa_{stem}.textfsm"
    try:
        with path.open(encoding="utf-8") as file:
            return _textfsm.Template(file)
    except OSError as error:
        raise TemplateError(
            f"The template {path} could not be read: {error.strerror}. Reinstall nornir-ikediag."
        ) from error
    except _textfsm.TemplateFault as error:
        raise TemplateError(f"The template {path} is faulty: {error}.") from error
