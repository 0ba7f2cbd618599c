"""The lines of a text, without holding them all: a hub's output is megabytes, and a list of its lines twice that.

The text is split chunk by chunk as it is read, and a line that is asked for again is split out of its chunk again.
Blank lines in front of the first line are not there: a section of a larger file is padded with thousands of them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import overload

_CHUNK_CHARACTERS = 1 << 16


class Lines(Sequence[str]):
    """``first`` is the number, in the whole text and from 1, of the first line that is not blank: our line 0."""

    def __init__(self, text: str) -> None:
        body = text.lstrip("\n")
        self.first = len(text) - len(body) + 1
        self._text = body.removesuffix("\n")
        self._begins: list[int] = []  # of each chunk: where in the text
        self._numbers: list[int] = []  # and the index of its first line
        self._length = 0
        self._held: tuple[int, list[str]] = (-1, [])
        self._held_before = self._held
        self._divide()

    def _divide(self) -> None:
        begin, size = 0, len(self._text)
        while begin <= size and size:
            end = self._text.find("\n", begin + _CHUNK_CHARACTERS)
            end = size if end < 0 else end
            self._begins.append(begin)
            self._numbers.append(self._length)
            self._length += self._text.count("\n", begin, end) + 1
            begin = end + 1

    def _chunk(self, number: int) -> list[str]:
        """The two chunks used last are kept: a record can begin in one and end in the next."""
        if self._held[0] != number:
            if self._held_before[0] == number:
                self._held, self._held_before = self._held_before, self._held
            else:
                end = self._begins[number + 1] - 1 if number + 1 < len(self._begins) else len(self._text)
                self._held_before = self._held
                self._held = (number, self._text[self._begins[number] : end].split("\n"))
        return self._held[1]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        for number in range(len(self._begins)):
            yield from self._chunk(number)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._length))]
        index = index + self._length if index < 0 else index
        if not 0 <= index < self._length:
            raise IndexError(index)
        number = bisect_right(self._numbers, index) - 1
        return self._chunk(number)[index - self._numbers[number]]
