"""What a simulated firewall says of itself: version, role, load, sessions, debugging, logging."""

from collections.abc import Sequence

from nornir_ikediag.lab.device import SEVERITIES
from nornir_ikediag.lab.terminal import Terminal, sessions_of


def curpriv(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show curpriv`."""
    mode = "P_PRIV" if session.privilege > 1 else "P_UNPR"
    return [
        f"Username : {session.username if session.privilege == 1 else 'enable_15'}",
        f"Current privilege level : {session.privilege}",
        f"Current Mode/s : {mode}{' P_CONF' if session.configuring else ''}",
    ]


def version(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show version`, without the parts that identify a box."""
    device = session.device
    name = "Adaptive Security Appliance"
    context = " <context>" if len(device.contexts) > 1 and session.context.name != "system" else ""
    lines = ["", f"Cisco {name} Software Version {device.release}{context}", "Device Manager Version 7.12(2)", ""]
    lines += ["Compiled on Thu 25-Mar-21 18:31 GMT by builders"]
    image = device.release.replace(".", "").replace("(", "-").replace(")", "-").strip("-")
    lines += [f'System image file is "disk0:/asa{image}-smp-k8.bin"', 'Config file at boot was "startup-config"', ""]
    days, rest = divmod(device.uptime_seconds + int(session.context.now()), 86_400)
    hours, rest = divmod(rest, 3600)
    uptime = f"{days} days {hours} hours" if days else f"{hours} hours {rest // 60} mins"
    lines += [f"{device.hostname} up {uptime}"]
    if device.role:
        lines += [f"failover cluster up {days + 1} days {hours} hours"]
    lines += ["", f"Hardware:   {device.model}, 8192 MB RAM, CPU Atom C2000 series 2416 MHz, 1 CPU (8 cores)"]
    lines += ["Internal ATA Compact Flash, 8000MB", ""]
    lines += [" 1: Ext: GigabitEthernet1/1  : address is 00a2.89ff.0001, irq 255"]
    lines += [" 2: Ext: GigabitEthernet1/2  : address is 00a2.89ff.0002, irq 255", ""]
    lines += ["Licensed features for this platform:"]
    lines += ["Maximum Physical Interfaces       : Unlimited      perpetual"]
    lines += ["Encryption-DES                    : Enabled        perpetual"]
    lines += ["Encryption-3DES-AES               : Enabled        perpetual"]
    lines += ["Other VPN Peers                   : 300            perpetual"]
    lines += ["Total VPN Peers                   : 300            perpetual", "", "Serial Number: JAD00000000"]
    lines += ["Configuration register is 0x1", ""]
    return [*lines, _last_change(session)]


def _last_change(session: Terminal) -> str:
    device = session.device
    if device.modified_by is None:
        return "Configuration has not been modified since last system restart."
    at = device.clock.at(-device.modified_seconds_ago)
    return (
        f"Configuration last modified by {device.modified_by} at {at:%H:%M:%S}.{at:%f}"[:-3]
        + f" UTC {at:%a %b} {at.day} {at.year}"
    )


def clock(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show clock`."""
    at = session.device.clock.now()
    return [f"{at:%H:%M:%S}.{at.microsecond // 1000:03d} UTC {at:%a %b} {at.day} {at.year}"]


def pager(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show pager`."""
    return [f"pager lines {session.pager_lines}" if session.pager_lines else "no pager"]


def mode(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show mode`."""
    return [f"Security context mode: {'multiple' if len(session.device.contexts) > 1 else 'single'}"]


def contexts(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show context`."""
    if len(session.device.contexts) < 2:
        return ["ERROR: Command not valid in single mode"]
    lines = ["Context Name      Class      Interfaces           Mode         URL"]
    for name in session.device.contexts:
        if name != "system":
            mark = "*" if name == "admin" else " "
            lines.append(f"{mark}{name:<17}default    outside,inside       Routed       disk0:/{name}.cfg")
    return [*lines, "", f"Total active Security Contexts: {len(session.device.contexts) - 1}"]


def failover(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show failover`; a user context has the short form with `This context:`."""
    device = session.device
    if not device.role:
        return ["Failover Off ", "Failover unit Secondary", "Failover LAN Interface: not Configured"]
    state, other = ("Active", "Standby Ready") if device.role == "active" else ("Standby Ready", "Active")
    unit, mate = ("Primary", "Secondary") if device.role == "active" else ("Secondary", "Primary")
    at = device.clock.at(-518_400)
    last = f"Last Failover at: {at:%H:%M:%S} UTC {at:%b} {at.day} {at.year}"
    if session.context.name not in {"", "system"}:
        return ["Failover On ", last, f"\tThis context: {state}", f"\tPeer context: {other}"]
    lines = ["Failover On ", f"Failover unit {unit}", "Failover LAN Interface: FOLINK GigabitEthernet1/8 (up)"]
    lines += ["Reconnect timeout 0:00:00", "Unit Poll frequency 1 seconds, holdtime 15 seconds"]
    lines += ["Interface Poll frequency 5 seconds, holdtime 25 seconds", "Interface Policy 1"]
    lines += ["Monitored Interfaces 2 of 160 maximum", "MAC Address Move Notification Interval not set"]
    lines += [f"Version: Ours {device.release}, Mate {device.release}", last]
    for label, name, condition, address in (
        ("This host", unit, state, session.context.address),
        ("Other host", mate, other, "192.0.2.253"),
    ):
        active = 518_400 + int(session.context.now()) if condition == "Active" else 0
        lines += [f"\t{label}: {name} - {condition} ", f"\t\tActive time: {active} (sec)"]
        lines += [f"\t\tslot 1: {device.model} hw/sw rev (1.1/{device.release}) status (Up Sys)"]
        lines += [f"\t\t  Interface outside ({address}): Normal (Monitored)"]
        lines += ["\t\t  Interface inside (10.10.0.1): Normal (Monitored)"]
    lines += ["", "Stateful Failover Logical Update Statistics", "\tLink : FOLINK GigabitEthernet1/8 (up)"]
    return lines


def cluster_info(_session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show cluster info`: none of ours is a cluster."""
    return ["Clustering is not configured"]


def cpu_usage(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show cpu usage`."""
    busy = session.device.cpu_percent
    minute, five = max(1, busy - 1), max(1, busy - 2)
    return [f"CPU utilization for 5 seconds = {busy}%; 1 minute: {minute}%; 5 minutes: {five}%"]


def debugging(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show debug`: this session's, in this context, and what has outlived its session."""
    spelled = {"ikev1": "ikev1" if session.device.speaks_ikev2 else "isakmp"}
    own = {kind: level for (context, kind), level in session.listening.items() if context == session.context.name}
    on = (session.context.outliving or {}) | own
    return [f"debug crypto {spelled.get(kind, kind)} enabled at level {level}" for kind, level in sorted(on.items())]


def debug_condition(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show crypto debug-condition`."""
    conditions = session.context.conditions
    lines = [f"Crypto conditional debug is turned {'ON' if conditions else 'OFF'}"]
    lines += ["IKE debug context unmatched flag:  OFF", "IPSec debug context unmatched flag:  OFF"]
    if conditions:
        lines += ["", "IKE peer IP address filters:", " ".join(conditions)]
    return lines


def ssh_sessions(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show ssh sessions`: all that are there, ourselves included."""
    lines = ["", "SID Client IP       Version Mode Encryption Hmac     State            Username"]
    for other in sessions_of(session.device):
        for direction in ("IN ", "OUT"):
            first = f"{other.session_id:<3} {other.client_address:<15} 2.0    " if direction == "IN " else " " * 27
            lines.append(f"{first:<27} {direction}  aes256-ctr sha2-256 SessionStarted   {other.username}")
    return lines


def route(session: Terminal, words: list[str]) -> Sequence[str]:
    """`show route [X]`: everything leaves by the default route, except what is connected."""
    gateway = session.context.gateway
    if words:
        if not session.context.outside_up:
            return ["% Network not in table"]
        lines = [
            "",
            "Routing entry for 0.0.0.0 0.0.0.0, supernet",
            '  Known via "static", distance 1, metric 0, candidate default path',
        ]
        return [
            *lines,
            "  Routing Descriptor Blocks:",
            f"  * {gateway}, via outside",
            "      Route metric is 0, traffic share count is 1",
            "",
        ]
    lines = ["", "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP"]
    if not session.context.outside_up:
        return [
            *lines,
            "Gateway of last resort is not set",
            "",
            "C        10.10.0.0 255.255.0.0 is directly connected, inside",
            "",
        ]
    lines += [
        f"Gateway of last resort is {gateway} to network 0.0.0.0",
        "",
        f"S*       0.0.0.0 0.0.0.0 [1/0] via {gateway}, outside",
    ]
    lines += ["C        10.10.0.0 255.255.0.0 is directly connected, inside"]
    return [*lines, "C        192.0.2.0 255.255.255.0 is directly connected, outside", ""]


def interface_brief(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show interface ip brief`."""
    state = "up                    up  " if session.context.outside_up else "down                  down"
    lines = ["Interface                  IP-Address      OK? Method Status                Protocol"]
    lines += [f"GigabitEthernet1/1         {session.context.address:<15} YES CONFIG {state}"]
    lines += [f"GigabitEthernet1/2         {session.context.inside:<15} YES CONFIG up                    up  "]
    return [*lines, "Management1/1              unassigned      YES unset  administratively down down"]


def logging_buffer(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show logging`: the settings, then the buffer."""
    return [*logging_setting(session, []), *session.context.log]


def logging_setting(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show logging setting`."""
    context = session.context
    on = context.logging_level is not None
    level = SEVERITIES[context.logging_level] if context.logging_level is not None else ""
    buffer = f"level {level}, {len(context.log)} messages logged" if on else "disabled"
    return [
        f"Syslog logging: {'enabled' if on else 'disabled'}",
        "    Facility: 20",
        f"    Timestamp logging: {'enabled' if on else 'disabled'}",
        "    Standby logging: disabled",
        f"    Debug-trace logging: {'enabled' if context.debug_trace else 'disabled'}",
        "    Console logging: disabled",
        "    Monitor logging: disabled",
        f"    Buffer logging: {buffer}",
        "    Trap logging: disabled",
    ]
