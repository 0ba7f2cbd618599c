"""The command interpreter: abbreviations as an ASA takes them, pipes, and its complaints."""

import re
from collections.abc import Sequence

from nornir_ikediag.lab.command import Command
from nornir_ikediag.lab.commands import TABLE
from nornir_ikediag.lab.terminal import Terminal


def run(session: Terminal, line: str) -> Sequence[str]:
    """Carry out one line. The answer is what the device prints."""
    command, _, pipe = line.partition("|")
    words = command.split()
    known = [c for c in TABLE if _knows(session, c)]
    for position in range(len(words)):
        narrowed = [c for c in known if _fits(c.words, words[: position + 1])]
        exact = [
            c for c in narrowed if position < len(c.words) and c.words[position].lower() == words[position].lower()
        ]
        if not narrowed:
            return _invalid(session, line, words, position)
        known = exact or narrowed
        literals = {c.words[position] for c in known if position < len(c.words) and c.words[position][0] not in "<…"}
        if len(literals) > 1:
            return [f'ERROR: % Ambiguous command:  "{line}"']
    complete = [c for c in known if len(c.words) == len(words) or c.words[-1] == "…"]
    if not complete:
        return ["ERROR: % Incomplete command"]
    chosen = complete[0]
    if _refused(session, chosen):
        return ["Command authorization failed"]
    return _filtered(chosen.run(session, _filled(chosen, words)), pipe.strip())


def _knows(session: Terminal, command: Command) -> bool:
    return (
        session.privilege >= command.level
        and command.since <= session.device.version < command.until
        and (session.configuring or not command.only_configuring)
    )


def _fits(pattern: tuple[str, ...], words: Sequence[str]) -> bool:
    for position, word in enumerate(words):
        if pattern[min(position, len(pattern) - 1)] == "…":
            return True
        if position >= len(pattern):
            return False
        if pattern[position][0] != "<" and not pattern[position].startswith(word.lower()):
            return False
    return True


def _filled(command: Command, words: Sequence[str]) -> list[str]:
    filled = [word for pattern, word in zip(command.words, words, strict=False) if pattern[0] == "<"]
    if command.words[-1] == "…":
        filled.extend(words[len(command.words) - 1 :])
    return filled


def _refused(session: Terminal, command: Command) -> bool:
    text = " ".join(command.words)
    return any(text == refused or text.startswith(f"{refused} ") for refused in session.device.refused_commands)


def _invalid(session: Terminal, line: str, words: Sequence[str], position: int) -> list[str]:
    column = 0
    for word in words[: position + 1]:
        column = line.index(word, column) + len(word)
    column -= len(words[position])
    return [" " * (len(session.prompt) + column) + "^", "ERROR: % Invalid input detected at '^' marker."]


def _filtered(lines: Sequence[str], pipe: str) -> Sequence[str]:
    if not pipe:
        return lines
    verb, _, text = pipe.partition(" ")
    pattern = re.compile(text.strip() or re.escape(pipe))
    if verb and "include".startswith(verb):
        return [line for line in lines if pattern.search(line)]
    if "exclude".startswith(verb):
        return [line for line in lines if not pattern.search(line)]
    if "begin".startswith(verb):
        first = next((n for n, line in enumerate(lines) if pattern.search(line)), len(lines))
        return lines[first:]
    return ["ERROR: % Invalid input detected at '^' marker."]
