"""A debug log, read to the report: ours against the bare loop that only splits the prefix of a line with one regex.

What the log is made of: a firewall with 120 peers that come and go and 120 that stay up, and `debug crypto … 127` on
for hours, 20 messages a second. Three dialogues at a time are interleaved, each of them one of the recordings that the
tests read: main and aggressive mode with all their chatter (`processing … payload`, `constructing … payload`,
IKE_DECODE), quick modes, rekeys, what fails and what comes up, IPSEC blocks, IKEv2 dumps. Every dialogue has message
ids and SPIs of its own. Beside them the peers that are up keep alive, and syslog of other classes passes by: one line
in six. The benchmark prints the shares.

The same log is read once more as a collector keeps it: every line in the clothing of syslog, those of the debug carried
by message 711001.

Redaction is shown apart, because the bare loop has none. Memory is that of a process of its own, so that it can be
compared for files of different sizes.
"""

import itertools
import re
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks._contest import medians
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.pipeline import judge

TARGET_RATIO = 8.0
TARGET_MEGABYTES = 200
_MEGABYTES = 100
_RECORDINGS = Path(__file__).parent.parent / "tests"
# The prefixes of all dialects in the log, each line's in one match: `Nov 08 07:10:15 [IKEv1 DEBUG]Group = …, IP = …, `,
# `Jun 17 2024 10:00:00 fw1 : %ASA-5-750007: `, `IKEv2-PROTO-4: (12): `, `IPSEC: `. What has none is text.
_PREFIX = re.compile(
    r"(?:(?P<time>[A-Z][a-z]{2} +\d+(?: \d{4})? \d\d:\d\d:\d\d)(?: (?P<host>[\w.-]+) ?)?:? )?"
    r"(?:\[(?P<tag>[^\]]+)\]|%ASA-(?P<severity>\d)-(?P<id>\d+):|(?P<v2>IKEv2-\w+)-(?P<level>\d+):|(?P<ipsec>IPSEC):)?"
    r"(?:: | )?(?:\((?P<number>\d+)\): ?)?"
    r"(?:Group = (?P<group>[^,]*), )?(?:Username = (?P<user>[^,]*), )?(?:IP = (?P<ip>[^,]*), )?(?P<text>.*)"
)
_BEGINS = re.compile(r"[A-Z][a-z]{2} +\d+(?: \d{4})? \d\d:\d\d:\d\d:? (?:\[|%ASA-)|IPSEC|IKEv2")
_MESSAGES_A_SECOND = 20
_PEERS = 120
_KEEP_ALIVES = 3  # beside three dialogues
_KEEP_ALIVE = """\
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.1, IP = 192.0.2.1, Sending keep-alive of type DPD R-U-THERE \
(seq number 0x{sequence:x})
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.1, IP = 192.0.2.1, constructing blank hash payload
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.1, IP = 192.0.2.1, constructing qm hash payload
Nov 08 07:10:15 [IKEv1]IP = 192.0.2.1, IKE_DECODE SENDING Message (msgid=a1b2c3d0) with payloads : \
HDR + HASH (8) + NOTIFY (11) + NONE (0) total length : 84
Nov 08 07:10:15 [IKEv1]IP = 192.0.2.1, IKE_DECODE RECEIVED Message (msgid=3c8971aa) with payloads : \
HDR + HASH (8) + NOTIFY (11) + NONE (0) total length : 84
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.1, IP = 192.0.2.1, processing hash payload
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.1, IP = 192.0.2.1, processing notify payload
Nov 08 07:10:15 [IKEv1 DEBUG]Group = 192.0.2.1, IP = 192.0.2.1, Received keep-alive of type DPD R-U-THERE-ACK \
(seq number 0x{sequence:x})
"""
_OTHER_CLASSES = """\
Nov 08 2024 07:10:15: %ASA-6-302013: Built inbound TCP connection {number} for outside:203.0.113.77/{port} \
(203.0.113.77/{port}) to inside:10.1.0.80/443 (192.0.2.80/443)
Nov 08 2024 07:10:15: %ASA-6-302014: Teardown TCP connection {number} for outside:203.0.113.77/{port} to \
inside:10.1.0.80/443 duration 0:00:01 bytes {port} TCP FINs
Nov 08 2024 07:10:15: %ASA-6-305011: Built dynamic UDP translation from inside:10.1.0.15/{port} to \
outside:192.0.2.80/{port}
Nov 08 2024 07:10:15: %ASA-4-106023: Deny tcp src outside:203.0.113.78/{port} dst inside:192.0.2.80/23 by access-group \
"outside_in" [0x0, 0x0]
"""
_SORTS = (
    ("keep-alives", re.compile(r"keep-alive of type")),
    ("payload by payload", re.compile(r"\b(?:processing|constructing) ")),
    ("packets", re.compile(r"IKE_DECODE")),
    ("syslog of other classes", re.compile(r"%ASA-\d-(?:302|305|106)")),
    ("IPSEC blocks and bodies", re.compile(r"^IPSEC|^ ")),
    ("IKEv2", re.compile(r"IKEv2|%ASA-\d-75")),
)
_TIME = re.compile(r"\b(?:Nov|Aug) \d\d (?P<year>2024 )?\d\d:\d\d:\d\d")
_ADDRESS = re.compile(r"\b(?:192\.0\.2\.1|192\.0\.2\.7|203\.0\.113\.9|64\.102\.156\.87|198\.51\.100\.20)\b")
_NUMBER = re.compile(
    r"(?<=msgid=)[0-9a-f]{2,8}|(?<=msg id = )[0-9a-f]{8}|(?<=SPI = 0x)[0-9a-f]{8}|(?<=spi 0x)[0-9a-f]{8}"
    r"|(?<=SPI=)[0-9A-F]{16}|(?<=\[i:)[0-9A-F]{16}|(?<= r: )[0-9A-F]{16}|(?<=spi: )[0-9A-F]{16}"
)


