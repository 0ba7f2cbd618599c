"""Laws of the ends: each says what it is, and what it does agrees with what it shows."""

import asyncio
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from nornir_ikediag.errors import UsageError
from nornir_ikediag.lab import Lab, LabHost, scenarios, serve

CAUSES = {
    "address-pool-exhausted",
    "command-refused",
    "crypto-map-not-applied",
    "dead-peer-detected",
    "debug-elsewhere",
    "deleted-by-administrator",
    "device-unreachable",
    "idle-timeout",
    "ike-policy-dh-group-mismatch",
    "ike-policy-encryption-mismatch",
    "ipsec-transform-mismatch",
    "login-failed",
    "nat-t-port-blocked",
    "no-return-traffic",
    "not-active-unit",
    "peer-no-reply",
    "peer-stopped-answering",
    "pfs-mismatch",
    "pre-shared-key-mismatch",
    "proxy-identity-mismatch",
    "tunnel-group-missing",
    "uplink-down",
    "xauth-rejected",
}
HEALTHY = {
    "healthy-main-mode-initiator",
    "healthy-main-mode-responder",
    "ezvpn-aggressive-mode",
    "hub-quiet",
    "ikev2-accepted",
    "rekey-in-window",
    "tunnels-idle",
}
SIGNS = {  # end: what a debug of it must say, sooner or later
    "healthy-main-mode-initiator": r"PHASE 2 COMPLETED \(msgid=[0-9a-f]{8}\)",
    "healthy-main-mode-responder": r"Responder, Inbound SPI = 0x[0-9a-f]{8}, Outbound SPI = 0x[0-9a-f]{8}",
    "ezvpn-aggressive-mode": r"Assigned private IP address 192\.168\.99\.10 to remote user",
    "phase1-group-refused": r"Rcv'd: Group 2  Cfg'd: Group 5",
    "phase1-encryption-refused": r"Rcv'd: 3DES-CBC  Cfg'd: AES-CBC",
    "wrong-key-main-mode-responder": r"probably due to mismatched pre-shared key\.  Aborting",
    "wrong-key-main-mode-initiator": r"MM_WAIT_MSG6, EV_PROB_AUTH_FAIL",
    "wrong-key-aggressive-mode": r"AM_DONE, EV_ERROR-->AM_WAIT_MSG3",
    "tunnel-group-missing": r"Can't find a valid tunnel group, aborting\.\.\.!",
    "peer-silent": r"MM_DONE, EV_ERROR-->MM_WAIT_MSG2, EV_RETRY",
    "peer-stops-answering": r"MM_DONE, EV_ERROR-->MM_WAIT_MSG4, EV_TIMEOUT",
    "udp-4500-blocked": r"This   end IS     behind a NAT device",
    "transform-refused": r"QM FSM error \(P2 struct &0x[0-9a-f]+, mess id 0x[0-9a-f]+\)!",
    "pfs-refused": r"Phase 2 failure:  Mismatched attribute types for class Group Description",
    "proxies-refused": r"no matching crypto map entry for remote proxy 10\.\d+\.\d+\.0/255\.255\.255\.0/0/0 ",
    "one-way-traffic": r"Received keep-alive of type DPD R-U-THERE-ACK",
    "dpd-loss": r"IKE lost contact with remote peer, deleting connection \(keepalive type: DPD\)",
    "crypto-map-not-applied": r"No crypto map bound to interface\.\.\. dropping pkt",
    "xauth-rejected": r"TM_DONE, EV_ERROR-->TM_AUTH, EV_AUTH_FAIL",
    "address-pool-empty": r"Cannot obtain an IP address for remote peer",
    "administrator-clears": r"Session is being torn down\. Reason: Administrator Reset",
    "idle-timeout": r"Session is being torn down\. Reason: Idle Timeout",
    "rekey-in-window": r"IKE Initiator: Rekeying Phase 2",
    "ikev2-accepted": r"IKEV2 SA created; inserting SA into database",
    "ikev2-policy-refused": r"Expected Policies: ",
}


def test_every_end_says_what_it_is() -> None:
    folder = Path(importlib.import_module("nornir_ikediag.lab.ends").__path__[0])
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py") if not path.name.startswith("_")}
    assert set(scenarios()) == files
    for name, end in scenarios().items():
        assert end.name == name
        assert end.title, f"{name} has no title"
        assert end.description.endswith("."), f"{name}: the description is no sentence"
        assert end.cause is None or end.cause in CAUSES, f"{name}: no cause has the id '{end.cause}'"
    assert {name for name, end in scenarios().items() if end.cause is None} == HEALTHY


