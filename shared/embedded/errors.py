"""What can stop the embedded servers, each with the way out in its message.

EmbeddedServerError
├── PlatformUnsupported   this operating system cannot run them
├── BinariesMissing       PostgreSQL or nats-server is not installed here
├── AccountUnusable       root needs an unprivileged account to run them, and has none
├── FolderInUse           another process runs servers on this data folder
├── FolderUnusable        the data folder cannot hold them, or is not ours
├── SettingRefused        a setting or a configuration text is not accepted
├── ServerDidNotStart     a server ended, or did not answer, before it was ready
├── ServerKeepsCrashing   a server was restarted too often within a minute
└── ServerWillNotStop     a process outlives every signal that we may send
"""

from collections.abc import Sequence

from shared.errors import LiennganhError


class EmbeddedServerError(LiennganhError):
    """The embedded servers cannot do what was asked; `vi` and `en` say why and what to do."""

    def __init__(self, vi: str, en: str, *, log_tail: Sequence[str] = ()) -> None:
        super().__init__("\n".join([f"{vi} / {en}", *(f"    {line}" for line in log_tail)]))
        self.vi = vi
        self.en = en
        self.log_tail = tuple(log_tail)


class PlatformUnsupported(EmbeddedServerError):
    """This operating system cannot run the embedded servers."""


class BinariesMissing(EmbeddedServerError):
    """PostgreSQL or nats-server is not installed where we look for it."""


class AccountUnusable(EmbeddedServerError):
    """The account that the servers should run under does not exist or cannot be taken."""


class FolderInUse(EmbeddedServerError):
    """Another process runs servers on this data folder."""


class FolderUnusable(EmbeddedServerError):
    """The data folder cannot hold the servers' files, or belongs to somebody else."""


class SettingRefused(EmbeddedServerError):
    """A setting or a configuration text is not accepted; nothing was changed."""


class ServerDidNotStart(EmbeddedServerError):
    """A server ended, or did not answer, before it was ready."""


class ServerKeepsCrashing(EmbeddedServerError):
    """A server was restarted too often within a minute; it stays down."""


class ServerWillNotStop(EmbeddedServerError):
    """A process outlives every signal that may be sent without risk to its data."""
