"""Physical lines to entries: which line begins a message, which goes on with the one before.

:class:`Framer` takes lines one at a time and hands back every entry that is complete (see :mod:`.entry`).
"""

from nornir_ikediag.debugs.entry import Entry


class Framer:
    """One text. ``year`` is that of the lines that carry none."""

    def __init__(self, year: int | None = None) -> None:
        self.year = year

    def feed(self, number: int, line: str) -> list[Entry]:
        """The entries that this line completes, oldest first."""
        return []

    def close(self) -> list[Entry]:
        """The entry that the text ends in."""
        return []
