"""Debug and syslog text to typed events. One pass, bounded memory, no exception on any text."""

from nornir_ikediag.debugs.reader import LogReader, is_log_line, looks_like_log

__all__ = ["LogReader", "is_log_line", "looks_like_log"]
