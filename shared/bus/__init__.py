"""The bus: NATS with JetStream behind a small port. `connection.py` alone knows the library."""

from shared.bus.bus import Bus, Publication, Published
from shared.bus.consumer import Consumer, Message
from shared.bus.faults import (
    ApiError,
    Forbidden,
    NoConsumer,
    NoStream,
    PublishUnknown,
    RequestFailed,
    TooLarge,
    Unavailable,
    WrongLast,
)
from shared.bus.serving import Request, Serving
from shared.bus.streams import ConsumerInfo, Tail

__all__ = [
    "ApiError",
    "Bus",
    "Consumer",
    "ConsumerInfo",
    "Forbidden",
    "Message",
    "NoConsumer",
    "NoStream",
    "Publication",
    "PublishUnknown",
    "Published",
    "Request",
    "RequestFailed",
    "Serving",
    "Tail",
    "TooLarge",
    "Unavailable",
    "WrongLast",
]
