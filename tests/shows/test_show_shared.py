"""Recordings that lie beside the checkout: every value that other people's templates read is in our reading too."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from nornir_ikediag import shows
from nornir_ikediag.capture import Source
from nornir_ikediag.model.reading import Reading
from tests.shows._recordings import plain

_CONFIGURATION = (
    "show_running-config_all_crypto_map",
    "show_running-config_all_crypto_map2",
    "show_running-config_crypto_map",
    "show_running-config_crypto_map2",
    "show_running-config_crypto_ikev1",
    "show_running-config_ipsec",
    "show_running-config_tunnel-group",
)
_SESSIONS = tuple(f"show_vpn-sessiondb_detail_l2l{case}" for case in ("", "2", "4", "_obj"))


def _ntc(shared: Path, name: str) -> tuple[str, list[dict[str, Any]]]:
    folder = shared / "fixtures" / "ntc"
    if not folder.is_dir():
        pytest.skip("the recordings of other people are not beside this checkout")
    raw = (folder / f"cisco_asa_{name}.raw").read_text()
    return raw, _records((folder / f"cisco_asa_{name}.yml").read_text())


def _records(yml: str) -> list[dict[str, Any]]:
    """The records of the one shape that these files have: `key: "value"`, or a key with a list of `- "value"`."""
    records: list[dict[str, Any]] = []
    key = ""
    for line in yml.splitlines():
        pair = re.match(r'  (- |  )(\w+):(?: "(.*)")?$', line)
        item = re.match(r'      - "(.*)"$', line)
        if pair:
            if pair[1] == "- ":
                records.append({})
            key = pair[2]
            records[-1][key] = pair[3] if pair[3] is not None else []
        elif item:
            records[-1][key].append(item[1])
    assert records
    return records


def _read(name: str, text: str) -> Reading:
    reading = shows.read(Source(name=name, text=text))
    assert reading.facts.unread == 0
    assert reading.facts.complete
    return reading


def _values(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        for one in value if isinstance(value, list) else [value]:
            if one not in ("", "None"):
                yield key, one


# Where a value of theirs stands in a child SA of ours.
_COUNTERS = {
    "packets_encapsulated": "pkts encaps",
    "packets_encrypted": "pkts encrypt",
    "packets_digested": "pkts digest",
    "packets_decapsulated": "pkts decaps",
    "packets_decrypted": "pkts decrypt",
    "packets_verified": "pkts verify",
    "packets_compressed": "pkts compressed",
    "packets_decompressed": "pkts decompressed",
    "packets_not_compressed": "pkts not compressed",
    "packets_compress_failed": "pkts comp failed",
    "packets_decompress_failed": "pkts decomp failed",
    "pre_fragment_success": "pre-frag successes",
    "pre_fragment_failures": "pre-frag failures",
    "fragments_created": "fragments created",
    "pmtus_sent": "PMTUs sent",
    "pmtus_received": "PMTUs rcvd",
    "send_errors": "send errors",
    "receive_errors": "recv errors",
}


def test_every_value_of_the_ipsec_sas(shared: Path) -> None:
    raw, records = _ntc(shared, "show_crypto_ipsec_sa")
    children = _read("ipsec", raw).child_sas
    assert len(children) == len(records) == 3
    for child, record in zip(children, records, strict=True):
        sas = {sa.direction: sa for sa in child.sas}
        reassembly = next(n for name, n in child.counters.items() if name.endswith("needing reassembly"))
        ours = {theirs: str(child.counters[name]) for theirs, name in _COUNTERS.items()} | {
            "interface": child.interface,
            "crypto_map_tag": child.crypto_map,
            "sequence_number": str(child.sequence),
            "local_address": child.local,
            "local_address_name": child.local,
            "current_peer": child.peer,
            "current_peer_name": child.peer,
            "dynamic_peer": child.assigned_address,
            "decap_frags_needing_reassembly": str(reassembly),
            "local_crypto_endpoint": child.local_endpoint,
            "local_crypto_endpoint_name": child.local_endpoint,
            "remote_crypto_endpoint": child.remote_endpoint,
            "remote_crypto_endpoint_name": child.remote_endpoint,
            "path_mtu": str(child.path_mtu),
            "ipsec_overhead": str(child.ipsec_overhead).partition("(")[0],
            "media_mtu": str(child.media_mtu),
            "current_inbound_spi": str(child.spi_in).removeprefix("0x").upper(),
            "current_outbound_spi": str(child.spi_out).removeprefix("0x").upper(),
        }
        for direction, sa in sas.items():
            ours |= {
                f"{direction}_spi_hex": f"0x{int(sa.spi, 16):08X}",
                f"{direction}_spi_integer": str(int(sa.spi, 16)),
                f"{direction}_encryption": str(sa.transform).split()[0],
                f"{direction}_authentication": str(sa.transform).split()[1],
                f"{direction}_slot": str(sa.slot),
                f"{direction}_connection_id": str(sa.connection_id),
                f"{direction}_crypto_map": sa.crypto_map,
                f"{direction}_remaining_lifetime": str(sa.remaining_seconds),
                f"{direction}_remaining_lifetime_kilobytes": str(sa.remaining_kilobytes),
                f"{direction}_iv_size": f"{sa.iv_bytes} bytes",
                f"{direction}_replay_detection": "Y" if sa.replay_detection else "N",
                f"{direction}_settings_in_use": re.sub(r"\s+", " ", ", ".join(sa.settings)),
            }
        for side in ("local", "remote"):
            assert child.selectors is not None
            selector = getattr(child.selectors, side)
            address, bits = selector.network.split("/")
            mask = ".".join(str((0xFFFFFFFF << 32 - int(bits) >> shift) & 255) for shift in (24, 16, 8, 0))
            ours |= {
                f"{side}_identity_addr": address,
                f"{side}_identity_mask": mask,
                f"{side}_identity_protocol": str(selector.protocol),
                f"{side}_identity_port": selector.port,
            }
        for key, value in _values(record):
            assert ours[key] == re.sub(r"\s+", " ", value), key


def test_every_value_of_the_ikev1_sas(shared: Path) -> None:
    raw, records = _ntc(shared, "show_crypto_ikev1_sa_detail")
    sas = _read("ikev1", raw).ike_sas
    assert len(sas) == len(records) == 4
    for sa, record in zip(sas, records, strict=True):
        ours = {
            "sequence": sa.origin.text.split()[0],
            "peer": sa.peer,
            "type": sa.type_printed,
            "dir": {"responder": "Resp", "initiator": "Init"}.get(sa.role),
            "rekey": "Yes" if sa.rekey else "No",
            "state": sa.state,
            "encryption": sa.encryption,
            "hash": sa.hash,
            "authentication": sa.authentication,
            "lifetime": str(sa.lifetime_seconds),
        }
        assert ours == record


@pytest.mark.parametrize("name", _CONFIGURATION)
def test_every_value_of_the_configuration(shared: Path, name: str) -> None:
    """Each value stands in an entry of ours that also has the entry's name, in a field or in one of its lines."""
    raw, records = _ntc(shared, name)
    configuration = plain(_read(name, raw).configuration)
    entries = [json.dumps(entry) for part in configuration.values() if isinstance(part, list) for entry in part]
    for record in records:
        values = [value for _, value in _values(record)]
        held = [entry for entry in entries if all(word in entry for value in values for word in value.split())]
        assert held, f"no entry of ours holds all of {values}"


