"""A bar for long input: sources that tell how far they have been read, while the readers know nothing of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from nornir_ikediag.capture import Capture, Source, is_packed
from nornir_ikediag.report._words import printable

_LONG_BYTES = 8 * 1024 * 1024
_EVERY_LINES = 20_000


class _Watched(Source, frozen=True, kw_only=True):
    """A source whose lines report the characters that went by."""

    tick: Callable[[int], None]

    def lines(self) -> Iterator[str]:
        """As those of the source."""
        passed = 0
        for number, line in enumerate(super().lines(), start=1):
            passed += len(line) + 1
            if number % _EVERY_LINES == 0:
                self.tick(passed)
                passed = 0
            yield line
        self.tick(passed)


@contextmanager
def watched(captures: Sequence[Capture]) -> Iterator[Sequence[Capture]]:
    """The same captures; while the block lasts a bar shows on a terminal how much of long ones has been read."""
    total = sum(_size(source) for capture in captures for source in capture.sources)
    if total < _LONG_BYTES or not sys.stderr.isatty():
        yield captures
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        name = captures[0].sources[0].name if len(captures) == 1 else f"{len(captures)} devices"
        row = progress.add_task(f"reading {printable(name)}", total=total)
        yield [_watching(capture, lambda passed: progress.advance(row, passed)) for capture in captures]


def _watching(capture: Capture, tick: Callable[[int], None]) -> Capture:
    sources = tuple(
        _Watched(**{name: getattr(source, name) for name in Source.__struct_fields__}, tick=tick)
        for source in capture.sources
    )
    return msgspec.structs.replace(capture, sources=sources)


def _size(source: Source) -> int:
    """What will go by, so of gzip the size of the text: its last four bytes, modulo 4 GiB (RFC 1952, ISIZE)."""
    if source.path is None:
        return len(source.text)
    try:
        with source.path.open("rb") as stream:
            packed = is_packed(stream.read(2))
            size = stream.seek(-4 if packed else 0, os.SEEK_END)
            return int.from_bytes(stream.read(4), "little") if packed else size
    except OSError:
        return 0
