"""`ikediag health`: the whole fleet, with show commands only."""

from msgspec.structs import replace

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import check, check_folder, deliver


@options.to_reach_devices
def command(
    *,
    filters: options.Filters = None,
    peer: options.Peer = None,
    save: options.Save = None,
    wanted: Wanted,
    format_: options.Format = "text",
    output: options.Output = None,
) -> int:
    """Check every tunnel of the fleet, with show commands only.

    Every device of the inventory, every tunnel with its state, and what is wrong with it. No debug window is opened.
    Made for a schedule: the exit code is that of a monitoring plugin.

    \b
    Examples:
      ikediag health -c config.yaml
      ikediag health -F site=berlin --format metrics -o /var/lib/node_exporter/ikediag.prom
    """
    check(format_, output)
    check_folder(save)
    nornir = fleet(replace(wanted, filters=filters))

    from nornir_ikediag.cli._run import reported
    from nornir_ikediag.tasks import collect_state

    return deliver(reported(nornir, "reading", collect_state, peer=peer, save=save), format_, output)
