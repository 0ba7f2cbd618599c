"""The devices that a command is about: a Nornir object made from the options, with credentials that stand nowhere.

A value comes from the option, else the environment, else the inventory, else a default or, on a terminal, a prompt.
"""

from __future__ import annotations

import difflib
import getpass
import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nornir_ikediag.errors import UsageError
from nornir_ikediag.redact import redact

if TYPE_CHECKING:
    from nornir.core import Nornir
    from nornir.core.inventory import Host

_HERE = ("config.yaml", "nornir.yaml")
_WORKERS = 20


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say about devices. Without ``hosts`` the whole inventory, as far as ``filters`` leave it."""

    hosts: Sequence[str] | None = None
    filters: Sequence[str] | None = None
    config: Path | None = None
    user: str | None = None
    ssh_config: Path | None = None
    context: str | None = None
    workers: int | None = None
    dry_run: bool = False


def fleet(wanted: Wanted) -> Nornir:
    """The devices, ready for tasks. Raises UsageError: no such configuration, host, filter; no credentials."""
    config = _config(wanted.config)
    nornir = _of_configuration(config, wanted) if config else None
    known = list(nornir.inventory.hosts) if nornir else []
    if wanted.user and wanted.hosts and all(_is_of_no_inventory(name, known) for name in wanted.hosts):
        nornir = _of_addresses(wanted.hosts, wanted)
    elif nornir is None or config is None:
        raise UsageError(
            "There is no Nornir configuration: name one with -c, or run where a config.yaml is. An address alone needs "
            "--user. `ikediag lab up` writes an inventory to try things on."
        )
    else:
        nornir = _selected(nornir, wanted, config)
    _give_credentials(nornir, wanted)
    if wanted.context:
        for host in nornir.inventory.hosts.values():
            host.data["ikediag"] = {**(host.get("ikediag") or {}), "context": wanted.context}
    return nornir


def _config(named: Path | None) -> Path | None:
    if named is not None:
        if named.is_dir():
            raise UsageError(f"-c takes a Nornir configuration file; {named} is a folder. Name the file in it.")
        if not named.is_file():
            raise UsageError(f"There is no Nornir configuration {named}.")
        return named
    return next((Path(name) for name in _HERE if Path(name).is_file()), None)


def _of_configuration(config: Path, wanted: Wanted) -> Nornir:
    from nornir import InitNornir

    settings: dict[str, Any] = {"logging": {"enabled": False}, "dry_run": wanted.dry_run}
    if wanted.ssh_config is not None:
        settings["ssh"] = {"config_file": str(_existing(wanted.ssh_config))}
    if wanted.workers is not None:
        settings["runner"] = {"plugin": "threaded", "options": {"num_workers": wanted.workers}}
    _quiet()
    try:
        return InitNornir(config_file=str(config), **settings)
    except Exception as error:
        reason, _ = redact(" ".join(str(error).split())[:200])
        reason, hint = f"{type(error).__name__}: {reason}", "Correct it, or the inventory it names."
        if isinstance(error, FileNotFoundError):
            reason = f"there is no file {error.filename}"
            hint = (
                "Relative paths in it count from the folder that you are in: run in the right one, or write them whole."
            )
        elif isinstance(error, KeyError):
            reason = f"nothing is called {error}: is it a group that a host names, and that is missing?"
        raise UsageError(f"The Nornir configuration {config} could not be used ({reason}). {hint}") from error


def _of_addresses(hosts: Sequence[str], wanted: Wanted) -> Nornir:
    from nornir.core import Nornir
    from nornir.core.configuration import Config, SSHConfig
    from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
    from nornir.core.plugins.connections import ConnectionPluginRegister
    from nornir.core.state import GlobalState
    from nornir.plugins.runners import ThreadedRunner

    if wanted.filters:
        raise UsageError(f"-F chooses from an inventory, and {', '.join(hosts)} is of none. Leave one of them out.")
    ConnectionPluginRegister.auto_register()
    _quiet()
    ssh = SSHConfig(config_file=str(_existing(wanted.ssh_config))) if wanted.ssh_config else SSHConfig()
    inventory = Inventory(
        hosts=Hosts(
            {name: Host(name=name, hostname=name, platform="cisco_asa", username=wanted.user) for name in hosts}
        ),
        groups=Groups(),
        defaults=Defaults(),
    )
    return Nornir(
        inventory=inventory,
        config=Config(ssh=ssh),
        data=GlobalState(dry_run=wanted.dry_run),
        runner=ThreadedRunner(num_workers=wanted.workers or _WORKERS),
    )


def _selected(nornir: Nornir, wanted: Wanted, config: Path) -> Nornir:
    known = list(nornir.inventory.hosts)
    chosen, filters = wanted.hosts or (), wanted.filters or ()
    for name in chosen:
        if name not in known:
            raise UsageError(f"The inventory of {config} has no host {name}. {_instead(name, known, wanted)}")
    if chosen:
        nornir = nornir.filter(filter_func=lambda host: host.name in chosen)
    for text in filters:
        nornir = _filtered(nornir, text)
    if not nornir.inventory.hosts:
        said = f" with {' '.join(filters)}" if filters else ""
        raise UsageError(f"The inventory of {config} has no host{said}.")
    return nornir


def _instead(name: str, known: Sequence[str], wanted: Wanted) -> str:
    """What to type for a host that is not in the inventory."""
    close = _similar(name, known)
    if close and not _is_address(name):
        return f"Did you mean {' or '.join(close)}?"
    if _is_address(name) or "." in name:
        if not wanted.user:
            return "An address that is in no inventory needs --user."
        return "Addresses go into a run of their own, without hosts of the inventory."
    return f"It has {', '.join(known[:8])}{', …' if len(known) > 8 else ''}." if known else "It is empty."


def _similar(name: str, known: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(name, known, n=3)


def _filtered(nornir: Nornir, text: str) -> Nornir:
    from nornir.core.filter import F

    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"-F takes KEY=VALUE, as in -F site=berlin; {text} is not that.")
    values: list[Any] = [value]
    if value.lstrip("-").isdigit():
        values.append(int(value))
    if value.lower() in ("true", "false"):
        values.append(value.lower() == "true")

    def matches(host: Host) -> bool:
        return any(F(**{key: one})(host) for one in values) or (key == "group" and host.has_parent_group(value))

    return nornir.filter(filter_func=matches)


def _give_credentials(nornir: Nornir, wanted: Wanted) -> None:
    """User name, password and enable to every host, in this process only. Prompts once, and only on a terminal."""
    from nornir_ikediag.functions import give_credentials

    hosts = nornir.inventory.hosts.values()
    user = wanted.user or os.environ.get("IKEDIAG_USERNAME")
    password, enable = os.environ.get("IKEDIAG_PASSWORD"), os.environ.get("IKEDIAG_ENABLE")
    if user is None and not all(host.username for host in hosts):
        user = _asked("User name: ", "IKEDIAG_USERNAME", secret=False)
    if password is None and not all(host.password or _has_key(host) for host in hosts):
        password = _asked(f"Password of {user or 'the user'}: ", "IKEDIAG_PASSWORD", secret=True)
        if enable is None and not all(_extras(host).get("secret") for host in hosts):
            enable = _asked("Enable password (empty for none): ", "IKEDIAG_ENABLE", secret=True)
    given = {"IKEDIAG_USERNAME": user, "IKEDIAG_PASSWORD": password, "IKEDIAG_ENABLE": enable}
    give_credentials(nornir, {name: value for name, value in given.items() if value is not None})


def _asked(prompt: str, variable: str, *, secret: bool) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"There is nobody to ask for credentials: standard input is no terminal. Set {variable}.")
    try:
        if secret:
            return getpass.getpass(prompt)
        print(prompt, end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip()
    except EOFError as error:
        raise KeyboardInterrupt from error


def _extras(host: Host) -> dict[str, Any]:
    return dict(host.get_connection_parameters("netmiko").extras or {})


def _has_key(host: Host) -> bool:
    extras = _extras(host)
    agent = extras.get("allow_agent") and os.environ.get("SSH_AUTH_SOCK")
    return bool(extras.get("use_keys") or extras.get("key_file") or agent)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"There is no SSH configuration {path}.")
    return path


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_of_no_inventory(name: str, known: Sequence[str]) -> bool:
    """An address, or a name of the DNS. One that resembles a host of the inventory is a slip unless it resolves."""
    if name in known:
        return False
    if _is_address(name):
        return True
    return "." in name and "/" not in name and (not _similar(name, known) or _resolves(name))


def _resolves(name: str) -> bool:
    try:
        return bool(socket.getaddrinfo(name, None))
    except (OSError, UnicodeError):
        return False


def _quiet() -> None:
    """Nornir logs tracebacks, and they may hold what a device said: our own sentences and log stand for them."""
    logger = logging.getLogger("nornir")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