def test_unknown_names_and_sizes_are_refused_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="The lab has no end named 'nonsense'"), serve(["nonsense"]):
        pass
    with pytest.raises(UsageError, match="'x' in 'hub-quiet:x' is no size"), serve(["hub-quiet:x"]):
        pass


@pytest.fixture(scope="module")
def lab() -> Any:
    with serve(list(SIGNS), speed=100) as running:
        yield running


async def _watch(session: Any) -> tuple[str, str]:
    host: LabHost = session.host
    await session.enable()
    await session.debug("ikev2 protocol 127")
    session.type("debug crypto ikev1 127\n")
    text = await session.until(SIGNS[host.name])
    text += await session.until(r"\n")
    await session.stop_debugging()
    return text, await session.run("show running-config crypto")


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_the_debug_says_it(lab: Lab, shell: Any, name: str) -> None:
    host = lab.host(name)
    text, configuration = shell(host, _watch)
    assert host.peer is not None
    peers = {tunnel.peer for tunnel in host.device.here.tunnels}
    assert set(re.findall(r"IP = ([0-9.]+),", text)) <= peers
    if host.scenario.title.find("Easy VPN") < 0 and not any(t.user for t in host.device.here.tunnels):
        assert f"set peer {host.peer}" in configuration


def test_counters_move_and_one_way_traffic_stays_one_way(lab: Lab, shell: Any) -> None:
    async def twice(session: Any) -> list[tuple[int, int]]:
        await session.enable()
        seen = []
        for _ in range(2):
            shown = await session.run("show crypto ipsec sa")
            pair = re.findall(r"#pkts (?:encaps|decaps): (\d+)", shown)
            seen.append((int(pair[0]), int(pair[1])))
            await asyncio.sleep(0.05)
        return seen

    (out, back), (later_out, later_back) = shell(lab.host("one-way-traffic"), twice)
    assert later_out > out > 0
    assert back == later_back == 0


def test_the_spis_of_the_debug_are_those_of_the_show_command(lab: Lab, shell: Any) -> None:
    async def compare(session: Any) -> tuple[str, str]:
        await session.enable()
        session.type("debug crypto ikev1 127\n")
        text = await session.until(
            r"Inbound SPI = 0x[0-9a-f]{8}, Outbound SPI = 0x[0-9a-f]{8}\r\n[\s\S]*PHASE 2 COMPLETED"
        )
        await session.stop_debugging()
        return text, await session.run("show crypto ipsec sa")

    text, shown = shell(lab.host("healthy-main-mode-initiator"), compare)
    inbound, outbound = re.findall(r"Inbound SPI = 0x(\w+), Outbound SPI = 0x(\w+)", text)[-1]
    assert f"current inbound spi : {inbound.upper()}" in shown
    assert f"current outbound spi: {outbound.upper()}" in shown


def test_an_inventory_without_secrets(lab: Lab, tmp_path: Path) -> None:
    config = lab.write_inventory(tmp_path / "inventory")
    written = "".join(path.read_text() for path in config.parent.iterdir())
    assert config.name == "config.yaml"
    assert "allow_auto_change: false" in written
    assert all(f"  port: {host.port}\n" in written for host in lab.hosts)
    assert not any(secret in written for secret in (lab.password, lab.enable))
    assert set(lab.environment()) == {"IKEDIAG_USERNAME", "IKEDIAG_PASSWORD", "IKEDIAG_ENABLE"}


def test_while_a_rekey_is_fresh_the_old_pair_stands_beside_the_new_one(lab: Lab, shell: Any) -> None:
    async def compare(session: Any) -> tuple[str, str, str]:
        await session.enable()
        before = await session.run("show crypto ipsec sa")
        session.type("debug crypto ikev1 127\n")
        await session.until("PHASE 2 COMPLETED")
        await session.stop_debugging()
        rekeyed = await session.run("show crypto ipsec sa")
        await asyncio.sleep(0.5)  # 50 s of the lab's
        return before, rekeyed, await session.run("show crypto ipsec sa")

    texts = shell(lab.host("rekey-in-window"), compare)
    before, rekeyed, after = (re.findall(r"spi: 0x(\w+) |(Rekeyed|IKEv1), }", text) for text in texts)
    (inbound, _), _, (outbound, _), _ = before
    assert [mark for spi, mark in rekeyed if not spi] == ["Rekeyed", "IKEv1", "Rekeyed", "IKEv1"]
    assert [rekeyed[0][0], rekeyed[4][0]] == [inbound, outbound]
    assert [mark for spi, mark in after if not spi] == ["IKEv1", "IKEv1"]
