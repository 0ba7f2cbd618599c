"""The catalogue of IKEv1, IPSEC, AAA and address messages: the data file ``messages_ikev1.tsv`` and the look-up in it.

A pattern is written almost as the device prints the message, and everything in it is literal except:

* a blank stands for a run of blanks, and a comma before one is optional; case does not matter;
* ``<name>`` captures one word, by the rule of its name; ``<name+>`` any words; ``<name)>`` all up to the ``)``, and
  likewise for other characters; ``<name:rule>`` by a regular expression of its own; a name that begins with ``_`` is
  not kept;
* ``{a|b|}`` is a choice.

A pattern matches from the start of a message (prefix fields taken off) and need not reach its end, because releases add
words there. Patterns are looked up by the first letters of the message, so few are tried on a line, and what was looked
up once is remembered: a log repeats itself.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files

import msgspec

from nornir_ikediag.debugs.marks import LONGEST
from nornir_ikediag.debugs.memo import Memo
from nornir_ikediag.debugs.refine import refined
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.sa import IkeVersion

_WORD = r"[^\s,;]+"
_HEX = r"(?:0x)?[0-9A-Fa-f]+"
_ADDRESS = r"[^\s,;()!]+"
_RULES = {
    **dict.fromkeys(("spi", "spi_in", "spi_out", "message_id"), _HEX),
    **dict.fromkeys(
        ("ip", "peer", "address", "local", "remote", "source", "destination", "server", "user_ip"), _ADDRESS
    ),
    **dict.fromkeys(("first", "last", "one", "other", "local_proxy", "remote_proxy"), _ADDRESS),
    **dict.fromkeys(("number", "limit", "mtu", "policy", "proposal", "transform", "sequence", "tunnel_count"), r"\d+"),
    **dict.fromkeys(("before", "after"), r"[\w./-]+"),
    "n": r"[^\s,;)\]]+",
    "w": _WORD,
    "phase": r"[12]",
    "role": r"initiator|responder",
    "type": r"[^\s,;()]+",
}
_VERSIONS: dict[str, IkeVersion | None] = {"1": 1, "2": 2}
# AAA, address assignment, certificates and the data path serve both versions.
_OF_EITHER_VERSION = ("113", "710", "737", "717", "402", "602", "316", "752")
_PLACEHOLDER = re.compile(r"<(?P<name>\w+)(?P<until>[^\w>:]?)(?::(?P<rule>[^>]*))?>")
_TOKEN = re.compile(r"(?P<blank>,?\s+)|(?P<open>\{)|(?P<close>\})|(?P<or>\|)|(?P<other>.)", re.DOTALL)
_LETTERS = re.compile(r"[a-z']+", re.IGNORECASE)
_IDS = frozenset({"spi", "spi_in", "spi_out", "message_id", "sequence"})
_MOST_REMEMBERED = 8192
_START = 24  # so much of a text's beginning tells which messages it may be
# Remarks from which the replay learns something: whose SA payload is read, our role, an address, an SA of the engine.
_REMARKS_THAT_COUNT = frozenset(
    {"processing-sa", "keys", "address", "xauth-reply", "cfg-request", "phase1-starts", "phase2-starts"}
    | {"sa-created", "sa-deleted", "proxies"}
)


@dataclass(frozen=True, eq=False)
class Message:
    """One row: ``trust`` is the provenance of the sample, ``fields`` those that are the same in every such message."""

    id: str
    trust: str
    kind: EventKind
    fields: dict[str, str]
    text: str
    sample: str
    begins: tuple[str, ...] = ()  # how most of them begin, in lower case: what is tried first
    ike_version: IkeVersion | None = 1

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches such a message; few of them are ever asked for in one log."""
        return re.compile(_compiled(self.text), re.IGNORECASE)

    @cached_property
    def is_numbered(self) -> bool:
        """Whether it bears an id that no other message bears, so that it hardly comes again."""
        return not _IDS.isdisjoint(self.pattern.groupindex)


class Understood(msgspec.Struct, frozen=True, gc=False):
    """A message and what it says. The fields are shared between events: nobody changes them. ``silent``: it is a remark
    from which nothing follows."""

    message: Message
    fields: dict[str, str]
    silent: bool = False


