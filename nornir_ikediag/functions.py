"""From a Nornir run to a report, for scripts and for the command."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import msgspec
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Host
from nornir.core.task import AggregatedResult, Result

from nornir_ikediag import capture as captures
from nornir_ikediag.capture import Capture
from nornir_ikediag.device.connection import CONNECTION
from nornir_ikediag.model.report import Report, ReportDevice
from nornir_ikediag.pipeline import judge, report
from nornir_ikediag.report import Paper, render
from nornir_ikediag.tasks._examination import RAW


def to_report(aggregated_result: AggregatedResult) -> Report:
    """The report on all hosts of a run of `collect_state`, `collect_debug` or `diagnose`, in the order of their names.

    A host whose result is not ours (somebody else's task failed first) stands in it as not judged.
    """
    return report([_device(name, results) for name, results in sorted(aggregated_result.items())])


def print_report(
    aggregated_result: AggregatedResult,
    *,
    format_name: str = "text",
    file: TextIO | None = None,
    width: int | None = None,
) -> None:
    """Print the report. Raises UsageError for a format that does not exist."""
    stream = file or sys.stdout
    stream.write(render(to_report(aggregated_result), format_name, Paper(width=width)))


def to_captures(aggregated_result: AggregatedResult) -> tuple[Capture, ...]:
    """What the devices said, redacted, in the order of their names; without those that said nothing at all."""
    every = (result for results in aggregated_result.values() for result in results)
    raw = (result.result for result in every if getattr(result, "name", None) == RAW)
    found = (msgspec.convert(plain, Capture) for plain in raw)
    return tuple(sorted((one for one in found if one.sources), key=lambda one: one.name))


def write_captures(aggregated_result: AggregatedResult, folder: Path) -> tuple[Path, ...]:
    """Write a capture folder for each device; returns their paths. Raises InputError if that fails."""
    return tuple(captures.write(one, folder) for one in to_captures(aggregated_result))


def give_credentials(nornir: Nornir, environment: Mapping[str, str] = os.environ) -> None:
    """Put `IKEDIAG_USERNAME`, `IKEDIAG_PASSWORD`, `IKEDIAG_ENABLE` where Nornir looks for them, in this process only.

    They win over the inventory, which should hold none; a variable that is not set changes nothing.
    """
    for host in nornir.inventory.hosts.values():
        host.username = environment.get("IKEDIAG_USERNAME") or host.username
        host.password = environment.get("IKEDIAG_PASSWORD") or host.password
        if environment.get("IKEDIAG_ENABLE"):
            _set_enable(host, environment["IKEDIAG_ENABLE"])


def _set_enable(host: Host, secret: str) -> None:
    inherited: dict[str, Any] = dict(host.get_connection_parameters(CONNECTION).extras or {})
    own = host.connection_options.get(CONNECTION) or ConnectionOptions()
    own.extras = inherited | {"secret": secret}
    host.connection_options[CONNECTION] = own


def _device(name: str, results: Iterable[Result]) -> ReportDevice:
    for result in results:
        try:
            return msgspec.convert(result.result["device"], ReportDevice)
        except (TypeError, KeyError, msgspec.ValidationError):
            continue
    return judge(
        Capture(
            name=name,
            status="unreachable",
            problem=f"{name} was not examined: an error in a task came first.",
            problem_cause="device-unreachable",
        )
    )
