"""`ikediag demo`: the whole of it on simulated firewalls, for somebody who has none at hand."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_ikediag.cli import _options as options
from nornir_ikediag.cli._exits import stop
from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.cli._output import check, deliver, say
from nornir_ikediag.cli._terminal import fitted
from nornir_ikediag.cli.lab import how_to_use, wait_for_interrupt
from nornir_ikediag.report._words import TO_ACT_ON, plural

if TYPE_CHECKING:
    from nornir_ikediag.lab import Lab
    from nornir_ikediag.model.report import Report

# What a fleet looks like on a bad day: most of it is fine, and no two of the others ail from the same.
ENDS: tuple[str, ...] = (
    "healthy-main-mode-initiator",
    "healthy-main-mode-responder",
    "ikev2-accepted",
    "ezvpn-aggressive-mode",
    "wrong-key-main-mode-initiator",
    "phase1-encryption-refused",
    "transform-refused",
    "proxies-refused",
    "tunnel-group-missing",
    "peer-silent",
    "one-way-traffic",
    "dpd-loss",
)
_SPEED = 10.0
_WINDOW_SECONDS = 20


def command(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the firewalls up afterwards, to play with.")] = False,
    format_: options.Format = "text",
    output: options.Output = None,
) -> int:
    """Show all of it on simulated firewalls: health run, debug windows, report.

    Nothing but this computer is touched: the firewalls are simulated and listen on loopback, and the SSH to them is
    real. Takes about a minute, because negotiations take their time.

    \b
    Examples:
      ikediag demo
      ikediag demo --keep
    """
    from nornir_ikediag.lab import serve

    check(format_, output)
    with tempfile.TemporaryDirectory(prefix="ikediag-demo-") as folder, serve(ENDS, speed=_SPEED) as lab:
        config = lab.write_inventory(Path(folder))
        os.environ.update(lab.environment())
        _tell(f"{plural(len(lab.hosts), 'simulated firewall')} on loopback, real SSH, {_SPEED:.0f} times as fast.\n")
        deliver(_run(config), format_, output)
        if keep:
            say(fitted("\n" + how_to_use(lab, config), sys.stdout))
            wait_for_interrupt()
        else:
            _tell(_farewell(lab))
    return 0


def _run(config: Path) -> Report:
    from nornir_ikediag.cli._run import reported
    from nornir_ikediag.pipeline import report
    from nornir_ikediag.tasks import collect_state, diagnose

    _tell("1. health: show commands only, all firewalls at once")
    health = reported(fleet(Wanted(config=config)), "reading", collect_state)
    broken = _broken(health)
    _tell(f"\n2. diagnose: {plural(len(broken), 'firewall')} of {len(health.devices)} need a closer look")
    _tell("   each gets a debug window where its state does not tell; it is proved closed")
    closer = reported(
        fleet(Wanted(config=config, hosts=broken)),
        "diagnosing",
        diagnose,
        window_seconds=_WINDOW_SECONDS,
        stop=stop,
    )
    _tell("\n3. the report\n")
    judged = {device.name: device for device in closer.devices}
    return report([judged.get(device.name, device) for device in health.devices])


def _broken(health: Report) -> list[str]:
    """Whatever is not up, or has a finding that asks for action, on devices that let us in."""
    return [
        device.name
        for device in health.devices
        if device.status in ("read", "partial")
        and (
            any(tunnel.state not in ("up", "rekeying") for tunnel in device.tunnels)
            or any(finding.severity in TO_ACT_ON for finding in device.findings)
        )
    ]


def _farewell(lab: Lab) -> str:
    broken = next(host.name for host in lab.hosts if host.scenario.cause)
    return (
        "\nThat was real SSH to firewalls that do not exist. Next:\n"
        f"  ikediag demo --keep              the same, and they stay up: try ikediag diagnose {broken}\n"
        "  ikediag explain FILE...          a log or show output that you have\n"
        "  ikediag diagnose HOST --user ME  a firewall of yours; --dry-run shows what would be sent"
    )


def _tell(text: str) -> None:
    print(fitted(text, sys.stderr), file=sys.stderr, flush=True)
