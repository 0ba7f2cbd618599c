"""`ikediag lab`: the simulated fleet, for trying things and for writing tests against."""

from __future__ import annotations

import shlex
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_ikediag.cli._output import check_folder, paper, say
from nornir_ikediag.cli._terminal import fitted
from nornir_ikediag.errors import UsageError

if TYPE_CHECKING:
    from nornir_ikediag.lab import Lab

app = typer.Typer(
    help="Simulated firewalls on loopback, over real SSH.\n\n\b\nExample:\n  ikediag lab up -n 50",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def up(
    ends: Annotated[
        list[str] | None, typer.Argument(metavar="[END]...", help="Which ends to serve; without any, all in turn.")
    ] = None,
    count: Annotated[int | None, typer.Option("-n", "--count", min=1, max=2000, help="How many firewalls.")] = None,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=100, help="How much faster their time passes.")] = 1.0,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="FOLDER", help="Where to write the inventory; else a temporary folder."),
    ] = None,
) -> int:
    """Serve simulated firewalls until Ctrl-C, with a Nornir inventory of them.

    \b
    Examples:
      ikediag lab up -n 50
      ikediag lab up wrong-key-main-mode-responder --speed 4
    """
    from nornir_ikediag.lab import scenarios, serve

    check_folder(into)
    chosen = ends or list(scenarios())
    with serve(list(islice(cycle(chosen), count or len(chosen))), speed=speed) as lab, _folder(into) as folder:
        try:
            config = lab.write_inventory(folder)
        except OSError as error:
            raise UsageError(f"The inventory could not be written to {folder}: {error.strerror}.") from error
        say(fitted(how_to_use(lab, config), sys.stdout))
        wait_for_interrupt()
    return 0


@app.command("ends")
def ends_() -> int:
    """List the ends that the lab can play: what is wrong with each, and the cause that a diagnosis should name.

    \b
    Example:
      ikediag lab ends
    """
    from rich.text import Text

    from nornir_ikediag.lab import scenarios
    from nornir_ikediag.report._layout import printed, table

    rows = [(Text(name, "bold"), one.cause or "", one.title) for name, one in scenarios().items()]
    say(printed([table(("End", "Cause", "What it is"), rows)], paper()))
    return 0


def how_to_use(lab: Lab, config: Path) -> str:
    """What to type in another terminal. The credentials go to a file that only its owner reads."""
    script = config.with_name("environment.sh")
    lines = {"IKEDIAG_CONFIG": str(config), **lab.environment()}
    script.touch(mode=0o600)
    script.chmod(0o600)
    script.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in lines.items()), "utf-8")
    broken = next((host for host in lab.hosts if host.scenario.cause), lab.hosts[0])
    return (
        f"{len(lab.hosts)} simulated firewalls are up: {_named([host.name for host in lab.hosts])}.\n"
        f"Inventory: {config}\n\n"
        f"In another terminal:\n"
        f"  source {script}\n"
        f"  ikediag health\n"
        f"  ikediag diagnose {broken.name}\n"
        f"  ssh -p {broken.port} {lab.username}@{broken.hostname}        # the password is in {script.name}\n\n"
        "Ctrl-C stops them.\n"
    )


def wait_for_interrupt() -> None:
    """Return when the person has had enough: that is how it ends, and no error."""
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print(file=sys.stderr)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")


@contextmanager
def _folder(into: Path | None) -> Iterator[Path]:
    if into is not None:
        yield into
        return
    with tempfile.TemporaryDirectory(prefix="ikediag-lab-") as name:
        yield Path(name)
