"""A negotiation step by step, both ends side by side where both were logged."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from nornir_ikediag.model.report import Walk, WalkLines, WalkStep
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._layout import table


def walk_pieces(walk: Walk) -> Iterator[RenderableType]:
    """A heading and a table, one row a step."""
    offset = walk.clock_offset_seconds
    clocks = f" · the clocks differ by {offset} s" if offset else ""
    yield Text(f"Step by step: negotiation {words.printable(', '.join(walk.negotiations))}{clocks}", "bold")
    yield table(
        ("Step", "Side", "Exchange", "Message", "What happens", "Lines", "Took"),
        map(_row, walk.steps),
        right=("Step", "Took"),
    )


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
