"""The recordings of this folder: `<stem>/<case>.raw`, and beside it what must come of it.

`IKEDIAG_UPDATE=1 pytest tests/shows` writes anew what comes of them; read the difference before it is committed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nornir_ikediag import shows
from nornir_ikediag.capture import Source, decode
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.reading import Reading

FOLDER = Path(__file__).parent
UPDATE = bool(os.environ.get("IKEDIAG_UPDATE"))


class Case:
    """One recording. ``expected`` is plain data: without what is empty, and evidence as `line: text`."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self.stem = raw.parent.name
        self.name = f"{self.stem}/{raw.stem}"
        self._file = raw.with_suffix(".json")
        kept = msgspec.json.decode(self._file.read_bytes())
        self.command: str | None = kept["command"]
        self.expected: dict[str, Any] = kept["reading"]

    @property
    def text(self) -> str:
        """As intake hands it on, save for carriage returns, which a reader must survive."""
        return self.raw.read_bytes().decode()

    def source(self, text: str | None = None) -> Source:
        """The recording, or another text in its place."""
        return Source(name=self.raw.name, command=self.command, text=self.text if text is None else text)

    def read(self, text: str | None = None) -> Reading:
        """What comes of it."""
        return shows.read(self.source(text))

    def update(self, reading: Reading) -> None:
        """Write what comes of it as what must come of it."""
        kept = {"command": self.command, "reading": plain(reading)}
        self._file.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")


def cases(stem: str = "*") -> list[Case]:
    """All recordings, or those of a layout."""
    return [Case(raw) for raw in sorted(FOLDER.glob(f"{stem}/*.raw"))]


def plain(value: Any) -> Any:
    """A Reading as data that a person can read."""
    if isinstance(value, Evidence):
        return f"{value.line}: {value.text}"
    if isinstance(value, msgspec.Struct):
        return plain({name: getattr(value, name) for name in value.__struct_fields__})
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if one not in (None, (), {}, "", frozenset())}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def lines_with_numbers(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a recording as an editor counts them."""
    return enumerate(decode(text.encode()).split("\n"), start=1)
