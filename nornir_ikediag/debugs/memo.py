"""What a log has said before, so that it is worked out once."""

from typing import TypeVar

Value = TypeVar("Value")
_LONGEST = 1024  # characters; a longer text hardly comes again, and many of them would fill the memory


class Memo(dict[str, Value]):
    """By text, what it came to. It begins anew when it holds ``most``, so that no log makes it grow without end.

    Threads may share one: at worst a thing is worked out once more.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, text: str, value: Value) -> None:
        if len(text) > _LONGEST:
            return
        if len(self) >= self._most:
            self.clear()
        super().__setitem__(text, value)
