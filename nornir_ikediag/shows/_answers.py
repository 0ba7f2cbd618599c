"""What came instead of output: nothing, or a refusal. Never mistaken for "there is none"."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

_REFUSED = re.compile(
    r"^\s*(?:ERROR:\s*)?(?:% ?(?:Invalid input|(?:Incomplete|Ambiguous|Unrecognized|Unknown) command)"
    r"|Command authorization failed|Command not valid|This command is not (?:supported|available|permitted)"
    r"|ERROR: Command (?:not valid|authorization)|ERROR: .*not (?:authorized|supported))",
    re.IGNORECASE,
)
_ERROR = re.compile(r"^\s*(?:ERROR:|% ?Error)", re.IGNORECASE)
_MARKER = re.compile(r"^\s*\^\s*$")
_MORE = re.compile(r"<--- More --->\s*$")


class Instead(msgspec.Struct, frozen=True):
    """What stands in place of output, and the sentence that says so."""

    kind: Literal["empty", "refused", "error", "paged"]
    problem: str
    line: int = 0


def instead_of_output(lines: Sequence[str], unread: Sequence[int], *, nothing_read: bool) -> Instead | None:
    """The answer that these lines are instead of output, or None. Lines count from 1.

    An error message counts wherever it stands: behind rows it says that more would have come.
    """
    if not any(line and not line.isspace() for line in lines):
        return Instead("empty", "the output is empty: not even a line that says that there is none")
    for number in unread:
        line = lines[number - 1]
        if _REFUSED.match(line):
            return Instead("refused", f"the device refused the command (line {number})", number)
        if _ERROR.match(line):
            where = "instead of output" if nothing_read else "in the middle of the output"
            return Instead("error", f"the device printed an error message {where} (line {number})", number)
    last = next(number for number in range(len(lines), 0, -1) if lines[number - 1].strip())
    if _MORE.search(lines[last - 1]):
        return Instead("paged", f"the output stops at the pager (line {last})", last)
    return None


def is_marker(line: str) -> bool:
    """Whether this is the caret under a refused command."""
    return bool(_MARKER.match(line))
