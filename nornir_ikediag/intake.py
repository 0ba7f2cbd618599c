"""Files, folders and standard input to captures. Nothing is asked: what a text is, and whose, is found out.

Loose files are one device, unless a prompt (``fw1/pri/act# show …``), a ``hostname`` line or the host name of a syslog
collector says otherwise. A text that holds several devices is read once for each, with the others' lines left blank, so
that every line keeps its number. What cannot be used at all is a problem, in a sentence; the rest is still judged.
"""

import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from nornir_ikediag import capture as captures
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.errors import InputError
from nornir_ikediag.mending import mended
from nornir_ikediag.redact import redact_text
from nornir_ikediag.sections import holds_anything, prompt_host

UNNAMED = "pasted"
CLIENT = "vpn-client"

# Larger texts are read from disk as they are needed: one device each, whatever their lines say.
_IN_MEMORY_BYTES = 32 * 1024 * 1024
_HEAD_BYTES = 256 * 1024
_TEXT_SUFFIXES = frozenset({"", ".log", ".txt", ".cfg", ".conf", ".text", ".out", ".gz"})
_KNOWN_BINARIES = (
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)

_CLIENT_RECORD = re.compile(r"^\d+\s+\d\d:\d\d:\d\d\.\d+\s+\S+\s+Sev=\w+/\d+\s", re.MULTILINE)
_HOSTNAME_LINE = re.compile(r"^hostname (\S+)\s*$")
_BEFORE_SYSLOG_TAG = re.compile(r"^(.{0,160}?):?\s*%(?:ASA|PIX|FTD)-")
_TIME_OR_PRIORITY = re.compile(
    r"<\d+>\d*|\b\d{10}(?:\d{3})?(?:\.\d+)?\b"
    r"|(?:[A-Z][a-z]{2}\s+\d{1,2}(?:\s+\d{4})?\s+|[\d./-]{8,10}\s+)?[\w./+-]*\d\d:\d\d:\d\d[\w.,:+-]*(?:\s+[A-Z]{3,4}\b)?"
)
_NO_WORD = re.compile(r":\s|-\s|\S+:$")  # what is glued to the time is the name of a file that `grep` wrote
# Without a time: `logging device-id` puts a blank before the colon; few words of a sentence have a digit or a hyphen
_SAYS = re.compile(r"\[[^\]]*\]\s.*:")  # the sender in a chat
_LIKE_A_NAME = re.compile(r"[\w.-]*[\d.-][\w.-]* *:?|[\w.-]+ +:")
_MOST_WORDS = 3  # of a collector between the time and the message: a facility, the host, the host once more


class Intake(msgspec.Struct, frozen=True):
    """The captures, in the order in which their devices first appear, and a sentence for each thing that is none."""

    captures: tuple[Capture, ...]
    problems: tuple[str, ...]


def intake(paths: Sequence[str], stdin: BinaryIO | None = None) -> Intake:
    """Whatever the paths name: files (gzip too), capture folders, folders of loose files, ``-`` for standard input.

    Raises nothing: what is missing, empty, binary or not device output is a sentence in ``problems``.
    """
    found: list[Capture] = []
    loose: list[Source] = []
    problems: list[str] = []
    for path in _expanded(paths, problems):
        try:
            if path == "-":
                loose.append(_from_stdin(stdin or sys.stdin.buffer, problems))
            elif captures.is_folder(Path(path)):
                found.append(captures.read(Path(path)))
            else:
                loose.append(_from_file(Path(path), _name(path, paths), problems))
        except InputError as error:
            problems.append(str(error))
    return Intake((*found, *_by_device(loose)), tuple(problems))


def _expanded(paths: Sequence[str], problems: list[str]) -> Iterable[str]:
    for path in paths:
        try:
            yield from _inside(path)
        except InputError as error:
            problems.append(str(error))
        except OSError as error:  # a folder that may not be looked into, a name that is too long
            problems.append(f"{path} could not be read: {error.strerror}.")


def _inside(path: str) -> Sequence[str]:
    folder = Path(path)
    if path == "-" or not folder.is_dir() or captures.is_folder(folder):
        return [path]
    inside = sorted(folder.iterdir())
    capture_folders = [str(one) for one in inside if captures.is_folder(one)]
    files = [str(one) for one in inside if one.is_file() and one.suffix.lower() in _TEXT_SUFFIXES]
    if not capture_folders and not files:
        raise InputError(f"{path} is a folder without a capture (capture.json) or a text file in it.")
    return capture_folders or files


def _name(path: str, paths: Sequence[str]) -> str:
    base = Path(path).name
    return base if sum(Path(other).name == base for other in paths) < 2 else path


def _from_file(path: Path, name: str, problems: list[str]) -> Source:
    try:
        with captures.open_binary(path) as stream:
            head, cut = _read(stream, _HEAD_BYTES)
            _refuse_unreadable(head, name, cut=cut)
            if len(head) < _HEAD_BYTES or path.stat().st_size <= _IN_MEMORY_BYTES:
                rest, cut = (b"", True) if cut else _read(stream, _IN_MEMORY_BYTES)
                if len(head) + len(rest) < _IN_MEMORY_BYTES:
                    return _whole(head + rest, name, problems, cut=cut)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file.") from error
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror or error}.") from error
    _refuse_unknown(captures.decode(head).split("\n"), name)
    return Source(name=name, path=path)


