"""`ikediag sweep`: what debug windows, ours or others', may have left behind."""

from msgspec.structs import replace

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import FAILED, HEALTHY, UNDETERMINED, complain, worse
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import say
from nornir_ikediag.device.commands import is_address
from nornir_ikediag.report._words import plural, printable

_HOW_TO_END = (
    "End a debug with `no debug ...` in the session that has it on, or end that session. End a condition with\n"
    "its `no` form when nobody who is at work needs it: the device does not tell whose it is.\n"
)


@options.to_reach_devices
def command(
    *,
    filters: options.Filters = None,
    wanted: Wanted,
) -> int:
    """Check that no firewall has a debug or a debug condition left on.

    Reads `show debug` and `show crypto debug-condition` on every host, and says what is left and how to end it. It ends
    nothing itself: a debug may be somebody else's.

    \b
    Example:
      ikediag sweep -c config.yaml
    """
    nornir = fleet(replace(wanted, filters=filters))

    from nornir_ikediag.assemble import assemble
    from nornir_ikediag.cli._run import aggregated
    from nornir_ikediag.functions import to_captures, to_report
    from nornir_ikediag.tasks import collect_state

    results = aggregated(nornir, "looking", collect_state)
    facts = [assemble(capture).facts for capture in to_captures(results)]
    left = [one for one in facts if one.debug_on or one.debug_conditions]
    for one in left:
        for line in one.debug_on or ():
            say(f"{printable(one.name)}: {printable(line.text.strip())}\n")
        for line in one.debug_conditions or ():
            say(f"{printable(one.name)}: debug condition: {printable(line.text.strip())}\n")
        peers = [word for line in one.debug_conditions or () for word in line.text.split() if is_address(word)]
        say("".join(f"{printable(one.name)}# no debug crypto condition peer {peer}\n" for peer in peers))
    if left:
        say(_HOW_TO_END)
    kept_out = [device for device in to_report(results).devices if device.status in ("unreachable", "login-failed")]
    unknown = [one for one in facts if one.debug_on is None or one.debug_conditions is None]
    for device in kept_out:
        complain(next(iter(device.not_judged), f"{device.name} could not be read."))
    for one in unknown:
        complain(f"{one.name} did not tell which debugs are on.")
    say(f"{plural(len(facts), 'firewall')} read, {len(left)} with something left behind.\n")
    return worse(FAILED if left else HEALTHY, UNDETERMINED if kept_out or unknown else HEALTHY)
