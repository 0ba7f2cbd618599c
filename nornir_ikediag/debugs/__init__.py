"""Debug and syslog text to typed events. One pass, bounded memory, no exception on any text."""

from nornir_ikediag.debugs.clock import year_of
from nornir_ikediag.debugs.reader import LogReader, is_log_line, looks_like_log
from nornir_ikediag.debugs.wrapping import LOOK_AT, Wrapping, wrapping_of

__all__ = ["LOOK_AT", "LogReader", "Wrapping", "is_log_line", "looks_like_log", "wrapping_of", "year_of"]
