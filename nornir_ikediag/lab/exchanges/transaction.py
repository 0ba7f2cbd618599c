"""The transaction exchange between the phases: XAUTH asks for the user, mode-config hands out an address."""

import ipaddress

from nornir_ikediag.lab.exchanges.main_mode import ROUND_TRIP_SECONDS, completed
from nornir_ikediag.lab.exchanges.quick_mode import message_id
from nornir_ikediag.lab.scenario import Script
from nornir_ikediag.lab.wire import Wire

TYPING_SECONDS = 4.0  # a person enters name and password
ATTRIBUTES = "HASH ATTR"
_REQUESTS = (
    "IPV4 address",
    "IPV4 net mask",
    "DNS server address",
    "WINS server address",
    "Banner",
    "Save PW setting",
    "Default Domain Name",
    "Split Tunnel List",
    "Split DNS",
    "PFS setting",
    "Application Version",
)


def ask_user(wire: Wire) -> Script:
    """The question goes out, and the answer comes in when the user has typed it."""
    mid = message_id(wire)
    wire.constructing("blank hash", "qm hash")
    wire.packet("SENDING", ATTRIBUTES, mid)
    wire.state("AM_TM_INIT_XAUTH")
    yield TYPING_SECONDS
    wire.packet("RECEIVED", ATTRIBUTES, mid)
    wire.debug("process_attr(): Enter!", "Processing MODE_CFG Reply attributes.")
    wire.user = wire.tunnel.user


def accepted(wire: Wire) -> Script:
    """The user is who he says he is."""
    for name, value in (
        ("primary DNS", "10.10.0.53"),
        ("secondary DNS", "cleared"),
        ("default domain", "example.net"),
        ("IP Compression", "disabled"),
        ("Split Tunneling Policy", "Disabled"),
    ):
        wire.debug(f"IKEGetUserAttributes: {name} = {value}")
    wire.tell(f"User ({wire.user}) authenticated.")
    wire.context.syslog(113012, 6, f"AAA user authentication Successful : local database : user = {wire.user}")
    mid = message_id(wire)
    wire.constructing("blank hash", "qm hash")
    wire.packet("SENDING", ATTRIBUTES, mid)
    yield ROUND_TRIP_SECONDS
    wire.packet("RECEIVED", ATTRIBUTES, mid)
    wire.debug("process_attr(): Enter!", "Processing cfg ACK attributes")
    wire.state("AM_TM_INIT_MODECFG")
    yield 0.4


def rejected(wire: Wire) -> Script:
    """Wrong password: three lines say so, and the tunnel is gone."""
    wire.tell("Remote peer has failed user authentication - check configured username and password", 713167, 3)
    reason = "reason = Invalid password : local database"
    rejection = f"AAA user authentication Rejected : {reason} : user = {wire.user} : user IP = {wire.tunnel.peer}"
    wire.context.syslog(113015, 6, rejection)
    asked = ("TM_WAIT_REPLY, EV_CHK_MSCHAPV2", "TM_WAIT_REPLY, EV_PROC_MSG", "TM_WAIT_REPLY, EV_HASH_OK")
    refused = ("TM_DONE, EV_ERROR", "TM_AUTH, EV_AUTH_FAIL", "TM_AUTH, NullEvent", "TM_AUTH, EV_DO_AUTH")
    wire.history("TM V6", (*refused, *asked, "TM_WAIT_REPLY, NullEvent"))
    held = "AM_TM_INIT_XAUTH_V6H"
    wire.history("AM Responder", ("AM_DONE, EV_ERROR", f"{held}, EV_TM_FAIL", f"{held}, NullEvent"))
    wire.terminate(mode="AM")
    wire.disconnected("User Requested")
    yield 0.05


def requests(wire: Wire) -> int:
    """The client asks for its settings. Returns the message id of the exchange."""
    mid = message_id(wire)
    wire.packet("RECEIVED", ATTRIBUTES, mid)
    wire.debug("process_attr(): Enter!", "Processing cfg Request attributes")
    for name in _REQUESTS:
        wire.debug(f"MODE_CFG: Received request for {name}!")
    wire.tell("Received unsupported transaction mode attribute: 5", 713130, 5)
    wire.tell("Client Type: WinNT  Client Application Version: 5.0.07.0290", 713184, 6)
    return mid


def address_given(wire: Wire) -> Script:
    """The client gets its settings, and phase 1 is complete."""
    mid = requests(wire)
    address = ipaddress.IPv4Network(wire.tunnel.remote).network_address
    wire.debug(f"Obtained IP addr ({address}) prior to initiating Mode Cfg (XAuth enabled)")
    wire.debug("Sending subnet mask (255.255.255.0) to remote client")
    wire.tell(f"Assigned private IP address {address} to remote user", 713228, 6)
    wire.constructing("blank hash")
    wire.debug("construct_cfg_set: default domain = example.net", "Send Client Browser Proxy Attributes!")
    wire.constructing("qm hash")
    wire.packet("SENDING", ATTRIBUTES, mid)
    yield 0.3
    wire.tell(f"Gratuitous ARP sent for {address}")
    wire.debug("Resume Quick Mode processing, Cert/Trans Exch/RM DSID completed")
    completed(wire, "AM")
    wire.debug("sending notify message")
    wire.constructing("blank hash", "qm hash")
    wire.packet("SENDING", "HASH NOTIFY", message_id(wire))


def no_address_left(wire: Wire) -> Script:
    """The pool is empty."""
    requests(wire)
    session = f"IPAA: Session=0x{wire.struct:08x}"
    wire.context.syslog(737007, 5, f"{session}, Local pool request failed for tunnel-group '{wire.group}'")
    wire.context.syslog(737019, 4, f"{session}, Unable to get address from group-policy or tunnel-group local pools")
    wire.tell("Cannot obtain an IP address for remote peer", 713132, 3)
    built = ("TM_BLD_REPLY, NullEvent", "TM_BLD_REPLY, EV_GET_IP", "TM_BLD_REPLY, EV_NEED_IP")
    waited = ("TM_WAIT_REQ, EV_PROC_MSG", "TM_WAIT_REQ, EV_HASH_OK", "TM_WAIT_REQ, NullEvent")
    wire.history("TM V6", ("TM_DONE, EV_ERROR", "TM_BLD_REPLY, EV_IP_FAIL", *built, *waited))
    held = "AM_TM_INIT_MODECFG_V6H"
    xauth = "AM_TM_INIT_XAUTH_V6H"
    after = ("AM_TM_INIT_MODECFG, EV_WAIT", f"{xauth}, EV_CHECK_QM_MSG", f"{xauth}, EV_TM_XAUTH_OK")
    wire.history("AM Responder", ("AM_DONE, EV_ERROR", f"{held}, EV_TM_FAIL", f"{held}, NullEvent", *after))
    wire.terminate(mode="AM")
    wire.disconnected("User Requested")
    yield 0.05
