"""What one device said, and the folder that keeps it: schema ``nornir-ikediag/capture/1``.

A capture folder is the same thing as a test fixture, so a user's bug report is one: ``<host>/capture.json`` beside
``<nn>-<stem>.txt``. Everything left of a Capture knows Nornir, SSH and the clock; nothing right of it does.
"""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, cast

import msgspec

from nornir_ikediag.errors import InputError
from nornir_ikediag.model.facts import DeviceStatus, WindowFacts
from nornir_ikediag.redact import redact

SCHEMA: Literal["nornir-ikediag/capture/1"] = "nornir-ikediag/capture/1"
_INDEX = "capture.json"
_MOST_BYTES = 8 << 30
_BLOCK_BYTES = 64 * 1024
_MOST_BLOCKS_OF_A_LINE = 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHER_LINE_ENDS = "\r\v\f\x1c\x1d\x1e"
_NO_LINE_ENDS = dict.fromkeys(map(ord, _OTHER_LINE_ENDS + "\x85\u2028\u2029"), " ")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One text: a command's output, a debug window's lines, or a file that somebody pasted.

    ``text`` is redacted, with ``\\n`` line ends, no echo and no prompt where we took it ourselves. A source that is
    too large to hold has ``path`` instead and empty text: :meth:`lines` serves both. ``round`` tells the show commands
    ahead of a window (0) from those after it (1).
    """

    name: str
    text: str = ""
    path: Path | None = None
    command: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    complete: bool = True
    refused: bool = False
    redactions: int = 0
    round: int = 0

    def lines(self) -> Iterator[str]:
        """The lines without their ends, in order; line 1 is the first. Lines from disk are redacted as they come.

        Raises InputError when the file went away, or is more than a text should be once it is unpacked.
        """
        if self.path is None:
            yield from self.text.removesuffix("\n").split("\n")
            return
        try:
            with open_binary(self.path) as stream:
                for block in _blocks(_in_utf8(stream)):
                    if stream.tell() > _MOST_BYTES:
                        raise InputError(f"{self.name} is larger than {_MOST_BYTES >> 30} GiB unpacked: split it.")
                    for line in decode(block).split("\n"):
                        yield redact(line)[0]
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.path} could not be read to its end: {error}.") from error


def _in_utf8(stream: BinaryIO) -> BinaryIO:
    """What has a line end in one byte, as UTF-16, which PowerShell writes, has not."""
    is_wide = stream.read(2) in _UTF_16
    stream.seek(0)
    return cast(BinaryIO, codecs.EncodedFile(stream, "utf-8", "utf-16", errors="replace")) if is_wide else stream


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Whole lines, many at a time, without the end of the last one. What is longer than 64 MiB is more than one."""
    unfinished: list[bytes] = []
    while block := stream.read(_BLOCK_BYTES):
        lines, end, rest = block.rpartition(b"\n")
        if end or len(unfinished) >= _MOST_BLOCKS_OF_A_LINE:
            yield b"".join([*unfinished, lines]).removesuffix(b"\r")
            unfinished = []
        unfinished.append(rest)
    if any(unfinished):
        yield b"".join(unfinished)


def open_binary(path: Path) -> BinaryIO:
    """The file, unpacked if it is gzip. Raises OSError."""
    with path.open("rb") as stream:
        packed = is_packed(stream.read(2))
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def is_packed(data: bytes) -> bool:
    """Whether this is the beginning of gzip (RFC 1952)."""
    return data[:2] == b"\x1f\x8b"


def decode(data: bytes) -> str:
    """Text with ``\\n`` line ends, whatever wrote it. Nothing else ends a line, so that our numbers are an editor's."""
    if data.isascii():  # nearly always: no byte order mark, and seldom anything to translate
        text = data.decode("ascii")
        if not any(end in text for end in _OTHER_LINE_ENDS):
            return text
    elif data[:2] in _UTF_16:
        text = data.decode("utf-16", errors="replace")
    else:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").translate(_NO_LINE_ENDS)


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """All that one device said in one go, and how we came to it."""

    name: str
    host: str | None = None
    platform: str = "cisco_asa"
    status: DeviceStatus = "read"
    problem: str | None = None
    problem_cause: str | None = None
    release: str | None = None
    context: str | None = None
    role: str | None = None
    collected_at: datetime | None = None
    device_clock: str | None = None  # the answer to `show clock`, as printed
    sources: tuple[Source, ...] = ()
    windows: tuple[WindowFacts, ...] = ()
    peers: tuple[str, ...] = ()  # whom the caller asked about; empty: everybody


class _IndexedSource(msgspec.Struct, kw_only=True, omit_defaults=True):
    name: str
    file: str
    command: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    complete: bool = True
    refused: bool = False
    redactions: int = 0
    round: int = 0


class _Index(Capture, frozen=True, kw_only=True):
    """The capture without its texts, which lie beside it."""

    schema: Literal["nornir-ikediag/capture/1"]
    sources: tuple[_IndexedSource, ...] = ()  # type: ignore[assignment]


def is_folder(path: Path) -> bool:
    """Whether there is a capture in this folder."""
    return (path / _INDEX).is_file()


def write(capture: Capture, parent: Path) -> Path:
    """Write the capture to ``parent/<name>/``, files readable by their owner only, and return that folder.

    Raises InputError when the folder cannot be written.
    """
    folder = parent / _file_name(capture.name)
    indexed = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number, source in enumerate(capture.sources, start=1):
            file = f"{number:02d}-{_file_name(source.name)}.txt"
            _write_private(folder / file, "".join(f"{line}\n" for line in source.lines()))
            indexed.append(_IndexedSource(file=file, **{name: getattr(source, name) for name in _SHARED_WITH_INDEX}))
        fields = {name: getattr(capture, name) for name in capture.__struct_fields__ if name != "sources"}
        index = _Index(schema=SCHEMA, sources=tuple(indexed), **fields)
        text = msgspec.json.format(msgspec.json.encode(index), indent=2).decode()
        _write_private(folder / _INDEX, text + "\n")
    except OSError as error:
        raise InputError(
            f"The capture of {capture.name} could not be written to {folder}: {error.strerror}."
        ) from error
    return folder


def read(folder: Path) -> Capture:
    """The capture in this folder. Raises InputError, naming the file, when it is missing or not ours."""
    index_file = folder / _INDEX
    try:
        index = msgspec.json.decode(index_file.read_bytes(), type=_Index)
        sources = tuple(
            Source(
                text=(folder / Path(entry.file).name).read_text(encoding="utf-8", errors="replace"),
                **{name: getattr(entry, name) for name in _SHARED_WITH_INDEX},
            )
            for entry in index.sources
        )
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}. A capture folder needs every file it lists.") from error
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InputError(f"{index_file} is not an index of schema {SCHEMA}: {error}.") from error
    fields = {name: getattr(index, name) for name in Capture.__struct_fields__ if name != "sources"}
    return Capture(sources=sources, **fields)


_SHARED_WITH_INDEX = tuple(name for name in _IndexedSource.__struct_fields__ if name != "file")


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "unnamed"


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
