"""A negotiation step by step, both ends side by side where both were logged."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.report import Walk, WalkLines, WalkStep
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._layout import table

COLUMNS = ("Step", "Side", "Exchange", "Message", "What happens", "Lines", "Took")


def walk_pieces(walk: Walk) -> Iterator[RenderableType]:
    """A heading and a table, one row a step."""
    yield Text(title(walk), "bold")
    yield table(COLUMNS, rows(walk), right=("Step", "Took"))


def title(walk: Walk) -> str:
    """Which negotiation is told, by whom if by one end alone, and how far the clocks of two ends differ."""
    told_by = words.listed(words.printable(same) for same in (_only(walk, "side"), _only(walk, "exchange")))
    offset = walk.clock_offset_seconds
    clocks = f"the clocks differ by {offset} s" if offset else ""
    negotiations = f"negotiation {words.printable(', '.join(walk.negotiations))}"
    return f"Step by step: {words.listed((negotiations, told_by, clocks))}"


def rows(walk: Walk) -> list[tuple[str, ...]]:
    """One row a step, under ``COLUMNS``. What holds for all steps is in the title; a line of the configuration is told
    with the first step that depends on it."""
    told: set[Evidence] = set()
    side, exchange = _only(walk, "side"), _only(walk, "exchange")
    filled = []
    for step in walk.steps:
        new = [line for line in step.configuration if line not in told]
        told.update(new)
        filled.append(_row(step, new, "" if side else step.side, "" if exchange else step.exchange))
    return filled


def _only(walk: Walk, name: str) -> str:
    """What all of several steps have in common; empty where they differ."""
    values = {str(getattr(step, name)) for step in walk.steps}
    return values.pop() if len(values) == 1 and len(walk.steps) > 1 else ""


def _row(step: WalkStep, configuration: Sequence[Evidence], side: str, exchange: str) -> tuple[str, ...]:
    client = (f"client {step.client_sequence[0]}-{step.client_sequence[1]}",) if step.client_sequence else ()
    configured = "; ".join(words.printable(line.text.strip()) for line in configuration)
    said = " ".join(part for part in (step.summary, f"(configured: {configured})" if configured else "") if part)
    return (
        str(step.number),
        words.printable(side),
        words.printable(exchange),
        words.printable(words.listed((step.message, step.direction))),
        words.printable(said),
        ", ".join((*map(_lines, step.lines), *client)),
        f"{step.duration_seconds} s" if step.duration_seconds else "",
    )


def _lines(lines: WalkLines) -> str:
    both = f"{lines.first}" if lines.first == lines.last else f"{lines.first}-{lines.last}"
    return words.printable(f"{lines.source}:{both}")
