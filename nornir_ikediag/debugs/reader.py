"""Text of a log in, typed events out: framing, then the sub-reader of each entry's tag, then the count of lines.

Sub-readers (see :mod:`.entry`): ``ikev1.Ikev1Reader`` for [IKEv1 …] tags and bare text, ``ikev2.Ikev2Reader`` for
IKEv2-PROTO and -PLAT and syslog 750xxx/751xxx, ``ipsec.IpsecReader`` for IPSEC blocks, ``syslog.SyslogReader`` for other
syslog, ``vpn_client.ClientReader`` for client records. A module that is not there yet is simply not asked.
"""

from collections.abc import Sequence

from nornir_ikediag.debugs.framing import Framer
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import SourceFacts


class LogReader:
    """Reads one text. ``source`` names it in evidence; ``year`` is assumed for lines that carry none."""

    def __init__(self, source: str, *, year: int | None = None) -> None:
        self.source = source
        self._framer = Framer(year)
        self._lines = 0
        self._unread = 0
        self._quoted: list[Evidence] = []

    def feed(self, number: int, line: str) -> list[Event]:
        """The events of the entries that this line completes."""
        return []

    def close(self) -> list[Event]:
        """The events of the entry that the text ends in."""
        return []

    def facts(self) -> SourceFacts:
        """How many lines there were, how many nobody understood, and the first of those."""
        return SourceFacts(
            name=self.source, kind="debug", lines=self._lines, unread=self._unread, quoted=tuple(self._quoted)
        )


def is_log_line(line: str) -> bool:
    """Whether this line begins a log message, also behind a prompt."""
    return False


def looks_like_log(lines: Sequence[str]) -> bool:
    """Whether a text that begins with these lines is a log."""
    return any(map(is_log_line, lines))
