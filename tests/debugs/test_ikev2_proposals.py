"""Lists of algorithms to attributes."""

import pytest

from nornir_ikediag.debugs.ikev2_proposals import attributes, is_proposal
from nornir_ikediag.debugs.ikev2_selectors import described, networks


@pytest.mark.parametrize(
    ("text", "protocol", "expected"),
    [
        (
            "AES-CBC-256 SHA1 SHA96 DH_GROUP_1536_MODP/Group 5",
            "IKE",
            {"encryption": "AES-CBC-256", "prf": "SHA1", "integrity": "SHA96", "dh_group": "5"},
        ),
        (
            "AES-CBC-256 AES-CBC-192 3DES SHA512 SHA256 SHA1 SHA512 SHA256 SHA96 "
            "DH_GROUP_2048_256_MODP/Group 24 DH_GROUP_1536_MODP/Group 5",
            "IKE",
            {
                "encryption": "AES-CBC-256 AES-CBC-192 3DES",
                "prf": "SHA512 SHA256 SHA1",
                "integrity": "SHA512 SHA256 SHA96",
                "dh_group": "24 5",
            },
        ),
        (
            "AES-GCM-256 SHA384 SHA256 DH_GROUP_256_ECP/Group 19",
            "IKE",
            {"encryption": "AES-GCM-256", "prf": "SHA384 SHA256", "dh_group": "19"},
        ),
        (
            "AES-CBC-128 SHA256 SHA256 DH_GROUP_2048_MODP",
            "IKE",
            {"encryption": "AES-CBC-128", "prf": "SHA256", "integrity": "SHA256", "dh_group": "14"},
        ),
        ("AES-CBC-128 SHA96", "IKE", {"encryption": "AES-CBC-128", "integrity": "SHA96"}),
        (
            "AES-CBC-256 SHA96 Don't use ESN",
            "ESP",
            {"encryption": "AES-CBC-256", "integrity": "SHA96", "esn": "no"},
        ),
        ("AES-GCM-256 N/A Use ESN", "ESP", {"encryption": "AES-GCM-256", "esn": "yes"}),
        ("AES-CBC-256 WHIRLPOOL", "ESP", {"encryption": "AES-CBC-256", "unknown": "WHIRLPOOL"}),
        ("", "IKE", {}),
    ],
)
def test_attributes(text: str, protocol: str, expected: dict[str, str]) -> None:
    assert attributes(text, protocol) == expected


def test_only_a_list_of_algorithms_is_the_rest_of_a_proposal() -> None:
    assert is_proposal("SHA96  DH_GROUP_1536_MODP/Group 5")
    assert not is_proposal("Deleting SA")
    assert not is_proposal("")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Address Range: 10.1.0.0-10.1.0.255 Protocol: 0 Port Range: 0-65535", {"local": "10.1.0.0/24"}),
        (
            "Address Range: 10.1.0.5-10.1.0.9 Protocol: 6 Port Range: 443-443",
            {"local": "10.1.0.5-10.1.0.9", "local_protocol": "6", "local_ports": "443"},
        ),
        ("10.2.0.0/255.255.0.0/0/65535/0", {"local": "10.2.0.0/16"}),
        (
            "10.2.0.0/255.255.0.1/1/9/17",
            {"local": "10.2.0.0/255.255.0.1", "local_protocol": "17", "local_ports": "1-9"},
        ),
        ("a name", {"local": "a name"}),
    ],
)
def test_traffic_selectors(text: str, expected: dict[str, str]) -> None:
    assert described("local", text) == expected


def test_a_range_is_a_prefix_where_it_is_one() -> None:
    assert networks("10.0.0.0", "10.255.255.255") == "10.0.0.0/8"
    assert networks("2001:db8::", "2001:db8::ffff") == "2001:db8::/112"
    assert networks("10.0.0.9", "10.0.0.1") == "10.0.0.9-10.0.0.1"
    assert networks("10.0.0.1", "2001:db8::1") == "10.0.0.1-2001:db8::1"
