"""A Nornir inventory of the hosts of a lab."""

from collections.abc import Sequence
from pathlib import Path

from nornir_ikediag.lab.host import LabHost

_CONFIG = """\
inventory:
  plugin: SimpleInventory
  options:
    host_file: {folder}/hosts.yaml
    group_file: {folder}/groups.yaml
    defaults_file: {folder}/defaults.yaml
runner:
  plugin: threaded
  options:
    num_workers: 20
logging:
  enabled: false
"""
_GROUPS = """\
asa:
  platform: cisco_asa
  connection_options:
    netmiko:
      extras:
        # netmiko would otherwise enter configuration mode at login and change `terminal width`
        allow_auto_change: false
"""


def write(folder: Path, hosts: "Sequence[LabHost]") -> Path:
    """Write `config.yaml`, `hosts.yaml`, `groups.yaml` and `defaults.yaml`; returns the path of the first.

    There are no credentials in it. ``data.scenario`` and ``data.peer`` say what the lab plays on that host,
    ``data.ikediag.context`` where the tunnel is.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hosts.yaml").write_text("".join(_host(host) for host in hosts) or "{}\n", encoding="utf-8")
    (folder / "groups.yaml").write_text(_GROUPS, encoding="utf-8")
    (folder / "defaults.yaml").write_text("data: {}\n", encoding="utf-8")
    config = folder / "config.yaml"
    config.write_text(_CONFIG.format(folder=folder.as_posix()), encoding="utf-8")
    return config


def _host(host: LabHost) -> str:
    lines = [f"{host.name}:", f"  hostname: {host.hostname}", f"  port: {host.port}", "  groups: [asa]", "  data:"]
    lines += [f"    scenario: {host.scenario.name}"]
    lines += [f"    peer: {host.peer}"] if host.peer else []
    lines += ["    ikediag:", f"      context: {host.context}"] if host.context else []
    return "\n".join(lines) + "\n"
