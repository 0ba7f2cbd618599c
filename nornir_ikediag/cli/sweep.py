"""`ikediag sweep`: what debug windows, ours or others', may have left behind."""

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import FAILED, HEALTHY, UNDETERMINED, complain, worse
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import say
from nornir_ikediag.model.report import ReportDevice
from nornir_ikediag.report._words import plural, printable


def command(
    *,
    filters: options.Filters = None,
    config: options.Config = None,
    user: options.User = None,
    ssh_config: options.SshConfig = None,
    workers: options.Workers = None,
) -> int:
    """Check that no firewall has a debug or a debug condition left on.

    Reads `show debug` and `show crypto debug-condition` on every host, and says what is left and how to end it. It ends
    nothing itself: a debug may be somebody else's.

    \b
    Example:
      ikediag sweep -c config.yaml
    """
    wanted = Wanted(config=config, filters=tuple(filters or ()), workers=workers, user=user, ssh_config=ssh_config)
    nornir = fleet(wanted)

    from nornir_ikediag.cli._run import aggregated
    from nornir_ikediag.functions import to_report
    from nornir_ikediag.tasks import collect_state

    devices = to_report(aggregated(nornir, "looking", collect_state)).devices
    left = [_left_behind(device) for device in devices]
    say("".join(f"{line}\n" for lines in left for line in lines))
    unread = [device for device in devices if device.status in ("unreachable", "login-failed")]
    for device in unread:
        complain(next(iter(device.not_judged), f"{device.name} could not be read."))
    say(f"{plural(len(devices) - len(unread), 'firewall')} read, {sum(map(bool, left))} with something left behind.\n")
    return worse(FAILED if any(left) else HEALTHY, UNDETERMINED if unread else HEALTHY)


def _left_behind(device: ReportDevice) -> list[str]:
    """A line for each thing that is on, and for each command that ends it."""
    lines = []
    for finding in device.findings:
        if finding.cause == "debug-left-on":
            lines += [f"{printable(device.name)}: {printable(one.text.strip())}" for one in finding.evidence]
            lines += [f"  to end it: {printable(step.command)}  ({printable(step.why)})" for step in finding.next_steps]
    return lines
