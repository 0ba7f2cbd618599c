"""The data file of IKEv2 messages: every row is sound, and every sample is its own."""

import pytest

from nornir_ikediag.debugs.ikev2_catalogue import Message, catalogue, lookup
from nornir_ikediag.debugs.vpn_client import PREFIX as CLIENT_PREFIX
from nornir_ikediag.model.event import EventKind


@pytest.mark.parametrize("message", catalogue(), ids=lambda message: message.id)
def test_every_sample_is_taken_by_its_own_row_and_by_no_other(message: Message) -> None:
    assert message.samples
    assert message.trust in ("recorded", "documented", "supposed")
    for sample in message.samples:
        assert [other.id for other in catalogue() if other.pattern.match(sample)] == [message.id]
        understood = lookup(sample)
        assert understood is not None
        assert understood.message is message


def test_ids_are_unique() -> None:
    ids = [message.id for message in catalogue()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        (
            "mapped to tunnel group DefaultL2LGroup using default L2L group",
            EventKind.TUNNEL_GROUP_LANDED,
            {"name": "DefaultL2LGroup", "how": "default L2L group"},
        ),
        (
            "CONNECTION STATUS: UP... peer: 198.51.100.1:4500, phase1_id: cn=spoke, o=example",
            EventKind.PHASE1_COMPLETED,
            {"status": "UP", "peer": "198.51.100.1", "peer_port": "4500", "phase1_id": "cn=spoke"},
        ),
        (
            "crypto map:  No Proxy match on map  outside_map  seq 30",
            EventKind.CRYPTO_MAP_CHECK,
            {"result": "no-match", "crypto_map": "outside_map", "sequence": "30"},
        ),
        (
            "Crypto map entry incomplete: missing ikev2 proposal",
            EventKind.CRYPTO_MAP_CHECK,
            {"result": "incomplete", "missing": "ikev2 proposal"},
        ),
        ("Some release's words about computing nothing", None, {}),
        ("Checking whether the moon is up", EventKind.NOTED, {}),
        ("Processing of the moon failed", None, {}),
        ("", None, {}),
    ],
)
def test_looks_up_what_releases_spell_in_their_own_way(
    text: str, kind: EventKind | None, fields: dict[str, str]
) -> None:
    understood = lookup(text)
    assert (understood and understood.message.kind, understood.fields if understood else {}) == (kind, fields)


def test_no_id_is_taken_for_a_message_of_the_vpn_client() -> None:
    assert [message.id for message in catalogue() if message.id.startswith(CLIENT_PREFIX)] == []
