"""What arrives by itself in a debug window: bytes to complete, redacted lines, within bounds."""

import time
from collections import deque
from typing import Final

from nornir_ikediag.device import transcript
from nornir_ikediag.device.transcript import Prompt
from nornir_ikediag.redact import redact

_RATE_SECONDS: Final = 5.0
_LONGEST_LINE: Final = 65_536


class Stream:
    """Lines in the order in which they came. A line is taken when its end has been seen, or at :meth:`end`."""

    def __init__(self, prompt: Prompt, *, most_bytes: int, most_lines_per_second: int) -> None:
        self.lines: list[str] = []
        self.redactions = 0
        self.size = 0
        self._prompt = prompt
        self._most_bytes = most_bytes
        self._most_in_a_while = most_lines_per_second * _RATE_SECONDS
        self._recent: deque[tuple[float, int]] = deque()
        self._in_a_while = 0
        self._unfinished = ""
        self._handed_over = 0

    def take(self, raw: str) -> None:
        """A further piece of raw text."""
        before = len(self.lines)
        self.size += len(raw)
        *finished, self._unfinished = (self._unfinished + raw).split("\n")
        for line in finished:
            self._keep(line)
        if len(self._unfinished) > _LONGEST_LINE:
            self._keep(self._unfinished)
            self._unfinished = ""
        self._count(len(self.lines) - before)

    def take_text(self, text: str) -> None:
        """Lines that came as the answer to a command: clean and redacted already."""
        self.end()
        self.lines.extend(text.removesuffix("\n").split("\n") if text else ())

    def end(self) -> None:
        """Nothing more comes for the moment: what has no line end yet is a line."""
        if self._unfinished.strip():
            self._keep(self._unfinished)
        self._unfinished = ""

    def fresh(self) -> list[str]:
        """The lines since the last call."""
        fresh = self.lines[self._handed_over :]
        self._handed_over = len(self.lines)
        return fresh

    @property
    def in_a_line(self) -> bool:
        """Whether the last line has no end yet."""
        return bool(self._unfinished.strip()) and bool(self._prompt.without(transcript.clean(self._unfinished)).strip())

    @property
    def too_large(self) -> bool:
        """More bytes than a window may have."""
        return self.size >= self._most_bytes

    @property
    def too_fast(self) -> bool:
        """More lines a second, over some seconds, than a device should print."""
        return self._in_a_while > self._most_in_a_while

    def text(self) -> str:
        """All lines, each with its end."""
        return "".join(f"{line}\n" for line in self.lines)

    def _keep(self, raw: str) -> None:
        line = transcript.clean(raw)
        shown = self._prompt.without(line)
        if shown or not line:  # else it was a prompt and nothing else
            redacted, count = redact(shown)
            self.lines.append(redacted)
            self.redactions += count

    def _count(self, lines: int) -> None:
        at = time.monotonic()
        self._recent.append((at, lines))
        self._in_a_while += lines
        while self._recent and at - self._recent[0][0] > _RATE_SECONDS:
            self._in_a_while -= self._recent.popleft()[1]
