"""The real command, in a process of its own, with nothing of the developer's environment."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ikediag(tmp_path: Path) -> Run:
    """Run `ikediag` with these arguments in an empty folder; standard input is no terminal. The log goes there too."""
    empty = tmp_path / "here"
    empty.mkdir()

    def run(
        *arguments: str, stdin: str | None = None, environment: Mapping[str, str] | None = None, folder: Path = empty
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("IKEDIAG_")}
        return subprocess.run(
            [sys.executable, "-m", "nornir_ikediag.cli", *arguments],
            input=stdin or "",
            env=kept | {"XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "100"} | dict(environment or {}),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return run
