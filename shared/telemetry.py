"""What operators see: JSON logs without payloads, and counters in Prometheus' format."""

import logging
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REGISTRY = CollectorRegistry()

COMMANDS = Counter(
    "liennganh_commands_total", "Commands by outcome", ["service", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "liennganh_request_seconds",
    "Time to answer, by route name",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
LOG_POSITION = Gauge(
    "liennganh_log_position", "Last position of a log", ["service"], registry=REGISTRY
)
FOLLOWER_POSITION = Gauge(
    "liennganh_follower_position", "Position of a follower", ["follower"], registry=REGISTRY
)
FOLLOWER_BEHIND = Gauge(
    "liennganh_follower_behind",
    "Positions from the checkpoint to the end of the log",
    ["follower"],
    registry=REGISTRY,
)
FOLLOWER_BEHIND_SECONDS = Gauge(
    "liennganh_follower_behind_seconds",
    "Age of the oldest event that was not taken, 0 when there is none",
    ["follower"],
    registry=REGISTRY,
)
FOLLOWER_UNDECIDED = Gauge(
    "liennganh_follower_undecided",
    "Parked streams that are not tried again until an operator decides",
    ["follower"],
    registry=REGISTRY,
)
RELAY_BEHIND = Gauge(
    "liennganh_relay_behind",
    "Positions that are recorded and not yet acknowledged by the stream",
    ["relay"],
    registry=REGISTRY,
)
APPENDS = Counter(
    "liennganh_appends_total",
    "Commands by the log's verdict; `deferred` is tried again at once",
    ["service", "verdict"],
    registry=REGISTRY,
)
WRITER_QUEUE = Gauge(
    "liennganh_writer_queue_commands",
    "Commands that wait to be recorded",
    ["service"],
    registry=REGISTRY,
)
DATABASE = Gauge(
    "liennganh_database_answers",
    "1 when the database answered what this page asked, 0 when the figures of it are old",
    registry=REGISTRY,
)
TASK_RESTARTS = Counter(
    "liennganh_task_restarts_total", "Tasks the supervisor restarted", ["task"], registry=REGISTRY
)


def metrics() -> tuple[bytes, str]:
    """The metrics page and its media type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def set_up_logging(*, level: str = "INFO") -> None:
    """JSON lines on standard error; one object per event, never a payload."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