def _from_stdin(stream: BinaryIO, problems: list[str]) -> Source:
    data, cut = stream.read(), False
    if captures.is_packed(data):
        data, cut = _read(cast(BinaryIO, gzip.GzipFile(fileobj=io.BytesIO(data))), sys.maxsize)
    _refuse_unreadable(data[:_HEAD_BYTES], "standard input", cut=cut)
    return _whole(data, "stdin", problems, cut=cut)


def _read(stream: BinaryIO, most: int) -> tuple[bytes, bool]:
    """At most so many bytes, and whether gzip broke off: it is damaged, or the collector is still writing it."""
    blocks: list[bytes] = []
    try:
        while most > 0 and (block := stream.read1(min(most, _HEAD_BYTES))):  # type: ignore[attr-defined]
            blocks.append(block)
            most -= len(block)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b"".join(blocks), True
    return b"".join(blocks), False


def _whole(data: bytes, name: str, problems: list[str], *, cut: bool) -> Source:
    if cut:
        last = data.count(b"\n") + 1
        problems.append(f"{name} is damaged or not complete: what comes after line {last} could not be unpacked.")
    return _in_memory(data, name)


def _in_memory(data: bytes, name: str) -> Source:
    text, redactions = redact_text(mended(captures.decode(data)))
    _refuse_unknown(text.split("\n"), name)
    return Source(name=name, text=text, redactions=redactions)


def _refuse_unreadable(head: bytes, name: str, *, cut: bool) -> None:
    if cut and not head:
        raise InputError(f"{name} is damaged: nothing of it could be unpacked. Copy it once more.")
    if not head.strip():
        raise InputError(f"{name} is empty: there is nothing to read in it.")
    kind = next((words for magic, words in _KNOWN_BINARIES if head.startswith(magic)), None)
    if kind is None and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        control = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
        kind = "a binary file" if b"\0" in head or control > len(head) // 50 else None
    if kind:
        raise InputError(
            f"{name} is {kind}, not text. ikediag reads what an ASA prints: debug output, syslog, show commands, "
            "configuration."
        )


def _refuse_unknown(lines: Sequence[str], name: str) -> None:
    if not holds_anything(lines):
        raise InputError(
            f"{name} holds nothing that ikediag reads: no IKE debug, no VPN syslog, no show output, no crypto "
            "configuration. Check that it is the log of an ASA."
        )


def _by_device(sources: Sequence[Source]) -> tuple[Capture, ...]:
    """Loose texts joined by host name; those without one belong to the only device, or to an unnamed one."""
    parts: list[tuple[str | None, Source]] = []
    for source in sources:
        parts.extend(_parts(source))
    named = {host for host, _ in parts if host not in (None, CLIENT)}
    only = named.pop() if len(named) == 1 else UNNAMED
    devices: dict[str, list[Source]] = {}
    for host, source in parts:
        devices.setdefault(host or only, []).append(source)
    return tuple(
        Capture(
            name=host,
            platform="cisco_vpn_client" if host == CLIENT else "cisco_asa",
            sources=tuple(belonging),
        )
        for host, belonging in devices.items()
    )


def _parts(source: Source) -> list[tuple[str | None, Source]]:
    if source.path is not None:
        return [(None, source)]
    if _CLIENT_RECORD.search(source.text[:_HEAD_BYTES]):
        return [(CLIENT, source)]
    lines = source.text.split("\n")
    hosts = list(_host_of_each_line(lines))
    distinct = dict.fromkeys(host for host in hosts if host)
    if len(distinct) < 2:
        return [(next(iter(distinct), None), source)]
    return [(host, msgspec.structs.replace(source, text=_only(lines, hosts, host))) for host in distinct]


def _only(lines: Sequence[str], hosts: Sequence[str | None], wanted: str) -> str:
    return "\n".join(line if host == wanted else "" for line, host in zip(lines, hosts, strict=True))


def _host_of_each_line(lines: Sequence[str]) -> Iterable[str | None]:
    """A prompt or a `hostname` line holds until the next one; a syslog host for its own line and what it continues."""
    current: str | None = None
    for line in lines:
        host = prompt_host(line) or syslog_host(line)
        if host is None and (configured := _HOSTNAME_LINE.match(line)):
            host = configured[1]
        current = host or current
        yield current


def syslog_host(line: str) -> str | None:
    """The host that a collector, or `logging device-id`, wrote in front of a syslog message; None if nobody did.

    It stands beside a time or a priority, or alone. The words of a sentence are no host.
    """
    match = _BEFORE_SYSLOG_TAG.match(line)
    if match is None or _SAYS.fullmatch(line[: line.index("%")].strip()):
        return None
    *earlier, words = (_NO_WORD.sub(" ", part).split() for part in _TIME_OR_PRIORITY.split(match[1] + " "))
    if not earlier and not _LIKE_A_NAME.fullmatch(line[: line.index("%")].strip()):
        return None
    if not words and earlier and (len(earlier) > 1 or len(earlier[0]) == 1):
        words = earlier[-1]
    if not words or len(words) > _MOST_WORDS or words[-1].isdigit():  # the number of a line
        return None
    return words[-1].rstrip(":") if re.fullmatch(r"[\w.:-]+", words[-1]) else None
