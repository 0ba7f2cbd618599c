"""The catalogue of IKEv2 messages: the data file ``messages_ikev2.tsv`` beside this module, and the look-up in it.

A message is looked up by its first two letters; only the few patterns that may begin with anything are tried on every
line. What no row takes may still be one of the device's many remarks on its own progress (`Checking …`,
`Computing …`): these are understood as such unless they speak of a failure.
"""

import re
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from nornir_ikediag.model.event import EventKind

_FIELDS = {
    "peer": r"[\[\]\w.:-]*[\]\w]", "local": r".+?", "remote": r".+?", "spi": r"(?:0x)?[0-9A-Fa-f]+",
    "spi_i": r"(?:0x)?[0-9A-Fa-f]+", "spi_r": r"(?:0x)?[0-9A-Fa-f]+", "sequence": r"\d+", "group": r"\d+",
    "wanted": r"\d+", "peer_port": r"\d+", "limit": r"\d+", "lifetime_seconds": r"\d+", "version": r"\d",
    "reason": r".+", "how": r".+", "value": r"[^';]+", "type": r"[^']+", "status": r".+", "ike": r"[^)]+",
    "esp": r"[^)]+", "algorithm": r"[^)]+", "phase1_id": r"\S+", "peer_text": r"\S+", "name": r".+?",
}  # fmt: skip
# A field at the very end of a pattern is read to the end of the message, whatever it is elsewhere.
_AT_END = {"name": r"\S.*", "local": r".+", "remote": r".+"}
_FIELD = re.compile(r"(?<!\?P)<(\w+)>")
_PROGRESS = re.compile(
    r"(?:re)?(?:check|get|set|comput|generat|process|construct|build|start|stop|insert|request|complet|use|using|open|"
    r"clos|action|pars|verif|search|initializ|load|send|receiv|creat|determin|retriev|schedul|cancel|skip|add|remov|"
    r"delet|queu|calculat|establish|beginning|wait|updat|validat|proposing|select|encrypt|decrypt|attempting|asking|"
    r"looking|notify|found|match|perform|prepar|handl|allocat|free|reserv|adjust|purg|clean|final|resum|stor|sav|cop|sent|decid)"
    r"[a-z]*\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"fail|error|invalid|unable|cannot|can't|reject|denied|deny|mismatch|\bnot? (?!required|needed|configured)|"
    r"unsupported|unacceptable|refus|drop|exceed|expir|time(?:d )?out|missing|bad\b|abort|wrong|unexpected|doesn't",
    re.IGNORECASE,
)


class Message(NamedTuple):
    """One row. ``samples`` are lines that it matches."""

    id: str
    trust: str
    kind: EventKind
    fields: dict[str, str]
    pattern: re.Pattern[str]
    samples: tuple[str, ...]


class Understood(NamedTuple):
    """A message and what its words say."""

    message: Message
    fields: dict[str, str]


_REMARK = Message("remark", "documented", EventKind.NOTED, {}, _PROGRESS, ("Checking NAT discovery",))


@cache
def catalogue() -> tuple[Message, ...]:
    """All messages, in the order of the file."""
    text = (files(__package__) / "messages_ikev2.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(map(_message, rows[1:]))


def lookup(text: str) -> Understood | None:
    """What a message says, without tag and prefixes; None when neither the catalogue nor a remark on progress."""
    by_letters, anywhere = _index()
    for message in by_letters.get(_letters(text), anywhere):
        found = message.pattern.match(text)
        if found is not None:
            words = {name: value.strip(" .,!;'") for name, value in found.groupdict().items() if value}
            return Understood(message, {**message.fields, **words})
    if _PROGRESS.match(text) and not _TROUBLE.search(text):
        return Understood(_REMARK, {})
    return None


@cache
def _index() -> tuple[dict[str, tuple[Message, ...]], tuple[Message, ...]]:
    """The messages by the letters that they can begin with, those that may begin with anything among each, in order."""
    letters = {message.id: _beginnings(message.pattern.pattern) for message in catalogue()}
    anywhere = tuple(message for message in catalogue() if "*" in letters[message.id])
    by_letters: dict[str, list[Message]] = defaultdict(list)
    for start in set().union(*letters.values()) - {"*"}:
        by_letters[start] = [one for one in catalogue() if letters[one.id] & {start, "*"}]
    return {start: tuple(messages) for start, messages in by_letters.items()}, anywhere


def _beginnings(pattern: str) -> frozenset[str]:
    """The first two letters of what the pattern matches, for each of its alternatives; ``*`` where that is anything."""
    found: set[str] = set()
    for branch in _branches(pattern):
        literal = re.match(r"(?:\\[\[(s][*+]{0,2}|:\??)*([A-Za-z]{2})(?![?*])", branch)
        if literal is not None:
            found.add(literal[1].lower())
        elif branch.startswith("(?:"):
            end = _closing(branch)
            rest = branch[end + 1 :]
            inside = [one + rest.lstrip("?") for one in _branches(branch[3:end])]
            found.update(*map(_beginnings, inside), _beginnings(rest[1:]) if rest.startswith("?") else ())
        else:
            found.add("*")
    return frozenset(found)


def _branches(pattern: str) -> list[str]:
    """The alternatives of a pattern outside all parentheses."""
    branches, depth, escaped = [""], 0, False
    for character in pattern:
        if character == "|" and depth == 0 and not escaped:
            branches.append("")
            continue
        depth += 0 if escaped else {"(": 1, ")": -1}.get(character, 0)
        escaped = character == "\\" and not escaped
        branches[-1] += character
    return branches


def _closing(pattern: str) -> int:
    """Where the parenthesis closes that the pattern begins with."""
    depth, escaped = 0, False
    for position, character in enumerate(pattern):
        depth += 0 if escaped else {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return position
        escaped = character == "\\" and not escaped
    return len(pattern) - 1


def _message(row: list[str]) -> Message:
    id_, trust, kind, fields, pattern, samples = row
    fixed = dict(pair.split("=", 1) for pair in fields.split(";") if pair)
    return Message(id_, trust, EventKind(kind), fixed, _compiled(pattern), tuple(samples.split(" || ")))


def _compiled(pattern: str) -> re.Pattern[str]:
    def field(found: re.Match[str]) -> str:
        name = found[1]
        rule = _FIELDS.get(name, r"[^\s,;]+")
        if found.end() == len(pattern):
            rule = _AT_END.get(name, rule)
        return f"(?P<{name}>{rule})"

    blanks = _FIELD.sub(field, pattern).replace(" ?", r"\s*+").replace(" ", r"\s++")
    return re.compile(f"(?:{blanks})", re.IGNORECASE)


def _letters(text: str) -> str:
    return text.lstrip("[:( ")[:2].lower()