@pytest.mark.parametrize("name", _SESSIONS)
def test_every_session(shared: Path, name: str) -> None:
    raw, records = _ntc(shared, name)
    sessions = {str(session.index): json.dumps(plain(session)) for session in _read(name, raw).sessions}
    assert set(sessions) == {record["index"] for record in records}
    for record in records:
        missing = [value for _, value in _values(record) if value.split()[0] not in sessions[record["index"]]]
        told_otherwise = {record["duration"], record["session_type"], record.get("connection_type"), "0"}
        assert set(missing) <= told_otherwise, record


def test_the_seed_case(shared: Path) -> None:
    folder = shared / "cases" / "seed-ezvpn-aggressive"
    (ike,) = _read("isakmp", (folder / "show-crypto-isakmp-sa-detail.txt").read_text()).ike_sas
    assert (ike.peer, ike.state, ike.role, ike.type_printed) == ("10.48.66.23", "AM_ACTIVE", "responder", "user")
    assert (ike.encryption, ike.hash, ike.authentication) == ("aes", "SHA", "preshared")
    assert (ike.lifetime_seconds, ike.remaining_seconds) == (86400, 86387)
    (child,) = _read("ipsec", (folder / "show-crypto-ipsec-sa.txt").read_text()).child_sas
    assert (child.peer, child.username, child.assigned_address) == ("10.48.66.23", "cisco", "192.168.1.100")
    assert (child.spi_in, child.spi_out) == ("0xea2b6b15", "0xc4b9a77c")
    assert len(child.counters) == 19
    assert child.counters["pkts encaps"] == child.counters["pkts decaps"] == 5
    configuration = _read("configuration", (folder / "running-config.txt").read_text()).configuration
    assert configuration is not None
    assert [entry.name for entry in configuration.crypto_maps] == ["DYN", "MAP"]
    assert [group.name for group in configuration.tunnel_groups] == ["EZ"]
