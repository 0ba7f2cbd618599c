"""When is an answer over? The rule that decides whether one command's output can be taken for another's."""

import time
from typing import Final

from nornir_ikediag.device import transcript
from nornir_ikediag.device.transcript import Prompt

_TAIL: Final = 512  # longer than any prompt
_HEAD: Final = 65_536  # the echo stands in here or nowhere
_POLL_SECONDS: Final = 0.25
_GLUED_QUIET_SECONDS: Final = 0.3
_GLUED_STREAM_SECONDS: Final = 1.0
_UNSURE_QUIET_SECONDS: Final = 2.0
_UNSURE_STREAM_SECONDS: Final = 6.0


class AnswerReader:
    """Collects what arrives after a command and says when it is complete.

    Three ways to be over, the surest first: the echo was seen and the host's prompt stands alone at the end; the echo
    was seen, and a debug line that follows the prompt on its line hides it; the echo is beyond recognition (cut by a
    debug line, repainted at 80 columns), and a prompt is there and nothing more comes. ``prompt`` None: the host's is
    not known yet.
    """

    def __init__(self, command: str, prompt: Prompt | None) -> None:
        self.seen: str | None = None  # the prompt that ended it
        self._command = command
        self._prompt = prompt
        self._chunks: list[str] = []
        self._head = ""
        self._tail = ""
        self._echoed_at: float | None = None
        self._begun = time.monotonic()

    def take(self, chunk: str) -> None:
        """A further piece."""
        self._chunks.append(chunk)
        self._tail = (self._tail + chunk)[-_TAIL:]
        if self._echoed_at is None and len(self._head) < _HEAD:
            self._head += chunk
            end = transcript.echoed(self._head, self._command)
            if end >= 0:
                self._echoed_at = time.monotonic()
                self._tail = "\n" + self._head[end:][-_TAIL:]

    def waits_at_pager(self) -> bool:
        """Whether the device waits for a key. Asked once for each page."""
        if not transcript.waits_at_pager(self._tail):
            return False
        self._tail = "\n"
        return True

    def over(self, quiet_seconds: float) -> bool:
        """Whether the answer is complete, after so long without a byte."""
        self.seen = self._at_end()
        if self.seen is not None and self._echoed_at is not None:
            return True
        running = time.monotonic() - (self._echoed_at or self._begun)
        if self._echoed_at is not None:
            unheard = quiet_seconds < _GLUED_QUIET_SECONDS and running < _GLUED_STREAM_SECONDS
        else:
            unheard = quiet_seconds < _UNSURE_QUIET_SECONDS and running < _UNSURE_STREAM_SECONDS
        if unheard or self._prompt is None:
            return False
        self.seen = self.seen or self._prompt.anywhere_in(self._after_echo())
        return self.seen is not None

    def wait_seconds(self) -> float:
        """How long to listen before asking :meth:`over` again."""
        return _POLL_SECONDS

    def text(self) -> str:
        """All of it, raw."""
        return "".join(self._chunks)

    def _at_end(self) -> str | None:
        return self._prompt.at_end_of(self._tail) if self._prompt else transcript.any_prompt(self._tail)

    def _after_echo(self) -> str:
        raw = self.text()
        if self._echoed_at is None:
            return raw[-_HEAD:]
        return "\n" + raw[max(transcript.echoed(self._head, self._command), 0) :][-_HEAD:]
