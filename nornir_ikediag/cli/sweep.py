"""`ikediag sweep`: what debug windows, ours or others', may have left behind."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import replace

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import HEALTHY, UNDETERMINED, WARNING, complain, worse
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import say
from nornir_ikediag.errors import UsageError
from nornir_ikediag.report._words import plural, printable

if TYPE_CHECKING:
    from nornir_ikediag.device.records import WindowRecord

_CODES = {"clean": HEALTHY, "mended": HEALTHY, "left": WARNING, "not-looked": UNDETERMINED}
_COUNTED = {"clean": "clean", "mended": "mended", "left": "with something left on", "not-looked": "not looked at"}


@options.to_reach_devices
def command(
    *,
    hosts: Annotated[
        list[str] | None, typer.Argument(metavar="[HOST]...", help="Without any, the whole inventory.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look, and say what would be sent; change nothing.")
    ] = False,
    filters: options.Filters = None,
    wanted: Wanted,
) -> int:
    """Check and mend what debug windows may have left behind.

    A window puts on record what it switches on, before it does. Should its process be killed, sweep takes back what the
    record names, if ours is the only SSH session on the firewall, and proves it. Whatever else is on may be somebody
    else's: it is told with what to type, and never touched.

    Exit codes: 0 nothing is left on, or all of it was mended; 1 something is left on; 3 a firewall could not be looked
    at.

    \b
    Examples:
      ikediag sweep -c config.yaml --dry-run
      ikediag sweep 198.51.100.1 --user netops
    """
    try:
        nornir = fleet(replace(wanted, hosts=hosts, filters=filters, dry_run=dry_run))
    except UsageError:
        _tell_of_records(set())  # they may say which firewall is meant
        raise

    from nornir_ikediag.cli._run import aggregated
    from nornir_ikediag.tasks import sweep

    results = {name: result[0].result for name, result in aggregated(nornir, "looking", sweep).items()}
    for name, result in sorted(results.items()):
        for look in result["looks"]:
            _tell(f"{name}/{look['context']}" if look["context"] else name, look)
    outcomes = [result["outcome"] for result in results.values()]
    looked_at = {path for result in results.values() for path in result["records"]}
    code = worse(*(_CODES[outcome] for outcome in outcomes), _tell_of_records(looked_at))
    counted = ", ".join(f"{outcomes.count(outcome)} {said}" for outcome, said in _COUNTED.items())
    say(f"{plural(len(outcomes), 'firewall')}: {counted}.\n")
    return code


def _tell(name: str, look: dict[str, Any]) -> None:
    first, *others = map(printable, look["sentences"])
    if look["outcome"] == "not-looked":
        complain(first)
    else:
        say(" ".join([f"{printable(name)}: {first}", *(one[0].upper() + one[1:] for one in others)]) + "\n")


def _tell_of_records(looked_at: set[str]) -> int:
    """The records that belong to none of the firewalls that were looked at; the exit code that goes with them."""
    from nornir_ikediag.device.records import kept, unusable

    code = HEALTHY
    try:
        records, unreadable = kept()
        over = [one for one in records if str(one.path) not in looked_at and one.is_over()]
    except (OSError, NotImplementedError) as error:
        return complain(unusable(error))
    for one in over:
        code = WARNING
        where, again = _where(one.record)
        say(
            f"{where}: a window of ours was not closed there, and it is not among the firewalls looked at. "
            f"Type: `{again}`, or remove {one.path} if it is no more.\n"
        )
    for path in unreadable:
        code = complain(
            f"{path} is no record of a debug window, or cannot be read: what it was about is unknown. See that nothing "
            "is left on (`ikediag sweep`), and remove it."
        )
    return code


def _where(record: "WindowRecord") -> tuple[str, str]:
    """The firewall of this record, one of an inventory or an address, and the command that sweeps it."""
    if record.name == record.host:
        return printable(record.host), printable(f"ikediag sweep {record.host} --user {record.username}")
    where = f"{record.name} ({record.host} port {record.port})"
    return printable(where), printable(f"ikediag sweep {record.name}")
