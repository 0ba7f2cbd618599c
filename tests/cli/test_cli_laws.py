"""What holds for every command: help with an example, codes that are ours alone, and a light start."""

import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from nornir_ikediag import __version__, cli
from nornir_ikediag.cli._exits import guarded, worse
from nornir_ikediag.errors import InputError

Run = Callable[..., subprocess.CompletedProcess[str]]


def _commands(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for child_name, child in getattr(command, "commands", {}).items():
        yield (*name, child_name), child
        yield from _commands(child, (*name, child_name))


COMMANDS = dict(_commands(typer.main.get_command(cli.app)))


def test_every_module_of_the_folder_is_a_command() -> None:
    stems = {found.name for found in pkgutil.iter_modules(cli.__path__) if not found.name.startswith("_")}
    assert {name[0] for name in COMMANDS} == stems


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_help_has_a_purpose_and_an_example(name: tuple[str, ...]) -> None:
    text = str(COMMANDS[name].help)
    assert len(text.splitlines()[0]) > 20, f"{name} does not say what it is for"
    example = re.search(r"Examples?:\n((?:  .+\n?)+)", text)
    assert example is not None, f"{name} has no example"
    assert f"ikediag {name[0]}" in example[1], f"the example of {name} is of another command"


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_option_is_explained(name: tuple[str, ...]) -> None:
    assert [one.name for one in COMMANDS[name].params if one.name != "help" and not getattr(one, "help", None)] == []


def test_help_loads_nothing_that_only_a_command_needs() -> None:
    program = (
        "import sys\n"
        "from nornir_ikediag import cli\n"
        "sys.argv = ['ikediag', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'nornir', 'netmiko', 'paramiko', 'sqlalchemy', 'jinja2', 'asyncssh'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert done.stdout.startswith("Usage: ikediag [OPTIONS] COMMAND")


def test_version(ikediag: Run) -> None:
    done = ikediag("--version")
    assert (done.returncode, done.stdout) == (0, f"ikediag {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], "ikediag: No such command 'nonsense'. Try `ikediag --help`.\n"),
        (["explain"], "ikediag: Missing argument 'FILE'. Try `ikediag explain --help`.\n"),
        (["explain", "--nonsense"], "ikediag: No such option: --nonsense. Try `ikediag explain --help`.\n"),
        (["causes", "nonsense"], "ikediag: There is no cause nonsense. `ikediag causes` lists them.\n"),
        (
            ["explain", "-", "--format", "yaml"],
            "ikediag: There is no report format yaml. There are: html, json, junit, metrics, text.\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_a_sentence_and_3(ikediag: Run, arguments: list[str], sentence: str) -> None:
    done = ikediag(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", sentence)


def test_nothing_to_do_shows_help_and_3(ikediag: Run) -> None:
    done = ikediag()
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("Usage: ikediag [OPTIONS] COMMAND")


class _Command:
    """What the framework makes of an app, as far as :func:`guarded` uses it."""

    def __init__(self, outcome: BaseException | int | None) -> None:
        self._outcome = outcome

    def main(self, **_: Any) -> int | None:
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (None, 0),
        (0, 0),
        (1, 1),
        (2, 2),
        (InputError("There is no such file."), 3),
        (RuntimeError("secret device text"), 3),
        (MemoryError(), 3),
        (SystemExit(1), 3),
        (SystemExit(2), 3),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
    ],
    ids=repr,
)
def test_exit_codes_are_ours(
    outcome: BaseException | int | None,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert guarded(_Command(outcome), []) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    assert "secret" not in said.err + said.out


def test_a_path_that_the_system_refuses_is_a_sentence(ikediag: Run) -> None:
    name = "x" * 300
    for arguments in (("health", "-c", name), ("collect", "--into", name), ("explain", "-", "-o", name)):
        done = ikediag(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (3, "", f"ikediag: {name}: File name too long.\n")


def test_our_own_error_is_logged_for_its_owner_alone_and_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert guarded(_Command(ValueError("\n pre-shared-key hunter2hunter2\n")), []) == 3
    log = tmp_path / "ikediag" / "log" / "ikediag.log"
    assert capsys.readouterr().err == (
        f"ikediag: This is an error of ikediag itself (ValueError at test_cli_laws.py:{_line_that_raises()}). "
        f"What happened is in {log}; please report it with that.\n"
    )
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "hunter2hunter2" not in text
    assert log.stat().st_mode & 0o777 == 0o600


def _line_that_raises() -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return lines.index("            raise self._outcome") + 1


def test_an_unwritable_log_does_not_hide_the_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert guarded(_Command(ValueError()), []) == 3
    assert capsys.readouterr().err.endswith("could not be written.\n")


def test_the_worse_of_several_codes() -> None:
    assert [worse(), worse(0, 1), worse(1, 3), worse(3, 2), worse(0, 0)] == [0, 1, 3, 2, 0]


def test_a_reader_who_leaves_early_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "nornir_ikediag.cli", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
