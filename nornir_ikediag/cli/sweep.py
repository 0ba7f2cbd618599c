"""`ikediag sweep`: what debug windows, ours or others', may have left behind."""

from nornir_ikediag.cli import _options as options


def command(
    *,
    filters: options.Filters = None,
    config: options.Config = None,
    user: options.User = None,
    ssh_config: options.SshConfig = None,
    workers: options.Workers = None,
) -> int:
    """Check that no firewall has a debug or a debug condition left on.

    Reads `show debug` and `show crypto debug-condition` on every host, and says what is left and how to end it. It ends
    nothing itself: a debug may be somebody else's.

    \b
    Example:
      ikediag sweep -c config.yaml
    """
    return 0
