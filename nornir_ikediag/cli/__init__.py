"""The command `ikediag`. One module a command, thin; this one joins them and is what the console script starts.

Nothing here or at the top of a command's module may import nornir, netmiko, paramiko, sqlalchemy or jinja2.
"""

import sys

import typer

from nornir_ikediag import __version__
from nornir_ikediag.cli import causes, collect, demo, diagnose, explain, health, lab, schema, sweep
from nornir_ikediag.cli._exits import guarded

EPILOG = (
    "Exit codes: 0 nothing to act on, 1 warnings, 2 a tunnel has a critical or error finding, 3 something could not be "
    "judged or the command was wrong, 130 interrupted. Start with `ikediag demo`."
)

app = typer.Typer(
    name="ikediag",
    help="Why is this VPN tunnel on a Cisco ASA down? The answer, with the device's own line.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def _top(
    version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True),
) -> None:
    if version:
        typer.echo(f"ikediag {__version__}")
        raise typer.Exit


# In the order of a user's needs. A test compares this list with the modules of the folder.
for _module in (demo, diagnose, health, explain, collect, sweep, causes, schema):
    app.command(_module.__name__.rpartition(".")[2])(_module.command)
app.add_typer(lab.app, name="lab")


def main() -> None:
    """What the console script `ikediag` calls. Leaves with the exit codes that we promise, and no others."""
    sys.exit(guarded(typer.main.get_command(app), sys.argv[1:]))
