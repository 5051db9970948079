"""What can go wrong on the bus, told apart by what the caller may do next."""

from shared.errors import Broken, LiennganhError, Retry


class Unavailable(Retry):
    """The bus cannot be reached or does not answer; nothing was stored by this call."""


class PublishUnknown(Unavailable):
    """No answer came: the message may be stored, now or later. Ask the stream, do not guess."""


class WrongLast(LiennganhError):
    """The stream's last message is not the one we expected: somebody else was here, or we slept."""


class TooLarge(LiennganhError):
    """Header and body together exceed what the server takes; nothing was sent."""


class NoStream(Retry):
    """No stream takes this subject."""


class NoConsumer(Retry):
    """The durable consumer does not exist (any more)."""


class Forbidden(LiennganhError):
    """The server does not let this user publish or subscribe there."""


class RequestFailed(LiennganhError):
    """The other side answered a request with an error. `status` is meant as in HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status


class ApiError(Broken):
    """JetStream refused an administrative call; `code` is HTTP's, `err_code` JetStream's own."""

    def __init__(self, verb: str, code: int, err_code: int, description: str) -> None:
        super().__init__(f"JetStream refused {verb}: {description} ({code}/{err_code})")
        self.code = code
        self.err_code = err_code
