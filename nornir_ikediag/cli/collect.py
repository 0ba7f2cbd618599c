"""`ikediag collect`: keep what devices say, to be explained later or elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from nornir_ikediag.cli import _options as options


def command(
    *,
    hosts: Annotated[
        list[str] | None, typer.Argument(metavar="[HOST]...", help="Without any, the whole inventory.")
    ] = None,
    into: Annotated[Path, typer.Option("--into", metavar="FOLDER", help="One folder a device is made there.")] = Path(
        "captures"
    ),
    peer: options.Peer = None,
    window: options.Window = 0,
    filters: options.Filters = None,
    config: options.Config = None,
    user: options.User = None,
    ssh_config: options.SshConfig = None,
    workers: options.Workers = None,
) -> int:
    """Save what the firewalls say, without judging it.

    Secrets are taken out before anything reaches the disk. A debug window is opened only when --window asks for one.

    \b
    Examples:
      ikediag collect fw1 fw2 --into captures
      ikediag collect fw1 --peer 203.0.113.7 --window 60
      ikediag explain captures/fw1
    """
    return 0
