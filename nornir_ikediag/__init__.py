"""Why is this VPN tunnel on a Cisco ASA down? The answer, with the device's own line.

Start reading at ``pipeline.py``: it is the whole way from a capture to a report as one short function.
"""

__version__ = "0.1.0"
