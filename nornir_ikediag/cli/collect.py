"""`ikediag collect`: keep what devices say, to be explained later or elsewhere."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import HEALTHY, UNDETERMINED, complain, stop
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import check_folder, say


@options.to_reach_devices
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
    force: options.Force = False,
    filters: options.Filters = None,
    wanted: Wanted,
) -> int:
    """Save what the firewalls say, without judging it.

    Secrets are taken out before anything reaches the disk. A debug window is opened only when --window asks for one.

    \b
    Examples:
      ikediag collect fw1 fw2 --into captures
      ikediag collect fw1 --peer 203.0.113.7 --window 60
      ikediag explain captures/fw1
    """
    check_folder(into)
    nornir = fleet(replace(wanted, hosts=hosts, filters=filters))

    from nornir_ikediag.cli._run import aggregated
    from nornir_ikediag.functions import to_report, write_captures
    from nornir_ikediag.tasks import collect_debug, collect_state

    if window:
        parameters = {"peer": peer, "window_seconds": window, "force_window": force, "stop": stop}
        results = aggregated(nornir, "listening", collect_debug, **parameters)
    else:
        results = aggregated(nornir, "reading", collect_state, peer=peer)
    say("".join(f"{folder}\n" for folder in write_captures(results, into)))
    devices = to_report(results).devices
    kept_out = [device for device in devices if device.status != "read"]
    for device in kept_out:
        complain(next(iter(device.not_judged), f"{device.name} could not be read to the end."))
    refused = [device.debug.refusal for device in devices if device.debug and device.debug.refusal]
    for sentence in refused:
        complain(sentence)
    return UNDETERMINED if kept_out or refused else HEALTHY