def write(path: Path, megabytes: float) -> None:
    """A log of that size; the same one whenever it is asked for."""
    size = int(megabytes * 1024 * 1024)
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for line in _lines():
            file.write(line)
            written += len(line)
            if written >= size:
                return


def write_collected(path: Path, log: Path) -> None:
    """The log as a collector keeps it: a time and a host in front of every line."""
    time = "Nov 01 2024 00:00:00"
    with log.open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as file:
        for line in lines:
            stamp = _TIME.search(line[:25])
            if stamp is not None:
                time = f"{stamp[0][:7]}2024 {stamp[0][-8:]}"
            message = line.partition("%")[1:] if "%ASA-" in line else ("%ASA-7-711001: ", line)
            file.write(f"{time} fw1 : {''.join(message)}")


def _lines() -> Iterator[str]:
    recordings = [path.read_text(encoding="utf-8") for path in _recordings()]
    messages_so_far = 0
    for number in itertools.count(step=3):
        blocks = [_as_new(recordings[(number + one) % len(recordings)], number + one) for one in range(3)]
        blocks.append("".join(_background(number * 7919 + one) for one in range(_KEEP_ALIVES)))
        for messages in itertools.zip_longest(*map(_messages, blocks), fillvalue=""):
            messages_so_far += 1
            seconds = messages_so_far // _MESSAGES_A_SECOND
            clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            time = f"Nov {1 + seconds // 86400 % 30:02} {{year}}{clock}"
            for message in messages:
                yield _TIME.sub(lambda found, time=time: time.format(year=found["year"] or ""), message)  # type: ignore[misc]


def _recordings() -> list[Path]:
    ikev1 = sorted((_RECORDINGS / "protocol" / "ikev1").glob("*.log"))
    ikev2 = sorted((_RECORDINGS / "debugs" / "ikev2").glob("**/*.log"))
    return [*ikev1, _RECORDINGS / "debugs" / "seed" / "asa-debug.log", *ikev2]


