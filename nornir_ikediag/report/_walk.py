"""A negotiation step by step, both ends side by side where both were logged."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from nornir_ikediag.model.report import Walk, WalkLines, WalkStep
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._layout import table

COLUMNS = ("Step", "Side", "Exchange", "Message", "What happens", "Lines", "Took")


def walk_pieces(walk: Walk) -> Iterator[RenderableType]:
    """A heading and a table, one row a step."""
    yield Text(title(walk), "bold")
    yield table(COLUMNS, rows(walk), right=("Step", "Took"))


def title(walk: Walk) -> str:
    """Which negotiation is told, and how far the clocks of its ends differ."""
    offset = walk.clock_offset_seconds
    clocks = f" · the clocks differ by {offset} s" if offset else ""
    return f"Step by step: negotiation {words.printable(', '.join(walk.negotiations))}{clocks}"


def rows(walk: Walk) -> list[tuple[str, ...]]:
    """One row a step, under ``COLUMNS``."""
    return [_row(step) for step in walk.steps]


def _row(step: WalkStep) -> tuple[str, ...]:
    client = (f"client {step.client_sequence[0]}-{step.client_sequence[1]}",) if step.client_sequence else ()
    configured = [words.printable(line.text.strip()) for line in step.configuration]
    said = step.summary + (f" (configured: {'; '.join(configured)})" if configured else "")
    return (
        str(step.number),
        words.printable(step.side),
        words.printable(step.exchange),
        words.printable(words.listed((step.message, step.direction))),
        words.printable(said),
        ", ".join((*map(_lines, step.lines), *client)),
        f"{step.duration_seconds} s" if step.duration_seconds else "",
    )


def _lines(lines: WalkLines) -> str:
    both = f"{lines.first}" if lines.first == lines.last else f"{lines.first}-{lines.last}"
    return words.printable(f"{lines.source}:{both}")
