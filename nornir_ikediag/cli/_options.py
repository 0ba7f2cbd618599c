"""Options that several commands share: one wording, one environment variable each."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from nornir_ikediag.cli._fleet import Wanted

Config = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="CONFIG",
        envvar="IKEDIAG_CONFIG",
        help="Nornir configuration file; without it `config.yaml` or `nornir.yaml` here.",
    ),
]
Filters = Annotated[
    list[str] | None,
    typer.Option("-F", "--filter", metavar="KEY=VALUE", help="Only hosts with this in the inventory; repeatable."),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="NUMBER", min=1, envvar="IKEDIAG_WORKERS", help="How many devices at once."),
]
User = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="NAME",
        envvar="IKEDIAG_USERNAME",
        help="Log in as this user. Passwords come from IKEDIAG_PASSWORD and IKEDIAG_ENABLE, or from a prompt.",
    ),
]
SshConfig = Annotated[
    Path | None,
    typer.Option(
        "--ssh-config", metavar="FILE", envvar="IKEDIAG_SSH_CONFIG", help="OpenSSH client configuration (jump hosts)."
    ),
]
Context = Annotated[
    str | None,
    typer.Option(
        "--context",
        metavar="NAME",
        envvar="IKEDIAG_CONTEXT",
        help="Go to this context of a firewall in multiple mode; without it `data.ikediag.context` of the inventory.",
    ),
]
Format = Annotated[
    str,
    typer.Option("--format", metavar="FORMAT", envvar="IKEDIAG_FORMAT", help="text, json, html, junit or metrics."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", readable=False, help="Write the report there instead of to standard output."
    ),
]
Peer = Annotated[
    str | None,
    typer.Option(
        "--peer",
        metavar="WHO",
        envvar="IKEDIAG_PEER",
        help="Only this peer: an address, a tunnel-group or a user name.",
    ),
]
Window = Annotated[
    int | None,
    typer.Option(
        "--window", metavar="SECONDS", min=0, max=600, envvar="IKEDIAG_WINDOW", help="At most so long; 0 opens none."
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Open a window even if the state tells enough, and although the device is busy or does not say how it is.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read what decides about the window, then print the plan.")]
Offline = Annotated[bool, typer.Option("--offline", help="With --dry-run: send nothing at all, only print the plan.")]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FOLDER", help="Keep what the devices said there, for `ikediag explain`."),
]


def to_reach_devices(command: Callable[..., int]) -> Callable[..., int]:
    """The command with the options that lead to devices in the place of its parameter ``wanted``, made of them."""
    shared = inspect.signature(_wanted).parameters
    own = inspect.signature(command)
    parameters = [
        option for one in own.parameters.values() for option in (shared.values() if one.name == "wanted" else [one])
    ]

    @functools.wraps(command)
    def joined(**given: Any) -> int:
        wanted = _wanted(**{name: given.pop(name) for name in shared})
        return command(wanted=wanted, **given)

    joined.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # what typer reads
    return joined


def _wanted(
    *,
    config: Config = None,
    user: User = None,
    ssh_config: SshConfig = None,
    context: Context = None,
    workers: Workers = None,
) -> Wanted:
    return Wanted(config=config, user=user, ssh_config=ssh_config, context=context, workers=workers)
