"""IKEv1 as tables (RFC 2408, RFC 2409), in the states that the device's own state machines name.

Theory of operation. A first exchange builds the IKE SA, under message id 0: main mode in six messages, which protects
the identities, or aggressive mode in three. Either may be followed by transactions (XAUTH, mode-config), and then by
quick modes, one a pair of selectors, each under a message id of its own; quick modes that arrive early are held.
Informational messages carry notifies, deletes and DPD, and are never answered.

      initiator                                   responder
      MM_SND_MSG1   ── 1  SA ──────────────────▶  MM_START
      MM_WAIT_MSG2  ◀───────────────── SA  2 ──   MM_SND_MSG2
      MM_SND_MSG3   ── 3  KE NONCE NAT-D ──────▶  MM_WAIT_MSG3
      MM_WAIT_MSG4  ◀────── KE NONCE NAT-D 4 ──   MM_SND_MSG4
      MM_SND_MSG5   ── 5  ID HASH|SIG ─────────▶  MM_WAIT_MSG5     the first encrypted message; with NAT on UDP 4500
      MM_WAIT_MSG6  ◀───────── ID HASH|SIG 6 ──   MM_SND_MSG6

      AM_SND_MSG1   ── 1  SA KE NONCE ID ──────▶  AM_START
      AM_WAIT_MSG2  ◀─ SA KE NONCE ID HASH 2 ──   AM_SND_MSG2
      AM_SND_MSG3   ── 3  HASH NAT-D ──────────▶  AM_WAIT_MSG3

      QM_SND_MSG1   ── 1  HASH SA NONCE [KE] ID ID ──▶  QM_START
      QM_WAIT_MSG2  ◀── HASH SA NONCE [KE] ID ID 2 ──   QM_SND_MSG2
      QM_SND_MSG3   ── 3  HASH ──────────────────────▶  QM_WAIT_MSG3

A packet tells its number by its payloads, and by who sent it where two messages look alike. The sender of an odd
message is the initiator. Whoever has sent a message waits for the next one and sends his own again; whoever gets one
builds the next. What no row names is an observation, and changes nothing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Literal

import msgspec

from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.sa import Role

Exchange = Literal["main-mode", "aggressive-mode", "quick-mode"]


class Message(msgspec.Struct, frozen=True, gc=False):
    """A message of an exchange. ``sent`` and ``received`` are the states of this device after it."""

    exchange: Exchange
    number: int
    sender: Role
    needs: tuple[str, ...]  # payloads, all of them; 'HASH|SIG' is either
    without: tuple[str, ...]
    sent: str
    received: str


MESSAGES: tuple[Message, ...] = (
    Message("aggressive-mode", 1, "initiator", ("SA", "KE", "NONCE"), ("HASH", "SIG"), "AM_WAIT_MSG2", "AM_BLD_MSG2"),
    Message("aggressive-mode", 2, "responder", ("SA", "KE", "HASH|SIG"), (), "AM_WAIT_MSG3", "AM_SND_MSG3"),
    Message("aggressive-mode", 3, "initiator", ("HASH|SIG",), ("SA", "KE", "ID"), "AM_ACTIVE", "AM_ACTIVE"),
    Message("main-mode", 1, "initiator", ("SA",), ("KE",), "MM_WAIT_MSG2", "MM_START"),
    Message("main-mode", 2, "responder", ("SA",), ("KE",), "MM_WAIT_MSG3", "MM_BLD_MSG3"),
    Message("main-mode", 3, "initiator", ("KE", "NONCE"), ("SA",), "MM_WAIT_MSG4", "MM_BLD_MSG4"),
    Message("main-mode", 4, "responder", ("KE", "NONCE"), ("SA",), "MM_WAIT_MSG5", "MM_BLD_MSG5"),
    Message("main-mode", 5, "initiator", ("ID",), ("SA", "KE"), "MM_WAIT_MSG6", "MM_BLD_MSG6"),
    Message("main-mode", 6, "responder", ("ID",), ("SA", "KE"), "MM_ACTIVE", "MM_ACTIVE"),
    Message("quick-mode", 1, "initiator", ("HASH", "SA", "NONCE"), (), "QM_WAIT_MSG2", "QM_BLD_MSG2"),
    Message("quick-mode", 2, "responder", ("HASH", "SA", "NONCE"), (), "QM_WAIT_MSG3", "QM_BLD_MSG3"),
    Message("quick-mode", 3, "initiator", ("HASH",), ("SA", "ATTR", "NOTIFY", "DELETE"), "QM_ACTIVE", "QM_ACTIVE"),
)
LAST = {"main-mode": 6, "aggressive-mode": 3, "quick-mode": 3}
MACHINES: dict[str, Exchange] = {"MM": "main-mode", "AM": "aggressive-mode", "QM": "quick-mode"}

# What ends an attempt that is not up yet, unless something makes it good.
REFUSALS = frozenset(
    {
        EventKind.IKE_PROPOSALS_REFUSED, EventKind.IPSEC_PROPOSALS_REFUSED, EventKind.MODE_REFUSED,
        EventKind.TUNNEL_GROUP_MISSING, EventKind.PRE_SHARED_KEY_MISSING, EventKind.AUTH_METHOD_MISMATCH,
        EventKind.DECRYPT_FAILED, EventKind.AUTH_FAILED, EventKind.CERTIFICATE_MISSING, EventKind.CERTIFICATE_INVALID,
        EventKind.ID_REFUSED, EventKind.SAME_IDENTITY, EventKind.XAUTH_REJECTED, EventKind.AAA_UNREACHABLE,
        EventKind.XAUTH_NOT_NEGOTIATED, EventKind.GROUP_LOCK, EventKind.CLIENT_REFUSED, EventKind.ADDRESS_FAILED,
        EventKind.ADDRESS_POOL_MISSING, EventKind.CRYPTO_MAP_NOT_FOUND, EventKind.CRYPTO_MAP_NOT_BOUND,
        EventKind.CRYPTO_MAP_PEER_MISMATCH, EventKind.CONNECTION_TYPE, EventKind.PROTOCOL_NOT_ALLOWED,
        EventKind.SELECTOR_OVERLAP, EventKind.SELECTORS_REFUSED, EventKind.INITIATION_IMPOSSIBLE,
        EventKind.LIMIT_REACHED, EventKind.LICENCE_MISSING, EventKind.OUT_OF_MEMORY, EventKind.ADMISSION_REFUSED,
        EventKind.INTERFACE_CHANGED, EventKind.STANDBY_DROPPED, EventKind.REKEY_FAILED, EventKind.REKEY_COLLISION,
    }
)  # fmt: skip
# Refusals, and other signs, that only a quick mode meets.
OF_PHASE2 = frozenset(
    {
        EventKind.IPSEC_PROPOSALS_REFUSED, EventKind.IPSEC_PROPOSAL_ACCEPTED, EventKind.CRYPTO_MAP_NOT_FOUND,
        EventKind.CRYPTO_MAP_CHECK, EventKind.CRYPTO_MAP_INCOMPLETE, EventKind.CRYPTO_MAP_PEER_MISMATCH,
        EventKind.PROTOCOL_NOT_ALLOWED, EventKind.SELECTOR_OVERLAP, EventKind.SELECTORS_REFUSED,
        EventKind.PROXY_RECEIVED, EventKind.PROXY_SENT, EventKind.SPI_ALLOCATED, EventKind.PFS_MISMATCH,
    }
)  # fmt: skip
# Signs that a first exchange is running, for logs that show no packets.
OF_PHASE1 = frozenset(
    {
        EventKind.TUNNEL_GROUP_LANDED, EventKind.TUNNEL_GROUP_DEFAULT, EventKind.IKE_PROPOSAL_ACCEPTED,
        EventKind.NAT_VERDICT, EventKind.NAT_FLOAT, EventKind.USER_AUTHENTICATED, EventKind.ADDRESS_ASSIGNED,
        EventKind.RETRANSMIT, EventKind.MISMATCH,
    }
)  # fmt: skip
# What follows a failure in the same breath, and never begins anything.
TRAILING = frozenset(
    {
        EventKind.CONSEQUENCE, EventKind.TORN_DOWN, EventKind.IKE_TERMINATING, EventKind.DELETE_SENT,
        EventKind.NOTIFY_SENT, EventKind.NOTED, EventKind.IDLE_TIMEOUT, EventKind.ADMINISTRATOR_CLEARED,
        EventKind.LOGINS_EXCEEDED, EventKind.NOTIFY_RECEIVED, EventKind.DELETE_RECEIVED, EventKind.STALE_SA,
        EventKind.RETRANSMIT, EventKind.DUPLICATE, EventKind.DPD, EventKind.SEND_FAILURE, EventKind.MALFORMED,
    }
)  # fmt: skip


class Payloads(msgspec.Struct, frozen=True, gc=False):
    """The payloads of a packet, and the messages of a first exchange that it can be: all, and by the exchange."""

    names: frozenset[str]
    messages: Sequence[Message]
    messages_of: Mapping[str, Sequence[Message]]


@lru_cache(maxsize=1024)
def payloads_of(listed: str) -> Payloads:
    """What the device lists: `HASH SA NONCE`."""
    names = frozenset(listed.split())
    messages = [one for one in MESSAGES if one.exchange != "quick-mode" and _fits(one, names)]
    by_exchange = {exchange: list(some) for exchange, some in groupby(messages, attrgetter("exchange"))}
    return Payloads(names, messages, by_exchange)


def _fits(message: Message, payloads: frozenset[str]) -> bool:
    """Whether a packet with these payloads can be this message."""
    needed = all(payloads & set(need.split("|")) for need in message.needs)
    return needed and not payloads & set(message.without)
