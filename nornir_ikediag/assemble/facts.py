"""What the texts say about the device itself, merged into DeviceFacts: a later text wins, lists are joined.

Only what was read to its end counts as known; the absence of something proves nothing elsewhere.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from nornir_ikediag.assemble.route_based import on_tunnel_interfaces
from nornir_ikediag.assemble.texts import ShowText, Texts
from nornir_ikediag.capture import Capture
from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.facts import DeviceFacts

_LISTED_BY = {"interfaces": "name", "routes": "destination"}
_FIELDS = frozenset(DeviceFacts.__struct_fields__)


def device_facts(capture: Capture, texts: Texts) -> DeviceFacts:
    """All that is known of the device except its tunnels."""
    fields: dict[str, Any] = {
        "name": capture.name,
        "host": capture.host,
        "status": capture.status,
        "problem": capture.problem,
        "problem_cause": capture.problem_cause,
        "software": capture.release,
        "context": capture.context,
        "collected_at": capture.collected_at,
        "clock_year_assumed": texts.clock_year_assumed,
        "sources": texts.sources,
        "windows": capture.windows,
        "configuration": _configuration(texts.shows),
        "statistics": {name: value for text in texts.shows for name, value in text.reading.statistics.items()},
        "knows": known_stems(texts.shows),
    }
    if capture.role is not None and capture.role in ("active", "standby", "standalone", "control", "data"):
        fields["role"] = capture.role
    for text in texts.shows:
        _merge(fields, text.reading.device)
    if fields.get("clock_offset_seconds") is None:
        fields["clock_offset_seconds"] = _clock_offset(capture)
    return DeviceFacts(**fields)


def known_stems(texts: Sequence[ShowText]) -> frozenset[str]:
    """The layouts that were read to their end, every time they were asked for in their last round."""
    whole: dict[str, tuple[int, bool]] = {}
    for text in texts:
        if text.reading.stem is None:
            continue
        facts, turn = text.reading.facts, text.source.round
        earlier_turn, earlier = whole.get(text.reading.stem, (-1, True))
        answered = facts.complete and not facts.refused
        whole[text.reading.stem] = (turn, answered and (earlier or turn > earlier_turn))
    return frozenset(stem for stem, (_, complete) in whole.items() if complete)


def _merge(fields: dict[str, Any], said: dict[str, Any]) -> None:
    for name, value in said.items():
        if name not in _FIELDS or value is None:
            continue
        if name in _LISTED_BY:
            by = _LISTED_BY[name]
            new = {getattr(one, by) for one in value}
            kept = tuple(one for one in fields.get(name, ()) if getattr(one, by) not in new)
            fields[name] = kept + tuple(value)
        elif name == "statistics":
            fields[name] = fields.get(name, {}) | value
        elif not (value == "unknown" and fields.get(name)):
            fields[name] = value


def _configuration(texts: Iterable[ShowText]) -> Configuration | None:
    """The parts joined. The same line read twice (before and after a window, or in two sections) counts once."""
    parts = [text.reading.configuration for text in texts if text.reading.configuration is not None]
    if not parts:
        return None
    joined: dict[str, Any] = {}
    for name in Configuration.__struct_fields__:
        values = [getattr(part, name) for part in parts]
        if name == "complete":
            joined[name] = frozenset().union(*values)
        elif isinstance(values[0], tuple):
            joined[name] = _joined(one for value in values for one in value)
        else:
            joined[name] = next((value for value in reversed(values) if value is not None), None)
    joined["crypto_maps"] = tuple(on_tunnel_interfaces(joined["crypto_maps"], joined["tunnel_interfaces"]))
    return Configuration(**joined)


def _joined(members: Iterable[Any]) -> tuple[Any, ...]:
    kept: dict[Any, Any] = {}
    for member in members:
        key = _identity(member)
        if key not in kept or len(getattr(member, "lines", ())) > len(getattr(kept[key], "lines", ())):
            kept[key] = member
    return tuple(kept.values())


def _identity(member: Any) -> tuple[Any, ...]:
    """What makes two members the same thing: their key in the configuration, not where they were read."""
    if isinstance(member, tuple):
        return member[:2]
    names = ("ike_version", "kind", "name", "number", "sequence", "permit", "protocol", "local", "remote")
    own = tuple(getattr(member, name, None) for name in names)
    is_line = hasattr(member, "permit")
    return (type(member).__name__, *own, member.origin.text.strip() if is_line else "")


def _clock_offset(capture: Capture) -> int | None:
    """The device's clock minus ours, where `show clock` was answered in the form `14:02:11.123 UTC Tue Mar 3 2026`."""
    if not capture.device_clock or capture.collected_at is None:
        return None
    words = capture.device_clock.replace("*", "").replace(".", " ", 1).split()
    if len(words) < 6 or not words[1].isdigit():
        return None
    try:
        said = datetime.strptime(" ".join([words[0], *words[-3:]]), "%H:%M:%S %b %d %Y")
    except ValueError:
        return None
    if words[2] not in ("UTC", "GMT"):
        return None
    ours = capture.collected_at
    utc = ours.replace(tzinfo=None) - (ours.utcoffset() or timedelta())
    return round((said - utc).total_seconds())
