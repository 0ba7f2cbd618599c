"""How somebody else broke the lines of a log: a terminal of fixed width, or a mail program between words.

Theory. A terminal cuts at its width, in the middle of a word if need be, so that the longest lines have all the same
length. A mail program breaks before the word that would not fit any more: then every line that is followed by a
further piece is shorter than the longest, and the first word of that piece would have made it longer. Whoever reads
the first lines of a text can tell; where nobody can, framing still knows the 80 columns of a terminal.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

LOOK_AT = 400  # lines
NARROWEST, _WIDEST = 60, 250
_FEWEST = 3


class Wrapping(NamedTuple):
    """The width, and whether lines were broken between words."""

    width: int
    by_words: bool

    def goes_on(self, width_before: int, text: str) -> bool:
        """Whether this text, which begins no message, is cut off the line before, which was so wide."""
        if self.by_words:
            return bool(text.split()) and width_before + 1 + len(text.split(maxsplit=1)[0]) > self.width
        # a blank at the margin is often lost: the line before is then one short
        return width_before == self.width or (width_before + 1 == self.width and text[0] != " ")

    def lost_blank(self, width_before: int) -> bool:
        """Whether a blank was lost where the line was cut."""
        return self.by_words or width_before + 1 == self.width


class Widths:
    """How wide the lines of a text are, of which nobody could tell from the first ones how it was wrapped."""

    def __init__(self) -> None:
        self._widest = self._full_lines = 0

    def look_at(self, lines: Sequence[str]) -> None:
        """The next lines."""
        widths = list(map(len, lines))
        widest = max(widths, default=0)
        if widest > self._widest:
            self._widest, self._full_lines = widest, 0
        if widest == self._widest:
            self._full_lines += widths.count(widest)

    def are_cut_at(self, width: int) -> bool:
        """Whether so many of them are exactly so wide, and none is wider, that a terminal must have cut them."""
        return width == self._widest >= NARROWEST and self._full_lines >= _FEWEST


TERMINAL = Wrapping(80, by_words=False)


def wrapping_of(lines: Sequence[str], begins: Callable[[str], bool]) -> Wrapping | None:
    """How the text that begins with these lines was wrapped, if it was; ``begins`` tells lines that begin a message."""
    widest = max((len(line) for line in lines), default=0)
    if not NARROWEST <= widest <= _WIDEST:
        return None
    pairs = [
        (len(line), following.lstrip("> "))  # quoted by a mail program
        for line, following in pairwise(lines)
        if line.strip() and following.strip() and not begins(following)
    ]
    full = sum(len(line) == widest for line in lines)
    cut = sum(width == widest for width, _ in pairs)
    words = Wrapping(widest, by_words=True)
    fitting = sum(words.goes_on(width, following) for width, following in pairs)
    ragged = sum(width < widest - 1 and words.goes_on(width, following) for width, following in pairs)
    if full >= _FEWEST and cut * 2 > full and cut > 3 * ragged:
        return Wrapping(widest, by_words=False)
    return words if fitting >= _FEWEST and fitting * 4 >= len(pairs) * 3 else None
