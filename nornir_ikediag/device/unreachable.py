"""Why a device cannot be reached or logged in to, in a sentence that says what to look at.

Netmiko folds whatever paramiko and the sockets say into two exceptions of its own; what they were made from still hangs
on them, and that is what is looked at here. The text of an exception of theirs is never passed on.
"""

import errno
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import paramiko  # type: ignore[import-untyped]
from netmiko.exceptions import NetmikoAuthenticationException

from nornir_ikediag.errors import DeviceError, DeviceUnreachable, LoginFailed

_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH}


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where to log in and how. ``options`` go to netmiko as they are. Not for printing: it holds credentials."""

    name: str
    hostname: str
    port: int | None = None
    username: str = ""
    password: str | None = None
    enable: str = ""
    jitter_seconds: float = 0.3
    options: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        return f"Destination({self.name})"


class Failure(NamedTuple):
    """What to raise, and whether a second attempt may not meet it."""

    error: DeviceError
    passing: bool


def explain(where: Destination, error: BaseException) -> Failure:
    """The sentence for whatever a connection attempt raised."""
    for reader in (_login, _greeting, _network, _ssh):
        for one in _chain(error):
            if (failure := reader(where, one)) is not None:
                return failure
    return _unreachable(where, "could not be reached over SSH. Try: ssh " + where.hostname + ".", passing=True)


def misconfigured(where: Destination, error: TypeError | ValueError) -> DeviceError:
    """The sentence for connection options that netmiko does not take."""
    what = "an option that netmiko does not know" if isinstance(error, TypeError) else "a value that does not work"
    return DeviceUnreachable(
        where.name,
        f"{where.name} could not be contacted: its connection options hold {what}. Check connection_options.netmiko."
        f"extras ({', '.join(sorted(where.options))}) and the SSH configuration.",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made from, the innermost first."""
    inner = error.__cause__ or error.__context__
    if inner is not None:
        yield from _chain(inner)
    if isinstance(error, paramiko.ssh_exception.NoValidConnectionsError):
        yield from error.errors.values()
    yield error


def _place(where: Destination) -> str:
    at = f"{where.hostname} port {where.port or 22}"
    return at if where.name == where.hostname else f"{where.name} ({at})"


def _settings(where: Destination) -> str:
    """What decides where we knock. Without a port of its own the device may be in no inventory at all."""
    if where.port is not None:
        return "its address and port in the inventory"
    return "its address; for another port than 22 set port in an inventory"


def _unreachable(where: Destination, sentence: str, *, passing: bool = False) -> Failure:
    return Failure(DeviceUnreachable(where.name, f"{_place(where)} {sentence}"), passing)


def _login(where: Destination, error: BaseException) -> Failure | None:
    if isinstance(error, paramiko.AuthenticationException) and "timeout" in str(error).lower():
        return _unreachable(where, "did not answer the login in time: its AAA server may be slow.", passing=True)
    if isinstance(error, paramiko.SSHException) and "No authentication methods available" in str(error):
        sentence = (
            "was not logged in to: there is neither a password nor a key for it. Set IKEDIAG_USERNAME and "
            "IKEDIAG_PASSWORD, or use_keys and key_file in the inventory."
        )
        return Failure(LoginFailed(where.name, f"{_place(where)} {sentence}"), passing=False)
    if isinstance(error, paramiko.AuthenticationException | NetmikoAuthenticationException):
        who = f"user {where.username}" if where.username else "a login without a user name"
        sentence = f"refused {who}. Check IKEDIAG_USERNAME and IKEDIAG_PASSWORD, or the key."
        return Failure(LoginFailed(where.name, f"{_place(where)} {sentence}"), passing=False)
    return None


def _network(where: Destination, error: BaseException) -> Failure | None:
    if isinstance(error, socket.gaierror):
        return _unreachable(where, "has a name that does not resolve. Check the name, and DNS.")
    if isinstance(error, ConnectionRefusedError):
        return _unreachable(where, f"refuses the connection: nothing listens there. Check {_settings(where)}.")
    if isinstance(error, ConnectionResetError | BrokenPipeError | EOFError):
        return _dropped(where)
    if isinstance(error, TimeoutError):
        return _unreachable(
            where, "does not answer. Check its address, the route, and the access lists on the way.", passing=True
        )
    if isinstance(error, OSError) and error.errno in _NO_ROUTE:
        return _unreachable(where, "cannot be reached: there is no route to it from here.")
    return None


def _dropped(where: Destination) -> Failure:
    """An ASA whose sessions are used up, or that does not know our address, hangs up without a word; so does a jump
    host that does not let us through."""
    if _has_jump_host(where):
        return _behind_jump_host(where)
    return _unreachable(
        where,
        "took the connection and did not go on to the login. Its SSH sessions (five a context) may all be in use, or "
        "it does not permit our address: show ssh sessions, show running-config ssh.",
        passing=True,
    )


def _behind_jump_host(where: Destination) -> Failure:
    config = where.options.get("ssh_config_file", "~/.ssh/config")
    return _unreachable(
        where,
        "could not be reached over its jump host: the connection ended before the login. "
        f"Try: ssh -F {config} -p {where.port or 22} {where.hostname}.",
        passing=True,
    )


def _has_jump_host(where: Destination) -> bool:
    """Whether the ssh_config leads to this host over another one."""
    config = where.options.get("ssh_config_file")
    if not config:
        return False
    try:
        found = paramiko.SSHConfig.from_path(str(Path(config).expanduser())).lookup(where.hostname)
    except (OSError, ValueError, paramiko.SSHException):
        return False
    return bool({"proxyjump", "proxycommand"} & set(found))


def _greeting(where: Destination, error: BaseException) -> Failure | None:
    if isinstance(error, paramiko.SSHException) and ("banner" in str(error) or "No existing session" in str(error)):
        return _dropped(where)
    return None


def _ssh(where: Destination, error: BaseException) -> Failure | None:
    text = str(error)
    if isinstance(error, paramiko.BadHostKeyException):
        return _unreachable(
            where,
            "presents another host key than the one on record. If it was replaced, remove the old one: "
            f"ssh-keygen -R {_as_known(where)}.",
        )
    if "not found in known_hosts" in text:
        return _unreachable(
            where,
            "has a host key that is not on record, and ssh_strict asks for one. Check the key, then record it: "
            f"ssh-keyscan -p {where.port or 22} {where.hostname} >> ~/.ssh/known_hosts.",
        )
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return _unreachable(
            where,
            f"and this computer have no SSH {_which(text)} in common. Old ASAs speak SHA-1 alone, which paramiko 5 "
            "dropped: install paramiko below 5, or on the ASA: ssh key-exchange group dh-group14-sha256.",
        )
    if isinstance(error, paramiko.ssh_exception.ProxyCommandFailure):
        return _behind_jump_host(where)
    return None


def _as_known(where: Destination) -> str:
    """As known_hosts names it."""
    return where.hostname if where.port in (None, 22) else f"'[{where.hostname}]:{where.port}'"


def _which(text: str) -> str:
    names = {"kex": "key exchange", "host key": "host key algorithm", "cipher": "cipher", "mac": "integrity algorithm"}
    return next((name for word, name in names.items() if word in text.lower()), "algorithm")
