"""One log in every clothing that logs come in: always the same negotiations, and no line unread."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.protocol import Replay

HERE = Path(__file__).parent
LOGS = {
    path.stem: path.read_text()
    for path in (HERE / "seed" / "asa-debug.log", *sorted((HERE.parent / "protocol" / "ikev1").glob("*.log")))
    if path.stem != "syslog-severity-5"
}
_LINE = re.compile(r"(?P<time>[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d) \[(?P<tag>[^\]]+)\](?:: )?(?P<text>.*)")


def _each(change: Callable[[re.Match[str]], str], other: Callable[[str], str] = str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        lines = text.splitlines()
        return "\n".join(change(found) if (found := _LINE.match(line)) else other(line) for line in lines) + "\n"

    return changed


def _old_prefix(text: str) -> str:
    return _each(lambda line: f"{line['time']} [{line['tag']}]: {line['text']}")(text)


def _new_prefix(text: str) -> str:
    return _each(lambda line: f"{line['time']} [{line['tag']}]{line['text']}")(text)


def _without_times(text: str) -> str:
    return _each(lambda line: f"[{line['tag']}]: {line['text']}")(text)


def _without_tags(text: str) -> str:
    return _each(lambda line: line["text"])(text)


def _behind(front: str) -> Callable[[str], str]:
    """Every line behind a collector's clothing; its time is made from the line's."""
    time = "Nov 08 07:10:05"

    def changed(text: str) -> str:
        nonlocal time
        lines = []
        for line in text.splitlines():
            found = _LINE.match(line)
            time = found["time"] if found else time
            month, day, clock = time.split()
            iso = f"2024-{'11' if month == 'Nov' else '08'}-{day}T{clock}"
            lines.append(front.format(time=time, year=f"{month} {day} 2024 {clock}", iso=iso) + line)
        return "\n".join(lines)

    return changed


def _as_syslog(text: str) -> str:
    """Each message under an id of its own, without a tag; what went on in further lines is one line."""
    messages: list[str] = []
    for line in text.splitlines():
        if _LINE.match(line) or line.startswith("IPSEC:"):
            messages.append(line)
        else:
            messages[-1] += line if messages[-1].startswith("IPSEC:") else " " + line
    wrapped = (line for line in messages if _LINE.match(line))
    return _each(lambda line: f"{line['time']} fw1 : %ASA-vpn-7-713906: {line['text']}")("\n".join(wrapped))


def _behind_a_prompt(text: str) -> str:
    lines = text.splitlines()
    fronts = ("", "", "fw1/pri/act(config)# ", "", "fw1# ")
    return "fw1# debug crypto isakmp 127\nfw1# \n" + "\n".join(
        (fronts[number % 5] if _LINE.match(line) else "") + line for number, line in enumerate(lines)
    )


def _wrapped_at_80(text: str) -> str:
    return "\n".join(part for line in text.splitlines() for part in _cut(line, 80))


def _cut(line: str, width: int) -> Iterator[str]:
    while len(line) > width:
        yield line[:width].rstrip() if line[width - 2] != " " else line[:width]
        line = line[width:]
    yield line


def _paged(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(
        f"<--- More --->\r              \r{line}" if number % 24 == 23 else line for number, line in enumerate(lines)
    )


def _from_a_web_page(text: str) -> str:
    bold = re.sub(r"(PHASE \d COMPLETED|IKE_DECODE \w+)", r"<b>\1</b>", html.escape(text, quote=False).replace(
        "&lt;b&gt;", "<b>").replace("&lt;/b&gt;", "</b>"))  # fmt: skip
    return bold.replace("\n", "<br />\n").replace(", IP", ",&nbsp;IP")


def _with_dashes_of_the_web(text: str) -> str:
    return text.replace("-->", "–>")


DIALECTS: dict[str, Callable[[str], str]] = {
    "as-it-is": str,
    "old-prefix": _old_prefix,
    "new-prefix": _new_prefix,
    "without-times": _without_times,
    "without-tags": _without_tags,
    "711001": _behind("{year}: %ASA-7-711001: "),
    "711001-priority": _behind("<167>{year} fw1 : %ASA-7-711001: "),
    "711001-relayed": _behind("{time} 192.0.2.250 {year}: %PIX-7-711001: "),
    "711001-iso": _behind("{iso}.123+02:00 fw1 %ASA-7-711001: "),
    "711001-rfc5424": _behind("<166>1 {iso}Z fw1 - - - - %FTD-7-711001: "),
    "show-logging": _behind("%ASA-7-711001: "),
    "syslog-ids": _as_syslog,
    "behind-a-prompt": _behind_a_prompt,
    "wrapped-at-80": _wrapped_at_80,
    "paged": _paged,
    "web-page": _from_a_web_page,
    "web-dashes": _with_dashes_of_the_web,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "double-spaced": lambda text: text.replace("\n", "\n\n"),
    "first-letter-lost": lambda text: text[1:],
}
_WITHOUT_IPSEC_LINES = frozenset({"syslog-ids"})


def _read(text: str) -> tuple[tuple[Negotiation, ...], int]:
    reader, replay = LogReader("log"), Replay()
    for number, line in enumerate(text.split("\n"), start=1):
        for event in reader.feed(number, line):
            replay.feed(event)
    for event in reader.close():
        replay.feed(event)
    return replay.finish().negotiations, reader.facts().unread


def _essence(negotiation: Negotiation) -> dict[str, object]:
    names = (
        "exchange", "role", "peer", "local", "tunnel_group", "username", "message_id", "rekey", "proposal",
        "assigned_address", "selectors", "child_sas", "outcome", "stage", "stopped_at", "nat_detected", "floated",
        "received", "sent", "resent", "resent_at_end", "peer_repeats", "received_after_float",
    )  # fmt: skip
    return {name: getattr(negotiation, name) for name in names}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("log", LOGS)
def test_every_dialect_tells_the_same(log: str, dialect: str) -> None:
    if dialect == "syslog-ids" and log == "ipsec-debug-alone":
        pytest.skip("there is no syslog of these lines")
    expected, _ = _read(LOGS[log])
    negotiations, unread = _read(DIALECTS[dialect](LOGS[log]))
    wanted = [_essence(one) for one in expected]
    found = [_essence(one) for one in negotiations]
    if dialect in _WITHOUT_IPSEC_LINES:
        for essence in (*wanted, *found):
            del essence["local"]
    assert found == wanted
    assert unread == 0


def test_times_come_with_the_year_that_any_clothing_gives() -> None:
    negotiations, _ = _read(DIALECTS["711001"](LOGS["main-mode-initiator"]))
    assert str(negotiations[0].started_at) == "2024-11-08 07:10:05"
