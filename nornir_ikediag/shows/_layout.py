"""What a module of this folder offers: its layout, and what a reader gets and gives."""

import re
from collections.abc import Callable, Iterator, Sequence
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
    """The rows of one text, and its lines. Lines count from 1 in the text that was given to us."""

    def __init__(
        self, source: str, command: str | None, printed: Sequence[str], lines: Sequence[str], first: int
    ) -> None:
        self.source = source
        self.command = command or ""
        self.lines = lines  # as mended: what a rule or a reader sees
        self.first = first
        self.columns: tuple[str, ...] = ()
        self.run: _textfsm.Run | None = None
        self._printed = printed
        self._evidence: tuple[int, Evidence] | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row by the names of the template; ``row["line"]`` is the number of the first line of it."""
        for row, origins in self.records():
            values = dict(zip(self.columns, row, strict=True))
            values["line"] = min(_numbers(origins), default=self.first)
            yield values

    def records(self) -> Iterator[tuple[list[Any], list[Any]]]:
        """Each row with the line numbers of its values, both in the order of :attr:`columns`."""
        if self.run is not None:
            yield from zip(self.run.rows, self.run.origins, strict=True)

    def evidence(self, number: int) -> Evidence:
        """The line with this number, counted from the first line of what was read, as printed."""
        return Evidence(self.source, number + self.first - 1, self._printed[number - 1].rstrip())


def _numbers(origins: Sequence[Any]) -> Iterator[int]:
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

    def table(
        self, source: str, command: str | None, printed: Sequence[str], lines: Sequence[str], first: int
    ) -> Table:
        """The lines, run through the template if there is one."""
        table = Table(source, command, printed, lines, first)
        if self.template:
            template = load(self.stem)
            table.columns = tuple(template.header)
            table.run = template.run(lines)
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
