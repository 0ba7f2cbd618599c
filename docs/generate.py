"""Write the pages of this folder that are made from the program itself: `make docs`.

`tests/test_docs.py` compares them with what the program says, so a page that drifts fails the build.
"""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from nornir_ikediag.causes import CauseModule, catalogue
from nornir_ikediag.device.commands import closed_list
from nornir_ikediag.protocol.diagrams import diagrams

FOLDER = Path(__file__).resolve().parent
_GENERATED = "<!-- Written by `make docs`. Edit the program, not this page. -->\n"
_COMMANDS = (
    ("demo",),
    ("diagnose",),
    ("health",),
    ("explain",),
    ("collect",),
    ("sweep",),
    ("causes",),
    ("schema",),
    ("lab", "up"),
)


def causes() -> str:
    """Every cause with its documentation, by family."""
    families: dict[str, list[CauseModule]] = defaultdict(list)
    for member in catalogue().values():
        families[member.cause.family].append(member)
    parts = [
        _GENERATED,
        "# Causes\n",
        "`ikediag causes ID` prints the same text. The ids are stable: they may be added to, and are never renamed.\n",
    ]
    for family, members in families.items():
        parts.append(f"- **{family}**: " + ", ".join(f"[{member.id}](#{member.id})" for member in members))
    for members in families.values():
        parts.extend(_cause(member) for member in members)
    return "\n".join(parts)


def _cause(member: CauseModule) -> str:
    head = f"\n## {member.id}\n\n**{member.cause.title}** · {member.cause.family} · {member.cause.severity}\n"
    sections = "".join(f"\n### {title}\n\n{text}\n" for title, text in member.documentation.items())
    return head + sections


def commands() -> str:
    """The help of every command, as the program prints it."""
    pages = [_GENERATED, "# Commands\n"]
    for words in ((), *_COMMANDS):
        name = " ".join(("ikediag", *words))
        pages.append(f"## {name}\n\n```text\n{_help(words)}```\n")
    return "\n".join(pages)


def _help(words: tuple[str, ...]) -> str:
    code = "import sys; sys.argv[0] = 'ikediag'; from nornir_ikediag.cli import main; main()"
    environment = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PATH": ""}
    command = [sys.executable, "-c", code, *words, "--help"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.lstrip("\n")


def sent() -> str:
    """What may be sent to a firewall: the closed list."""
    return "\n".join(
        [
            _GENERATED,
            "# What is sent to a firewall\n",
            "This is the whole list. Every command passes one gate that compares it with the list, and a test proves",
            "that nothing else gets through: no configuration mode, no `clear`, no `write`, no full configuration, no",
            "debug level above 253. NAME, WORD, ADDRESS and LEVEL stand for arguments, which are checked too.\n",
            "With command authorization (TACACS+, or local), permit all of it. Permit the `no debug …` lines before",
            "the `debug …` lines: whether switching off is permitted cannot be tried beforehand. If it is refused all",
            "the same, ikediag ends its session, which ends its debugging, and proves that the session is gone.\n",
            "```text",
            *closed_list(),
            "```",
            "",
        ]
    )


def states() -> str:
    """The state diagrams, drawn from the tables that the replay walks through."""
    parts = [
        _GENERATED,
        "# Exchanges\n",
        "Drawn from the tables in `nornir_ikediag/protocol`, in the device's own words for the states.\n",
    ]
    for title, diagram in diagrams().items():
        parts.append(f"## {title}\n\n```mermaid\n{diagram.rstrip()}\n```\n")
    return "\n".join(parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "causes.md": causes,
    "commands.md": commands,
    "sent-to-devices.md": sent,
    "exchanges.md": states,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
