"""What a terminal shows, taken apart: prompts, the echo of what was typed, pager remains. Text in, text out.

The prompt of an ASA is one word and ``#`` or ``>``, and it changes within a session: `fw1/pri/act#` becomes
`fw1/pri/stby#` on failover, `changeto` puts a context in. What stays is the host name, one of the parts between the
slashes. A debug line can follow a prompt on its line, stand between the prompt and the echo of a command, or cut the
echo in two; a command longer than the line (80 columns) is echoed in pieces or repainted behind ``<``.
"""

import re
from typing import Final

_ANY_PROMPT: Final = re.compile(r"(?:\A|[\r\n])([^\s#>]+)([#>]) ?\Z")
_ROLES: Final = frozenset(
    {"pri", "sec", "act", "stby", "actNoFailover", "stbyNoFailover", "master", "slave", "control"}
)
_PAGER: Final = re.compile(r"<--- More --->[\r ]*")
_MORE_AT_END: Final = re.compile(r"<--- More --->\s*\Z")
_QUESTION: Final = re.compile(r"(?:\A|[\r\n])[^\r\n]*?(username|password): ?\**\Z", re.IGNORECASE)
_LINE_ENDS: Final = re.compile(r"\r*\n\r*")
_NOISE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x00| ?\x08")
_REFUSED: Final = re.compile(
    r"^\s*(?:ERROR: )?(?:% ?(?:Invalid input|Incomplete command|Ambiguous command|Unrecognized command|Type help)"
    r"|Command authorization failed|Command not valid in current execution space|Command requires)",
    re.IGNORECASE | re.MULTILINE,
)
_UNAUTHORIZED: Final = re.compile(r"^\s*(?:ERROR: )?Command authorization failed", re.IGNORECASE | re.MULTILINE)
_LONGEST_REFUSAL: Final = 400


class Prompt:
    """How this host prompts. ``text`` is the prompt as it was last seen."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts = text.rstrip("#> ").split("(")[0].split("/")
        self.host = next((part for part in parts if part not in _ROLES), parts[0])
        # The parts stand in the order of the `prompt` command, which need not begin with the host name.
        self._words = rf"(?:[^\s#>/]+/)*{re.escape(self.host)}(?:[/(|][^\s#>]*)?[#>]"
        self._at_end = re.compile(rf"(?:\A|[\r\n])({self._words}) ?\Z")
        self._glued = re.compile(rf"(?:\A|[\r\n])({self._words})(?=[ \r\n]|\Z)")
        self._in_front = re.compile(rf"{self._words} ?")

    @property
    def privileged(self) -> bool:
        """Whether it ended in ``#``."""
        return self.text.endswith("#")

    def at_end_of(self, tail: str) -> str | None:
        """The prompt that the text ends in, alone on its line; None if it does not."""
        match = self._at_end.search(tail)
        return match[1] if match else None

    def anywhere_in(self, text: str) -> str | None:
        """The last prompt at the beginning of a line, whatever follows it there."""
        found = self._glued.findall(text)
        return str(found[-1]) if found else None

    def without(self, line: str) -> str:
        """The line without the prompts in front of it."""
        while match := self._in_front.match(line):
            line = line[match.end() :]
        return line


def any_prompt(tail: str) -> str | None:
    """What looks like a prompt at the end of the text, when the host's own is not known yet."""
    match = _ANY_PROMPT.search(tail)
    return match[1] + match[2] if match else None


def question(tail: str) -> str | None:
    """`username` or `password` when the text ends in that question."""
    match = _QUESTION.search(tail)
    return match[1].lower() if match else None


def waits_at_pager(tail: str) -> bool:
    """Whether the device waits for a key at `<--- More --->`."""
    return bool(_MORE_AT_END.search(tail))


def refused(text: str, *, among_debugs: bool = False) -> bool:
    """Whether this is a refusal instead of output: wrong syntax on this release, or not authorized.

    ``among_debugs``: the command prints nothing of its own, so that all else in the text is debugging that was on.
    """
    return (among_debugs or len(text) < _LONGEST_REFUSAL) and bool(_REFUSED.search(text))


def unauthorized(text: str) -> bool:
    """Whether the refusal is one of command authorization."""
    return refused(text) and bool(_UNAUTHORIZED.search(text))


def clean(raw: str) -> str:
    """The text with ``\\n`` as line end, without pager remains, repainting and escape sequences."""
    text = _NOISE.sub("", _PAGER.sub("", raw))
    return _LINE_ENDS.sub("\n", text).replace("\r", "")


def squeezed(text: str) -> str:
    """Without blanks and line ends: an echo is recognised however it was wrapped."""
    return "".join(text.split())


def echoed(raw: str, command: str) -> int:
    """Where the echo of the command and its line end are over; -1 while they are not."""
    if whole := re.search(re.escape(command) + r"[ \r]*\n", raw):
        return whole.end()
    wanted = squeezed(command)
    position = 0
    for end in re.finditer(r"\n", raw[:4096]):
        position = end.end()
        if _is_echo(squeezed(_NOISE.sub("", raw[:position])), wanted):
            return position
    return -1


def body(raw: str, command: str, prompt: Prompt) -> str:
    """What the device said to the command: the text without echo, pager remains and prompts.

    A line that was written between prompt and echo, or glued behind a prompt, is kept where it is.
    """
    lines = clean(raw).removesuffix("\n").split("\n")
    kept = []
    for line in _without_echo(lines, command, prompt):
        stripped = prompt.without(line)
        if stripped or stripped == line:
            kept.append(stripped)
    return "".join(f"{line}\n" for line in kept)


def _without_echo(lines: list[str], command: str, prompt: Prompt) -> list[str]:
    for number, line in enumerate(lines):
        if line.rstrip().endswith(command):
            before = prompt.without(line.rstrip().removesuffix(command))
            return [*lines[:number], *([before] if before.strip() else []), *lines[number + 1 :]]
    wanted, pieces = squeezed(command), ""
    for number, line in enumerate(lines[:8]):
        pieces += squeezed(prompt.without(line))
        if _is_echo(pieces, wanted):
            return lines[number + 1 :]
    return lines


def _is_echo(shown: str, wanted: str) -> bool:
    """Whether this is the command, without blanks: whole, or its end behind the sign of a line moved to the left."""
    if shown.endswith(wanted):
        return True
    visible = re.search(r"[<$]([^<$]{4,})\Z", shown)
    return visible is not None and wanted.endswith(visible[1])
