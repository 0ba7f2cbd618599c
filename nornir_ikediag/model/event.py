"""What a log line says, as a typed event. The words are ours; the device's own words stay in ``origin.text``.

The catalogue of messages (``debugs/``) maps text to these kinds; ``protocol/`` replays them; causes match on them.
A kind exists only where a cause or the replay needs it: every other understood message is ``NOTED``.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import IkeVersion


class EventKind(StrEnum):
    """Kinds of events. The comment names the fields that an event of that kind carries (all text, all optional)."""

    # --- packets and timers
    PACKET = (
        "packet"  # direction=sending|received|resending, message_id, payloads ('SA KE NONCE'), length, exchange, spis
    )
    PACKET_ON_PORT = "packet-on-port"  # local_port, remote_port: 'IKE Receiver: Packet received on …'
    RETRANSMIT = "retransmit"  # machine: 'P1 Retransmit msg dispatched to MM FSM'
    DUPLICATE = "duplicate"  # phase=1|2, first=yes: the peer repeats itself
    RETRIES_EXHAUSTED = "retries-exhausted"  # IKEv2 'Maximum number of retransmissions reached'
    SEND_FAILURE = "send-failure"
    FSM_ERROR = "fsm-error"  # machine=MM|AM|QM|TM, role, history 'STATE, EVENT|STATE, EVENT', newest first
    QM_FSM_ERROR = "qm-fsm-error"  # message_id: a consequence, never a cause
    STATE = "state"  # IKEv2 SM Trace: spi_i, spi_r, role, message_id, state, event
    SESSION_TIMED_OUT = "session-timed-out"  # state: 713136

    # --- the beginning of things
    INITIATOR_STARTS = "initiator-starts"  # phase, rekey=yes, interface, local_proxy, remote_proxy, crypto_map
    RESPONDER_STARTS = "responder-starts"  # IKEv2 'Received a IKE_INIT_SA request'
    KEY_ACQUIRE = "key-acquire"  # interesting traffic hit the crypto ACL; crypto_map, sequence
    KEY_ACQUIRE_FAILED = "key-acquire-failed"  # reason=configuration|memory, crypto_map, sequence
    KEY_ACQUIRE_IGNORED = "key-acquire-ignored"  # reason=memory|reload
    QM_STARTS = "qm-starts"  # role, message_id
    QM_DELAYED = "qm-delayed"  # held until XAUTH or mode-config is over
    ALL_VERSIONS_FAILED = "all-versions-failed"
    INITIATION_IMPOSSIBLE = "initiation-impossible"  # reason: no policy, no peer, own address

    IKE_NOT_LISTENING = "ike-not-listening"  # source, interface: nobody takes UDP 500 there (710005)

    # --- identity and tunnel-group
    TUNNEL_GROUP_LANDED = "tunnel-group-landed"  # name
    TUNNEL_GROUP_MISSING = "tunnel-group-missing"  # name: no group matches
    TUNNEL_GROUP_DEFAULT = "tunnel-group-default"  # name: BASE GROUP or Default…Group used
    L2TP_CLIENT = "l2tp-client"  # a vendor id, or rules for UDP 1701: somebody's Windows, not a gateway
    ID_RECEIVED = "id-received"  # type, value, phase
    ID_REFUSED = "id-refused"  # reason: identity is not the one expected
    SAME_IDENTITY = "same-identity"  # INITIAL_CONTACT of another peer evicted this session (750014)

    # --- phase 1 proposals
    MISMATCH = "mismatch"  # phase, attribute, received, configured: one refused comparison, no failure by itself
    IKE_PROPOSAL_ACCEPTED = "ike-proposal-accepted"  # proposal, transform, policy
    IKE_PROPOSALS_REFUSED = "ike-proposals-refused"  # all refused
    # IKEv2 list: number, protocol=IKE|ESP, proposal (the text), and encryption, prf, integrity, dh_group, esn
    RECEIVED_POLICY = "received-policy"
    EXPECTED_POLICY = "expected-policy"  # as above; number and proposal are empty where the list is
    PROPOSAL_OFFERED = "proposal-offered"  # IKEv2 SA payload: number, direction, and the rest as above
    KE_WRONG_GROUP = "ke-wrong-group"  # group, wanted, final=yes: INVALID_KE_PAYLOAD, normally a retry
    COOKIE_CHALLENGE = "cookie-challenge"
    MODE_REFUSED = "mode-refused"  # the exchange type is not allowed or IKE version not spoken

    # --- authentication
    DECRYPT_FAILED = "decrypt-failed"  # blames_key=yes: 'had problems decrypting packet', 'invalid payloads'
    AUTH_FAILED = "auth-failed"  # reason
    PRE_SHARED_KEY_MISSING = "pre-shared-key-missing"  # name
    AUTH_METHOD_MISMATCH = "auth-method-mismatch"  # received, configured
    CERTIFICATE_MISSING = "certificate-missing"  # reason: our own
    CERTIFICATE_INVALID = "certificate-invalid"  # reason: the peer's
    NAT_VERDICT = "nat-verdict"  # remote=yes|no, local=yes|no behind NAT
    NAT_FLOAT = "nat-float"  # the exchange moves to UDP 4500
    FRAGMENT_DROPPED = "fragment-dropped"  # reason
    FRAGMENT_MISSING = "fragment-missing"

    # --- XAUTH, EAP and mode-config
    USER_AUTHENTICATED = "user-authenticated"  # username
    XAUTH_REJECTED = "xauth-rejected"  # reason, server
    AAA_UNREACHABLE = "aaa-unreachable"  # server
    XAUTH_NOT_NEGOTIATED = "xauth-not-negotiated"
    GROUP_LOCK = "group-lock"  # name
    LOGINS_EXCEEDED = "logins-exceeded"
    CLIENT_REFUSED = "client-refused"  # reason: client type, firewall
    ADDRESS_ASSIGNED = "address-assigned"  # address
    ADDRESS_FAILED = "address-failed"  # pool, reason
    ADDRESS_POOL_MISSING = "address-pool-missing"

    # --- phase 2
    PROXY_RECEIVED = "proxy-received"  # side=local|remote, network, protocol, port
    PROXY_SENT = "proxy-sent"  # as above
    CRYPTO_MAP_CHECK = "crypto-map-check"  # crypto_map, sequence, result=checking|no-match|no-acl|incomplete|match
    CRYPTO_MAP_NOT_FOUND = "crypto-map-not-found"  # local, remote, interface: 'no matching crypto map entry'
    CRYPTO_MAP_NOT_BOUND = "crypto-map-not-bound"
    CRYPTO_MAP_INCOMPLETE = "crypto-map-incomplete"  # missing
    CRYPTO_MAP_PEER_MISMATCH = "crypto-map-peer-mismatch"  # configured
    CONNECTION_TYPE = "connection-type"  # originate-only or answer-only in the way
    PROTOCOL_NOT_ALLOWED = "protocol-not-allowed"  # vpn-tunnel-protocol
    IPSEC_PROPOSAL_ACCEPTED = "ipsec-proposal-accepted"  # proposal, transform, sequence
    IPSEC_PROPOSALS_REFUSED = "ipsec-proposals-refused"
    PFS_MISMATCH = "pfs-mismatch"  # received, configured
    SELECTOR_OVERLAP = "selector-overlap"  # existing SA from another peer
    SELECTORS_REFUSED = (
        "selectors-refused"  # IKEv2 TS_UNACCEPTABLE, 'no IPSEC policy found for received TS'; local, remote
    )

    # --- notifies, completion, deletion
    NOTIFY_RECEIVED = "notify-received"  # name (RFC word, e.g. NO_PROPOSAL_CHOSEN), number, encrypted=no
    NOTIFY_SENT = "notify-sent"  # name
    PHASE1_COMPLETED = "phase1-completed"
    IKEV2_SA_CREATED = "ikev2-sa-created"  # no success yet: the child SA can still fail
    SPI_ALLOCATED = "spi-allocated"  # spi
    CHILD_ESTABLISHED = "child-established"  # spi_in, spi_out, role, name
    PHASE2_COMPLETED = "phase2-completed"  # message_id
    LIFETIME_CHANGED = "lifetime-changed"  # phase, before, after, unit
    NEGOTIATION_ABORTED = "negotiation-aborted"  # reason (750003's text)
    TORN_DOWN = "torn-down"  # reason, scope=session|child: 713259, 713050, 113019, 750007; duration_seconds, bytes
    DELETE_RECEIVED = "delete-received"  # scope=ike|child, reason
    DELETE_SENT = "delete-sent"  # scope, reason
    IKE_TERMINATING = "ike-terminating"  # machine, tunnel_count, state

    # --- lifecycle
    DPD_TIMEOUT = "dpd-timeout"
    DPD = "dpd"  # direction, type
    REKEY_STARTS = "rekey-starts"  # phase
    REKEY_COLLISION = "rekey-collision"  # harmless=yes where the device says that it solved it
    REKEY_FAILED = "rekey-failed"
    INVALID_SPI = "invalid-spi"  # spi
    STALE_SA = "stale-sa"  # packet for an SA that we do not have; cookie
    INTERFACE_CHANGED = "interface-changed"  # before, after
    IDLE_TIMEOUT = "idle-timeout"
    ADMINISTRATOR_CLEARED = "administrator-cleared"

    # --- data path, resources, device
    REPLAY_DROP = "replay-drop"
    INTEGRITY_FAILURE = "integrity-failure"
    SELECTOR_VIOLATION = "selector-violation"  # 402116
    CLEARTEXT_RECEIVED = "cleartext-received"  # 402117
    PACKET_TOO_BIG = "packet-too-big"  # mtu
    LIMIT_REACHED = "limit-reached"  # limit, what=session|licence
    LICENCE_MISSING = "licence-missing"  # algorithm
    OUT_OF_MEMORY = "out-of-memory"
    ADMISSION_REFUSED = "admission-refused"  # reason
    MALFORMED = "malformed"  # reason
    STANDBY_DROPPED = "standby-dropped"  # 713235
    DEBUG_TO_SYSLOG = "debug-to-syslog"  # 'logging debug-trace' INFO line
    CONSEQUENCE = "consequence"  # clean-up after a failure: peer table, correlator table, information exchange
    NOTED = "noted"  # understood, and nothing depends on it


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event. ``at`` has no year of its own in debug output (see `clock` in the report) and may be None.

    ``trust`` is the provenance of the pattern that read it: a ``supposed`` pattern never yields a ``certain`` finding.
    """

    kind: EventKind
    origin: Evidence
    at: datetime | None = None
    ike_version: IkeVersion | None = None
    peer: str | None = None
    local: str | None = None
    tunnel_group: str | None = None
    username: str | None = None
    exchange: str | None = None  # the device's own number of the negotiation, e.g. IKEv2 '(12):', or a message id
    message: str | None = None  # the id in the catalogue of messages
    trust: str = "recorded"  # recorded | documented | supposed
    fields: dict[str, str] = {}

    def get(self, name: str, default: str = "") -> str:
        """The field of that name, or the default."""
        return self.fields.get(name, default)
