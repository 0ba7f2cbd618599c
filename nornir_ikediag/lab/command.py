"""What a command is, and how its pattern is written.

A word of a command may be shortened as long as it stays unique at its place. ``<name>`` takes one word of the user's,
``[word]`` may be left out, ``…`` takes the rest of the line.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nornir_ikediag.lab.terminal import Terminal

Handler = Callable[[Terminal, list[str]], Sequence[str]]
"""What a command does: the session and the words that the user filled in, to lines of output."""


@dataclass(frozen=True)
class Command:
    """One command. ``since``/``until`` bound the releases that know it (major, minor); ``level`` is the privilege."""

    words: tuple[str, ...]
    run: Handler
    level: int = 15
    since: tuple[int, int] = (0, 0)
    until: tuple[int, int] = (99, 0)
    only_configuring: bool = False


def variants(pattern: str) -> Iterator[tuple[str, ...]]:
    """`show crypto ikev1 sa [detail]` to the commands that it stands for, the shorter ones first."""
    match = re.search(r"\s*\[([^\]]+)\]", pattern)
    if match is None:
        yield tuple(pattern.split())
        return
    before, after = pattern[: match.start()], pattern[match.end() :]
    yield from variants(before + after)
    yield from variants(f"{before} {match[1]}{after}")