def _background(number: int) -> str:
    """What goes on beside the dialogues: a peer that is up is asked if it is there, and connections come and go."""
    peer = f"198.18.1.{number % _PEERS + 1}"
    alive = _as_new(_KEEP_ALIVE.format(sequence=0x10000000 + number % 0x10000000), number, peer)
    return alive + _OTHER_CLASSES.format(number=number, port=1024 + number % 60000)


def _as_new(text: str, number: int, peer: str = "") -> str:
    """The recording as that of another peer, with message ids and SPIs of its own."""
    peer = peer or f"198.18.0.{number * 7 % _PEERS + 1}"
    return _NUMBER.sub(lambda found: _renumbered(found[0], number), _ADDRESS.sub(peer, text))


def _renumbered(digits: str, number: int) -> str:
    """Eight digits as IKEv1 prints them, sixteen as IKEv2 does; nought stays nought."""
    value = int(digits, 16)
    if len(digits) == 16:
        return f"{value + number * 7919 & 0xFFFFFFFFFFFFFFFF:016X}" if value else digits
    return f"{value + number * 7919 & 0xFFFFFFFF:08x}"


def shares(path: Path) -> dict[str, int]:
    """How many lines in a hundred are of what sort."""
    counted: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            counted[next((name for name, pattern in _SORTS if pattern.search(line)), "other IKE messages")] += 1
    return {name: round(number * 100 / counted.total()) for name, number in counted.most_common()}


def _messages(text: str) -> Iterator[str]:
    """Messages with the lines that go on with them."""
    message = ""
    for line in text.splitlines(keepends=True):
        if message and _BEGINS.match(line):
            yield message
            message = ""
        message += line
    yield message


def bare(path: Path) -> int:
    """What a script would do at least."""
    matched = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            found = _PREFIX.match(line)
            if found is not None and found.groups():
                matched += 1
    return matched


def redacted(path: Path) -> int:
    """Our lines, redacted, and nothing made of them."""
    return sum(1 for _ in Source(name="log", path=path).lines())


def ours(path: Path) -> object:
    """The whole line, from the file to the report of the device."""
    return judge(Capture(name="fw1", sources=(Source(name="log", path=path),)))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        whole, tenth, collected = (Path(folder, name) for name in ("whole.log", "tenth.log", "collected.log"))
        write(whole, _MEGABYTES)
        write(tenth, _MEGABYTES / 10)
        write_collected(collected, tenth)
        print(f"debug log, {_MEGABYTES} MB")
        print("  " + ", ".join(f"{name} {share} %" for name, share in shares(tenth).items()))
        # Before the contest: a process inherits the peak of the one that starts it.
        small, large = _peak_megabytes(tenth), _peak_megabytes(whole)
        _measure(whole, f" (target: at most {TARGET_RATIO:g})")
        print(f"  memory                  {small:>8.0f} MB")
        print(f"  memory, {_MEGABYTES} MB          {large:>8.0f} MB (target: at most {TARGET_MEGABYTES})")
        print("a tenth of it, as a collector keeps it")
        _measure(collected)


def _measure(path: Path, target: str = "") -> None:
    contestants = {"bare": lambda: bare(path), "redacted": lambda: redacted(path), "ours": lambda: ours(path)}
    seconds = medians(contestants)
    lines = redacted(path)
    for name, words in (("bare", "bare loop"), ("redacted", "read and redacted"), ("ours", "read to report")):
        print(f"  {words:<24}{seconds[name]:>8.2f} s {seconds[name] / lines * 1e6:>8.2f} µs a line")
    ratio = (seconds["ours"] - seconds["redacted"]) / seconds["bare"]
    print(f"  without redaction       {ratio:>8.2f} times the bare loop{target}")


def _peak_megabytes(path: Path) -> float:
    done = subprocess.run([sys.executable, "-m", "benchmarks.debug_log", str(path)], capture_output=True, check=True)  # noqa: S603
    return int(done.stdout) / 1024


if __name__ == "__main__":
    ours(Path(sys.argv[1]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
