"""`ikediag diagnose`: state, a debug window if the state does not tell, verdict."""

import sys
from typing import Annotated

import typer
from msgspec.structs import replace

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import stop
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import check, check_folder, deliver, say
from nornir_ikediag.model.report import Report
from nornir_ikediag.report._words import printable


@options.to_reach_devices
def command(
    *,
    hosts: Annotated[
        list[str], typer.Argument(metavar="HOST", help="A name of the inventory, or an address with --user.")
    ],
    peer: options.Peer = None,
    window: options.Window = None,
    force: options.Force = False,
    dry_run: options.DryRun = False,
    offline: options.Offline = False,
    save: options.Save = None,
    wanted: Wanted,
    format_: options.Format = "text",
    output: options.Output = None,
) -> int:
    """Find out why a tunnel of this firewall does not work.

    Logs in, reads the SAs and what else is free, opens a debug window only if that does not tell, proves that it is
    closed again, and names the cause with the line that proves it. Nothing is configured, cleared or written on the
    device.

    \b
    Examples:
      ikediag diagnose fw1 --peer 203.0.113.7
      ikediag diagnose 198.51.100.1 --user netops --window 90
      ikediag diagnose fw1 --dry-run
    """
    check(format_, output)
    check_folder(save)
    nornir = fleet(replace(wanted, hosts=hosts, dry_run=dry_run or offline))

    from nornir_ikediag.cli._run import aggregated
    from nornir_ikediag.functions import to_report
    from nornir_ikediag.tasks import diagnose

    parameters = {
        "peer": peer,
        "window_seconds": window,
        "force_window": force,
        "offline": offline or None,
        "save": save,
        "stop": stop,
    }
    results = aggregated(nornir, "diagnosing", diagnose, **parameters)
    if offline:
        for name, result in results.items():
            say("".join(f"{name}# {command}\n" for command in result.result["plan"]))
        return 0
    report = to_report(results)
    if dry_run:
        _tell_where_no_window_is_wanted(report)
    return deliver(report, format_, output)


def _tell_where_no_window_is_wanted(report: Report) -> None:
    """The report shows the plan of the other devices; of these there is nothing to show."""
    for device in report.devices:
        if device.status == "read" and device.debug is None:
            print(f"   {printable(device.name)}: no debug window would be opened", file=sys.stderr)
