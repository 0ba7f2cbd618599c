"""Which devices a command is about, and whose credentials it uses, before anything is sent."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nornir_ikediag.cli._fleet import Wanted, fleet
from nornir_ikediag.errors import UsageError

Run = Callable[..., subprocess.CompletedProcess[str]]

HOSTS = """\
fw1:
  hostname: 192.0.2.1
  platform: cisco_asa
  groups: [asa]
  data: {site: berlin, rack: 7, spare: false}
fw2:
  hostname: 192.0.2.2
  platform: cisco_asa
  groups: [asa]
  data: {site: lyon, rack: 8, spare: true}
"""
GROUPS = (
    "asa:\n  username: inventory-user\n  connection_options:\n    netmiko:\n      extras: {allow_auto_change: false}\n"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "inventory"
    folder.mkdir()
    (folder / "hosts.yaml").write_text(HOSTS, encoding="utf-8")
    (folder / "groups.yaml").write_text(GROUPS, encoding="utf-8")
    path = folder / "config.yaml"
    options = "".join(f"    {name}_file: {folder}/{name}s.yaml\n" for name in ("host", "group"))
    path.write_text(f"inventory:\n  plugin: SimpleInventory\n  options:\n{options}", encoding="utf-8")
    return path


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IKEDIAG_PASSWORD", "from-environment")
    monkeypatch.setenv("IKEDIAG_ENABLE", "enable-from-environment")
    monkeypatch.delenv("IKEDIAG_USERNAME", raising=False)


@pytest.mark.usefixtures("_credentials")
@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        ((), ["fw1", "fw2"]),
        (("site=lyon",), ["fw2"]),
        (("rack=7",), ["fw1"]),
        (("spare=true",), ["fw2"]),
        (("name=fw1",), ["fw1"]),
        (("hostname=192.0.2.2",), ["fw2"]),
        (("group=asa", "site=berlin"), ["fw1"]),
        (("site__startswith=ber",), ["fw1"]),
        (("platform=cisco_asa",), ["fw1", "fw2"]),
    ],
)
def test_filters_as_nornir_users_expect(config: Path, filters: tuple[str, ...], chosen: list[str]) -> None:
    assert list(fleet(Wanted(config=config, filters=filters)).inventory.hosts) == chosen


@pytest.mark.usefixtures("_credentials")
def test_credentials_come_from_option_then_environment_then_inventory(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_first(wanted: Wanted) -> tuple[str | None, str | None, str]:
        host = fleet(wanted).inventory.hosts["fw1"]
        extras = host.get_connection_parameters("netmiko").extras or {}
        return host.username, host.password, extras["secret"]

    secrets = ("from-environment", "enable-from-environment")
    assert of_first(Wanted(config=config)) == ("inventory-user", *secrets)
    monkeypatch.setenv("IKEDIAG_USERNAME", "environment-user")
    assert of_first(Wanted(config=config)) == ("environment-user", *secrets)
    assert of_first(Wanted(config=config, user="option-user")) == ("option-user", *secrets)


@pytest.mark.usefixtures("_credentials")
def test_the_enable_password_keeps_the_other_extras(config: Path) -> None:
    extras = fleet(Wanted(config=config)).inventory.hosts["fw2"].get_connection_parameters("netmiko").extras
    assert extras == {"allow_auto_change": False, "secret": "enable-from-environment"}


@pytest.mark.usefixtures("_credentials")
def test_an_address_needs_no_inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (host,) = fleet(Wanted(hosts=("2001:db8::9",), user="me")).inventory.hosts.values()
    assert (host.name, host.hostname, host.username, host.platform) == ("2001:db8::9", "2001:db8::9", "me", "cisco_asa")


@pytest.mark.usefixtures("_credentials")
def test_an_address_beside_an_inventory(config: Path) -> None:
    assert list(fleet(Wanted(config=config, hosts=("192.0.2.77",), user="me")).inventory.hosts) == ["192.0.2.77"]


@pytest.mark.usefixtures("_credentials")
@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"hosts": ("fw11",)}, r"has no host fw11\. Did you mean fw1\?$"),
        ({"hosts": ("zzz",)}, r"has no host zzz\. It has fw1, fw2\.$"),
        ({"hosts": ("192.0.2.9",)}, r"has no host 192\.0\.2\.9\. An address that is in no inventory needs --user\.$"),
        (
            {"hosts": ("fw1", "192.0.2.9"), "user": "me"},
            r"has no host 192\.0\.2\.9\. Addresses go into a run of their own, without hosts of the inventory\.$",
        ),
        ({"hosts": ("fw1.x",)}, r"has no host fw1\.x\. Did you mean fw1\?$"),
        ({"hosts": ("asa.example.net",)}, r"asa\.example\.net\. An address that is in no inventory needs --user\.$"),
        (
            {"hosts": ("192.0.2.9",), "user": "me", "filters": ("site=oslo",)},
            r"^-F chooses from an inventory, and 192\.0\.2\.9 is of none\. Leave one of them out\.$",
        ),
        ({"filters": ("site=oslo",)}, r"has no host with site=oslo\.$"),
        ({"filters": ("site",)}, r"^-F takes KEY=VALUE, as in -F site=berlin; site is not that\.$"),
        ({"ssh_config": Path("/no/such/file")}, r"^There is no SSH configuration /no/such/file\.$"),
    ],
)
def test_what_cannot_be_chosen_is_a_sentence(config: Path, wanted: dict[str, tuple[str, ...]], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        fleet(Wanted(config=config, **wanted))  # type: ignore[arg-type]


@pytest.mark.usefixtures("_credentials")
def test_a_name_that_resembles_a_host_of_the_inventory_is_a_slip_unless_it_resolves(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getaddrinfo(name: str, port: None) -> list[str]:
        if name == "fw1.y":
            return [name]
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert list(fleet(Wanted(config=config, hosts=("fw1.y",), user="me")).inventory.hosts) == ["fw1.y"]
    assert list(fleet(Wanted(config=config, hosts=("asa.example.net",), user="me")).inventory.hosts) == [
        "asa.example.net"
    ]
    with pytest.raises(UsageError, match=r"has no host fw1\.x\. Did you mean fw1\?$"):
        fleet(Wanted(config=config, hosts=("fw1.x",), user="me"))


def test_a_configuration_whose_inventory_is_not_there_says_where_it_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.yaml"
    path.write_text("inventory: {options: {host_file: inventory/hosts.yaml}}\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        fleet(Wanted(config=path))
    assert str(caught.value) == (
        f"The Nornir configuration {path} could not be used (there is no file inventory/hosts.yaml). "
        "Relative paths in it count from the folder that you are in: run in the right one, or write them whole."
    )


def test_a_group_that_is_missing_is_named(config: Path) -> None:
    (config.parent / "groups.yaml").write_text("other: {}\n", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"could not be used \(nothing is called 'asa': is it a group that a host names"
    ):
        fleet(Wanted(config=config))


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        fleet(Wanted(config=tmp_path))
    assert str(caught.value) == (f"-c takes a Nornir configuration file; {tmp_path} is a folder. Name the file in it.")


@pytest.mark.parametrize("command", [("collect", "--into"), ("health", "--save"), ("diagnose", "fw1", "--save")])
def test_captures_that_cannot_be_kept_are_refused_before_anything_is_read(
    ikediag: Run, config: Path, command: tuple[str, ...]
) -> None:
    done = ikediag(*command, str(config / "captures"), "-c", str(config))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"ikediag: Nothing can be written to {config / 'captures'}: {config} is no folder.\n"


def test_a_faulty_configuration_is_a_sentence_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("inventory: {options: {password: hunter2hunter2, unknown: 1}}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^The Nornir configuration .* could not be used") as caught:
        fleet(Wanted(config=path))
    assert "hunter2" not in str(caught.value)


def test_nobody_to_ask_for_credentials(ikediag: Run, config: Path) -> None:
    done = ikediag("health", "-c", str(config))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "ikediag: There is nobody to ask for credentials: standard input is no terminal. Set IKEDIAG_PASSWORD.\n"
    )


def test_no_configuration_at_all(ikediag: Run) -> None:
    done = ikediag("health")
    assert done.returncode == 3
    assert done.stderr.startswith("ikediag: There is no Nornir configuration: name one with -c")


def test_a_configuration_that_does_not_exist(ikediag: Run) -> None:
    done = ikediag("diagnose", "fw1", "-c", "nowhere.yaml")
    assert (done.returncode, done.stderr) == (3, "ikediag: There is no Nornir configuration nowhere.yaml.\n")


@pytest.mark.usefixtures("_credentials")
@pytest.mark.parametrize(
    ("option", "contexts"),
    [(None, {"fw1": "from-group", "fw2": "from-host"}), ("customer-a", {"fw1": "customer-a", "fw2": "customer-a"})],
)
def test_the_context_of_the_option_comes_before_that_of_the_inventory(
    config: Path, option: str | None, contexts: dict[str, str]
) -> None:
    inventory = config.parent
    (inventory / "groups.yaml").write_text(
        f"{GROUPS}  data: {{ikediag: {{context: from-group, window_seconds: 30}}}}\n", encoding="utf-8"
    )
    (inventory / "hosts.yaml").write_text(
        HOSTS.replace("spare: true}", "spare: true, ikediag: {context: from-host}}"), encoding="utf-8"
    )
    nornir = fleet(Wanted(config=config, context=option))
    assert {name: host["ikediag"]["context"] for name, host in nornir.inventory.hosts.items()} == contexts
    assert nornir.inventory.hosts["fw1"]["ikediag"]["window_seconds"] == 30
