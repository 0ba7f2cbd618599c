"""An answer that many causes need of the same tunnel, or of the same device, worked out once."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Subject = TypeVar("_Subject")
_Answer = TypeVar("_Answer")


def once_per_subject(function: Callable[[_Subject], _Answer]) -> Callable[[_Subject], _Answer]:
    """The same function, which remembers its answer for the subject that it was last asked about: every cause asks
    about the same one in turn. One reference that is replaced as a whole, so threads at worst compute twice."""
    latest: list[tuple[_Subject, _Answer]] = []

    @wraps(function)
    def remembered(subject: _Subject) -> _Answer:
        held = latest[:]
        if held and held[0][0] is subject:
            return held[0][1]
        answer = function(subject)
        latest[:] = [(subject, answer)]
        return answer

    return remembered
