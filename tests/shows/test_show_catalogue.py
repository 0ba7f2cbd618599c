"""The laws of the catalogue: code, template and recordings share a name, and each fault names its file."""

import re
from pathlib import Path

import pytest

from nornir_ikediag import shows
from nornir_ikediag._paths import templates
from tests.shows._recordings import FOLDER, Case, cases

_SHOWS = Path(shows.__file__).parent
_STEMS = sorted(shows.layouts())
_TEMPLATED = [stem for stem in _STEMS if shows.layouts()[stem].template]
_TEMPLATES = sorted(templates().glob("*.textfsm"))


@pytest.mark.parametrize("stem", _STEMS)
def test_a_layout_has_what_it_needs(stem: str) -> None:
    missing = []
    if shows.layouts()[stem].template and not (templates() / f"cisco_asa_{stem}.textfsm").is_file():
        missing.append(f"templates/cisco_asa_{stem}.textfsm (or template=False)")
    if not list((FOLDER / stem).glob("*.raw")):
        missing.append(f"tests/shows/{stem}/<case>.raw")
    assert not missing, f"nornir_ikediag/shows/{stem}.py lacks {', '.join(missing)}"


@pytest.mark.parametrize("template", _TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_its_layout(template: Path) -> None:
    stem = template.stem.removeprefix("cisco_asa_")
    assert stem in _TEMPLATED, f"templates/{template.name} has no nornir_ikediag/shows/{stem}.py that uses it"


def test_recordings_have_their_layout_and_their_reading() -> None:
    strangers = [folder.name for folder in FOLDER.iterdir() if any(folder.glob("*.raw")) and folder.name not in _STEMS]
    assert not strangers, f"tests/shows/{strangers} have no module of that name in nornir_ikediag/shows"
    alone = [str(raw) for raw in FOLDER.glob("*/*.raw") if not raw.with_suffix(".json").is_file()]
    assert not alone, f"{alone} have no .json beside them"
    orphans = [str(kept) for kept in FOLDER.glob("*/*.json") if not kept.with_suffix(".raw").is_file()]
    assert not orphans, f"{orphans} have no .raw beside them"


@pytest.mark.parametrize("stem", _TEMPLATED)
def test_every_value_of_a_template_is_filled_and_read(stem: str) -> None:
    text = (templates() / f"cisco_asa_{stem}.textfsm").read_text()
    code = (_SHOWS / f"{stem}.py").read_text()
    names = re.findall(r"^Value (?:[\w,]+ )?([A-Z_]+) \(", text, re.MULTILINE)
    unfilled = [name for name in names if f"${{{name}}}" not in text]
    assert not unfilled, f"templates/cisco_asa_{stem}.textfsm declares {unfilled} and no rule fills them"
    unread = [name for name in names if not re.search(f"[\"']{name}[\"']", code)]
    assert not unread, f"nornir_ikediag/shows/{stem}.py does not read {unread}"


@pytest.mark.parametrize("template", _TEMPLATES, ids=lambda path: path.name)
def test_no_template_loses_the_rest_of_an_output(template: Path) -> None:
    """An Error rule would; and a Fillup would need rows that the runner has handed on."""
    text = template.read_text()
    assert not re.search(r"->.*\bError\b", text), f"{template.name} has an Error rule: unread lines are counted instead"
    assert not re.search(r"^Value \S*Fillup", text, re.MULTILINE), f"{template.name} uses Fillup"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_what_begins_a_layout_is_recognised_without_its_command(case: Case) -> None:
    """Except where nothing came, or an error."""
    reading = case.read()
    if not reading.facts.lines or "error" in str(reading.facts.problem) or reading.facts.refused:
        return
    lines = case.text.replace("\r", "").split("\n")
    found = shows.recognise(lines)
    assert found is not None, f"nornir_ikediag/shows/{case.stem}.py: its `starts` matches no line of {case.name}"
    assert found.stem == case.stem


@pytest.mark.parametrize(
    ("command", "stem"),
    [
        ("show crypto isakmp sa detail", "crypto_isakmp_sa"),
        ("sh cry isa sa det", "crypto_isakmp_sa"),
        ("show crypto ikev2 sa", "crypto_isakmp_sa"),
        ("SHOW CRYPTO IPSEC SA PEER 192.0.2.1", "crypto_ipsec_sa"),
        ("sho ipsec sa", "crypto_ipsec_sa"),
        ("show version | include Version", "version"),
        ("show failover | include This host", "failover"),
        ("show cpu", "cpu_usage"),
        ("show cpu usage", "cpu_usage"),
        ("show debug", "debug"),
        ("show crypto debug-condition", "debug_condition"),
        ("show run crypto map", "running_config"),
        ("show running-config logging", "running_config"),
        ("show running-config access-list VPN", "running_config"),
        ("sh run", "running_config"),
        ("show route 198.51.100.7", "route"),
        ("sh int ip br", "interface_ip_brief"),
        ("show interface", "interface_ip_brief"),
        ("show ssh sessions", "ssh_sessions"),
        ("show clock", "clock"),
        ("show curpriv", "curpriv"),
        ("show logging", "logging_setting"),
        ("show logging setting", "logging_setting"),
        ("show vpn-sessiondb detail l2l", "vpn_sessiondb"),
        ("show crypto ikev1 stats", "crypto_stats"),
        ("show crypto isakmp stats", "crypto_stats"),
        ("show crypto ipsec stats", "crypto_stats"),
        ("show cluster info", "cluster_info"),
        ("show logging | include 198.51.100.7", None),
        ("show crypto ca certificates", None),
        ("show ip", None),
        ("debug crypto ikev1 127", None),
        ("terminal pager 0", None),
        ("s", None),
        ("", None),
    ],
)
def test_a_command_finds_its_layout(command: str, stem: str | None) -> None:
    found = shows.layout_for(command)
    assert (found.stem if found else None) == stem
