"""The catalogue of IKEv2 messages: the data file ``messages_ikev2.tsv`` beside this module, and the look-up in it.

A message is looked up by the first word of its samples; only the few patterns that start with a wildcard are tried on
every line. What no row takes may still be one of the device's many remarks on its own progress (`Checking …`,
`Computing …`): these are understood as such unless they speak of a failure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
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
    r"looking|notify|found|match|perform|prepar|handl|allocat|free|reserv|adjust|purg|clean|final|resum|stor|sav|cop)"
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


@lru_cache(maxsize=8192)
def lookup(text: str) -> Understood | None:
    """What a message says, without tag and prefixes; None when neither the catalogue nor a remark on progress."""
    by_word, anywhere = _index()
    for message in (*by_word.get(_first_word(text), ()), *anywhere):
        found = message.pattern.match(text)
        if found is not None:
            words = {name: value.strip(" .,!;'") for name, value in found.groupdict().items() if value}
            return Understood(message, {**message.fields, **words})
    if _PROGRESS.match(text) and not _TROUBLE.search(text):
        return Understood(_REMARK, {})
    return None


@cache
def _index() -> tuple[dict[str, list[Message]], list[Message]]:
    by_word: dict[str, list[Message]] = defaultdict(list)
    anywhere = []
    for message in catalogue():
        if message.pattern.pattern.startswith("(?:."):
            anywhere.append(message)
            continue
        for word in _unique(map(_first_word, message.samples)):
            by_word[word].append(message)
    return by_word, anywhere


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

    blanks = _FIELD.sub(field, pattern).replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(f"(?:{blanks})", re.IGNORECASE)


def _first_word(text: str) -> str:
    return text.split(None, 1)[0].lower().strip(".,;:[]()'") if text and not text.isspace() else ""


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