@cache
def catalogue() -> tuple[Message, ...]:
    """All messages, in the order of the file."""
    text = (files(__package__) / "messages_ikev1.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(_message(row) for row in rows[1:])


def lookup(text: str) -> Understood | None:
    """What the message says, or None where no row matches."""
    known = _remembered.get(text, _UNKNOWN)
    if known is not _UNKNOWN:
        return known
    found = _look_up(text[:LONGEST])
    if found is None or not found.message.is_numbered:
        _remembered[text] = found
    if found is not None and found.silent:
        if len(SILENT) >= _MOST_REMEMBERED:
            SILENT.clear()
        SILENT.add(text)
    return found


def by_syslog_id(syslog_id: str) -> Understood | None:
    """What a message with this id means, where its words are not those of any release that we know."""
    message = _index()[1].get(syslog_id)
    return Understood(message, message.fields) if message else None


_UNKNOWN = Understood(Message("", "", EventKind.NOTED, {}, "", ""), {})
_remembered = Memo[Understood | None](_MOST_REMEMBERED)
SILENT: set[str] = set()  # texts from which nothing follows


def _look_up(text: str) -> Understood | None:
    start = text[:_START].lower()
    for message in _beginning_like(start):
        if (found := message.pattern.match(text)) is not None:
            return _understood(message, found)
    by_letters, _ = _index()
    for message in (*by_letters.get(_letters(text), ()), *by_letters.get("*", ())):
        if (found := message.pattern.match(text)) is not None:
            return _understood(message, found)
    return None


@lru_cache(maxsize=_MOST_REMEMBERED)
def _beginning_like(start: str) -> tuple[Message, ...]:
    """The messages that may begin a text with this start, in the order of the file."""
    same_letters = _index()[0].get(_letters(start), ())
    return tuple(one for one in same_letters if any(start.startswith(begin[:_START]) for begin in one.begins))


def _understood(message: Message, found: re.Match[str]) -> Understood:
    fields = refined(message.kind, message.fields, found)
    remark = message.kind is EventKind.NOTED and fields.get("what") not in _REMARKS_THAT_COUNT
    return Understood(message, fields, remark)


@cache
def _index() -> tuple[dict[str, list[Message]], dict[str, Message]]:
    by_letters: dict[str, list[Message]] = defaultdict(list)
    by_id: dict[str, Message] = {}
    for message in catalogue():
        for letters in _first_letters(message.text):
            by_letters[letters].append(message)
        if message.id.isdigit() and message.id not in _CATCH_ALL:
            by_id[message.id] = message
    return dict(by_letters), by_id


_CATCH_ALL = frozenset(("713900", "713901", "713902", "713903", "713904", "713905", "713906", "714001", "715001"))


def _first_letters(text: str) -> list[str]:
    """The letters that such a message can begin with; ``*`` where that is anything."""
    return list(dict.fromkeys("*" if start.startswith("<") else _letters(start) for start in _starts(text)))


def _starts(text: str) -> list[str]:
    """The text with each choice that it may begin with."""
    if not text.startswith("{"):
        return [text]
    inside, _, rest = text[1:].partition("}")
    return [choice + rest for choice in inside.split("|")]


def _letters(text: str) -> str:
    found = _LETTERS.match(text)
    return found[0].lower() if found else ""


def _message(row: list[str]) -> Message:
    id_, trust, kind, fields, text, sample = row
    fixed = dict(pair.split("=", 1) for pair in fields.split(";") if pair)
    version = _VERSIONS.get(fixed.get("version", ""), None if id_.startswith(_OF_EITHER_VERSION) else 1)
    begins = tuple(re.split("[<{,]", start, maxsplit=1)[0].lower() for start in _starts(text))
    return Message(id_, trust, EventKind(kind), fixed, text, sample, begins, version)


def _compiled(text: str) -> str:
    text = text.rstrip(" .!,")
    parts = []
    position = 0
    for placeholder in _PLACEHOLDER.finditer(text):
        parts.append(_literal(text[position : placeholder.start()]))
        position = placeholder.end()
        parts.append(_captured(placeholder, at_end=position == len(text)))
    parts.append(_literal(text[position:]))
    return "".join(parts)


def _literal(text: str) -> str:
    parts = []
    for token in _TOKEN.finditer(text):
        if token["blank"]:
            parts.append(r"(?:\s*+,)?\s++" if token["blank"][0] == "," else r"\s++")
        else:
            parts.append({"{": "(?:", "}": ")", "|": "|"}.get(token[0]) or re.escape(token[0]))
    return "".join(parts)


def _captured(placeholder: re.Match[str], *, at_end: bool) -> str:
    name, until, rule = placeholder.group("name", "until", "rule")
    plain = name.lstrip("_")
    if rule is None:
        if until == "+":
            rule = ".+" if at_end else ".+?"
        elif until:
            rule = f"[^{re.escape(until)}]*"
        else:
            rule = _RULES.get(plain, _WORD)
    return f"(?:{rule})" if name.startswith("_") else f"(?P<{name}>{rule})"
