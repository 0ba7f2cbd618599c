"""Lines and tables on paper: hanging indents on a terminal, whole lines in a pipe."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nornir_ikediag.report import Paper

# What a pipe gets instead of a width: wide enough that nothing of a table is ever wrapped or cut.
_UNBOUNDED = 100_000
_ADDRESS_CHARACTERS = 18


class Hanging(Text):
    """A line whose continuation is indented like its value."""

    hang = 0


def hanging(lead: str, value: str, style: str = "") -> Text:
    """``lead`` and ``value``; where the value is folded, it stays to the right of the lead (at most 24 columns)."""
    line = Hanging(lead)
    line.append(value, style)
    line.hang = min(len(lead), 24)
    return line


def table(columns: Sequence[str], rows: Iterable[Sequence[Text | str]], right: Sequence[str] = ()) -> Table:
    """A table without a frame, two blanks between its columns; the headings named in ``right`` are over numbers.

    A column with nothing in it is left out. What the rows are about, in the first two, stays whole if it is no longer
    than an address.
    """
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    rows = list(rows)
    filled = [number for number in range(len(columns)) if not rows or any(row[number] for row in rows)]
    for number in filled:
        grid.add_column(
            columns[number],
            justify="right" if columns[number] in right else "left",
            overflow="fold",
            no_wrap=number < 2 and all(len(row[number]) <= _ADDRESS_CHARACTERS for row in rows),
        )
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in map(row.__getitem__, filled)))
    return grid


def printed(pieces: Iterable[RenderableType], paper: Paper) -> str:
    """The pieces as text, no line with blanks at its end."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=paper.width or _UNBOUNDED,
        force_terminal=paper.colour,
        color_system="standard" if paper.colour else None,
        no_color=not paper.colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for piece in pieces:
        if isinstance(piece, Hanging) and paper.width is not None:
            _print_folded(console, piece, paper.width)
        elif isinstance(piece, Text):
            console.print(piece, soft_wrap=paper.width is None)
        else:
            console.print(piece)
    return "".join(line.rstrip() + "\n" for line in stream.getvalue().split("\n")).rstrip("\n") + "\n"


def _print_folded(console: Console, line: Hanging, width: int) -> None:
    if line.cell_len <= width:
        console.print(line)
        return
    # Wrap the part behind the lead in its own, narrower measure, so that every continuation lines up.
    lead, value = line[: line.hang], line[line.hang :]
    for number, part in enumerate(value.wrap(console, max(20, width - line.hang))):
        console.print((lead if number == 0 else Text(" " * line.hang)) + part)
