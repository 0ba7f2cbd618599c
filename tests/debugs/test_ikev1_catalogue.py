"""The data file of IKEv1 messages: every row is sound, and every sample is its own."""

import re

import pytest

from nornir_ikediag.debugs.catalogue import Message, by_syslog_id, catalogue, lookup
from nornir_ikediag.model.event import EventKind


@pytest.mark.parametrize("message", catalogue(), ids=lambda message: message.id)
def test_every_sample_is_taken_by_its_own_row_and_by_no_other(message: Message) -> None:
    assert message.trust in ("recorded", "documented", "supposed")
    assert [other.id for other in catalogue() if other.pattern.match(message.sample)] == [message.id]
    understood = lookup(message.sample)
    assert understood is not None
    assert understood.message is message


@pytest.mark.parametrize("message", catalogue(), ids=lambda message: message.id)
def test_no_pattern_can_run_wild(message: Message) -> None:
    assert len(re.findall(r"\.[*+]\?", message.pattern.pattern)) <= 1


def test_ids_are_unique() -> None:
    ids = [message.id for message in catalogue()]
    assert len(ids) == len(set(ids))


def test_addresses_in_samples_are_those_of_documentation() -> None:
    public = re.compile(
        r"\b(?!10\.|172\.16\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|0\.|255\.)\d+\.\d+\.\d+\.\d+\b"
    )
    assert [message.id for message in catalogue() if public.search(message.sample)] == []


@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        ("phase 1  completed", EventKind.PHASE1_COMPLETED, {}),
        ("PHASE 2 COMPLETED (msgid=33c8971)", EventKind.PHASE2_COMPLETED, {"message_id": "0x033c8971"}),
        (
            "Automatic NAT Detection Status:     Remote end IS     behind a NAT device     This   end is NOT behind a "
            "NAT device",
            EventKind.NAT_VERDICT,
            {"remote": "yes", "local": "no"},
        ),
        (
            "Received remote IP Proxy Subnet data in ID Payload:   Address 10.2.0.0, Mask 255.255.0.0, Protocol 6, "
            "Port 443",
            EventKind.PROXY_RECEIVED,
            {"side": "remote", "network": "10.2.0.0/16", "protocol": "6", "port": "443"},
        ),
        (
            "Received local Proxy Range data in ID Payload: Addresses 10.1.0.1 - 10.1.0.9, Protocol 0, Port 0",
            EventKind.PROXY_RECEIVED,
            {"side": "local", "network": "10.1.0.1-10.1.0.9", "protocol": "0", "port": "0"},
        ),
        (
            "Received non-routine Notify message: Invalid ID info (18)",
            EventKind.NOTIFY_RECEIVED,
            {"name": "INVALID_ID_INFORMATION", "number": "18"},
        ),
        (
            "Received an un-encrypted INVALID_COOKIE notify message, dropping",
            EventKind.NOTIFY_RECEIVED,
            {"name": "INVALID_COOKIE", "encrypted": "no"},
        ),
        (
            "Phase 1 failure against global IKE proposal # 2:  Mismatched attribute types for class Auth Method:  "
            "Rcv'd: XAUTH with Preshared Key (Initiator authenticated)  Cfg'd: Preshared Key",
            EventKind.MISMATCH,
            {
                "phase": "1",
                "policy": "2",
                "attribute": "Auth Method",
                "received": "XAUTH with Preshared Key (Initiator authenticated)",
                "configured": "Preshared Key",
            },
        ),
        (
            "Rejecting IPSec tunnel: no matching crypto map entry for remote proxy 0.0.0.0/0.0.0.0/0/0 local proxy "
            "0.0.0.0/0.0.0.0/0/0 on interface outside",
            EventKind.CRYPTO_MAP_NOT_FOUND,
            {"remote": "0.0.0.0/0", "local": "0.0.0.0/0", "interface": "outside"},
        ),
        (
            "Security negotiation complete for LAN-to-LAN Group (192.0.2.1)  Responder, Inbound SPI = 0x1a2b, Outbound "
            "SPI = 0xC055290A",
            EventKind.CHILD_ESTABLISHED,
            {"name": "192.0.2.1", "role": "responder", "spi_in": "0x00001a2b", "spi_out": "0xc055290a"},
        ),
        (
            "QM FSM error (P2 struct 0x00007fff5dd35d20, mess id 0x3012dbd)!",
            EventKind.QM_FSM_ERROR,
            {"message_id": "0x03012dbd"},
        ),
        (
            "Connection landed on tunnel_group DefaultRAGroup",
            EventKind.TUNNEL_GROUP_DEFAULT,
            {"name": "DefaultRAGroup"},
        ),
        (
            "IKE Receiver: Packet received on 2001:db8::1:500 from 2001:db8::2:500",
            EventKind.PACKET_ON_PORT,
            {"local": "2001:db8::1", "local_port": "500", "peer": "2001:db8::2", "remote_port": "500"},
        ),
        (
            "IPAA: Client assigned 10.9.0.5 from local pool clients",
            EventKind.ADDRESS_ASSIGNED,
            {"address": "10.9.0.5", "pool": "clients"},
        ),
        (
            "203.0.113.9: Tunnel Rejected: The maximum tunnel count allowed has been reached",
            EventKind.LIMIT_REACHED,
            {"what": "session", "peer": "203.0.113.9"},
        ),
    ],
)
def test_what_messages_say(text: str, kind: EventKind, fields: dict[str, str]) -> None:
    understood = lookup(text)
    assert understood is not None
    assert understood.message.kind == kind
    assert understood.fields == fields


def test_an_id_speaks_where_the_words_are_those_of_no_release_we_know() -> None:
    understood = by_syslog_id("713123")
    assert understood is not None
    assert understood.message.kind == EventKind.DPD_TIMEOUT
    assert by_syslog_id("713906") is None  # carries anything
    assert lookup("Phase 1 was a great success") is None
