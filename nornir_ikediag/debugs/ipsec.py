"""IPSEC entries of `debug crypto ipsec` to events: which SA was begun, and which rules say whom and what it serves.

They carry no peer, time or IKE version; the addresses of the permit rules tell the peer, the encrypt rule the
selectors.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from nornir_ikediag.debugs.catalogue import lookup
from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.debugs.refine import network, number
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

_BODY = re.compile(r"\s*(?P<label>[A-Z][\w /.()-]{0,40}?)\s*:\s*(?P<value>.*)$|\s*(?:Src|Dst) ports\s*$")
_BEGUN = re.compile(r"New embryonic SA created", re.IGNORECASE)
_RULE = re.compile(
    r"New (?P<rule>(?:in|out)bound (?:encrypt|decrypt|permit|tunnel flow)) rule,? SPI:? ?(?P<spi>0x[0-9A-Fa-f]+)",
    re.IGNORECASE,
)
_MAP_CHECK = re.compile(r"Checking crypto map (?P<crypto_map>\S+) (?P<sequence>\d+): (?P<verdict>.*)", re.IGNORECASE)
_NO_MAP = re.compile(r"Error: No crypto map matched", re.IGNORECASE)
_START = re.compile(r"IPSEC[^:]*:\s*")


class IpsecReader:
    """Reads the IPSEC entries of one text, ``source``."""

    def __init__(self, source: str) -> None:
        self.source = source

    def read(self, entry: Entry) -> Sequence[Event]:
        """The events of this entry. Its messages tell the progress of the engine: what is not listed is no event."""
        text = entry.text[_start(entry.text) :]
        fields = self._fields(entry)
        if _BEGUN.match(text):
            return self._events(entry, EventKind.NOTED, "ipsec-embryonic", {
                "spi": number(fields.get("SPI", "")), "direction": fields.get("Direction", "").lower()
            })  # fmt: skip
        rule = _RULE.match(text)
        if rule is not None:
            return self._events(entry, EventKind.NOTED, "ipsec-rule", _rule(rule, fields))
        check = _MAP_CHECK.search(text)
        if check is not None:
            result = "match" if check["verdict"].lower().startswith("matched") else "no-match"
            said = {"crypto_map": check["crypto_map"], "sequence": check["sequence"], "result": result}
            return self._events(entry, EventKind.CRYPTO_MAP_CHECK, "ipsec-map-check", said)
        if _NO_MAP.search(text):
            return self._events(entry, EventKind.CRYPTO_MAP_CHECK, "ipsec-map-check", {"result": "no-match"})
        listed = lookup(entry.text)
        if listed is not None:
            return self._events(entry, listed.message.kind, listed.message.id, listed.fields)
        return ()

    def _fields(self, entry: Entry) -> dict[str, str]:
        """The labelled lines of the body; `Upper` and `Lower` by the ports that they stand under."""
        fields: dict[str, str] = {}
        side = ""
        for line, text in entry.body:
            label, value = _labelled(text)
            if label is None:
                entry.strange = (*entry.strange, line)
            elif label in ("Src ports", "Dst ports"):
                side = label[:4]
            else:
                fields.setdefault(side + label if label in ("Upper", "Lower", "Op") else label, value)
        return fields

    def _events(self, entry: Entry, kind: EventKind, message: str, fields: dict[str, str]) -> Sequence[Event]:
        return (
            Event(
                kind=kind,
                origin=Evidence(self.source, entry.number, entry.line),
                at=entry.at,
                peer=fields.get("peer"),
                message=message,
                fields=fields,
            ),
        )


@lru_cache(maxsize=4096)
def _labelled(text: str) -> tuple[str | None, str]:
    """`Src addr: 10.1.0.0` as label and value; the same rules are printed for every tunnel."""
    found = _BODY.match(text)
    if found is None:
        return None, ""
    return (found["label"], found["value"].strip()) if found["label"] else (text.strip(), "")


def _start(text: str) -> int:
    found = _START.match(text)
    return found.end() if found else 0


def _rule(rule: re.Match[str], fields: dict[str, str]) -> dict[str, str]:
    said = {"rule": rule["rule"].lower(), "spi": number(rule["spi"])}
    for name, side in (("source", "Src"), ("destination", "Dst")):
        address = fields.get(f"{side} addr")
        if address:
            said[name] = network(address, fields.get(f"{side} mask"))
        if fields.get(f"{side} Op", "ignore") != "ignore":
            lower, upper = fields.get(f"{side} Lower", "0"), fields.get(f"{side} Upper", "0")
            said[f"{name}_port"] = lower if lower == upper else f"{lower}-{upper}"
    if fields.get("Use protocol", "false").lower() == "true":
        said["protocol"] = fields.get("Protocol", "0")
    return said
