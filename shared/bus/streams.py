"""Streams and durable consumers: created as they must be, or refused with the remedy."""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shared.bus.connection import Connection
from shared.bus.faults import ApiError, NoConsumer, NoStream, Unavailable
from shared.errors import Broken

API_SECONDS = 5.0
NANOSECONDS = 1_000_000_000
MESSAGE_ID = "Nats-Msg-Id"

NO_MESSAGE = 10037
NO_STREAM = 10059
NO_CONSUMER = 10014
NAME_TAKEN = 10058

Api = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a stream, as its leader knows it."""

    sequence: int
    """Sequence of the last message ever stored; 0 in a new stream."""
    message_id: str | None
    """Its `Nats-Msg-Id`; empty when it has none; None when the stream holds no message."""


@dataclass(frozen=True, slots=True)
class ConsumerInfo:
    """How far a durable consumer is."""

    pending: int
    """Messages that were never delivered to it."""
    ack_pending: int
    """Messages delivered and not yet acknowledged."""
    redelivered: int
    delivered_sequence: int


def api_of(connection: Connection, domain: str) -> Api:
    """Administrative calls of JetStream, in its own domain if one is named."""
    prefix = f"$JS.{domain}.API" if domain else "$JS.API"

    async def call(verb: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        body = orjson.dumps(payload) if payload else b""
        arrival = await (await connection.ask(f"{prefix}.{verb}", body, None, API_SECONDS)).answer()
        if arrival.status == "503":
            raise Unavailable("JetStream does not answer: is it enabled on the server?")
        answer: dict[str, Any] = orjson.loads(arrival.body)
        if error := answer.get("error"):
            code, err_code = error.get("code", 0), error.get("err_code", 0)
            if err_code == NO_STREAM:
                raise NoStream(f"{verb}: no such stream: run `liennganh migrate`")
            if err_code == NO_CONSUMER:
                raise NoConsumer(f"{verb}: no such consumer")
            if code == 503:
                raise Unavailable(f"{verb}: {error.get('description')}")
            raise ApiError(verb, code, err_code, error.get("description", ""))
        return answer

    return call


async def ensure_stream(
    api: Api,
    name: str,
    subjects: Sequence[str],
    *,
    max_msg_size: int,
    duplicate_window_seconds: float,
    replicas: int,
) -> None:
    """Create the stream, or check that the one that exists keeps what it is given.

    Raises `Broken` when it would lose, alter or mix messages. The window and the message size are
    brought in line; they lose nothing.
    """
    keeps = {
        "subjects": sorted(subjects),
        "retention": "limits",
        "storage": "file",
        "num_replicas": replicas,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msgs_per_subject": -1,
        "deny_delete": True,
        "deny_purge": True,
        "allow_rollup_hdrs": False,
    }
    tunes = {
        "max_msg_size": max_msg_size,
        "duplicate_window": int(duplicate_window_seconds * NANOSECONDS),
    }
    wanted = {"name": name, "discard": "new", **keeps, **tunes}
    try:
        found = (await api(f"STREAM.INFO.{name}", {}))["config"]
    except NoStream:
        try:
            await api(f"STREAM.CREATE.{name}", wanted)
            return
        except ApiError as error:
            if error.err_code != NAME_TAKEN:
                raise
        found = (await api(f"STREAM.INFO.{name}", {}))["config"]  # Somebody was faster.
    found = {**found, "subjects": sorted(found.get("subjects", ()))}
    different = [key for key, value in keeps.items() if found.get(key, False) != value]
    different += [key for key in ("mirror", "sources", "sealed") if found.get(key)]
    if different:
        seen = ", ".join(f"{k} is {found.get(k)!r}, not {keeps.get(k)!r}" for k in different)
        raise Broken(
            f"stream {name} is not as it must be ({seen}): set it with `nats stream edit {name}`, "
            f"or remove it with `nats stream rm {name}`, start, and copy it anew from the log with "
            "`liennganh rebuild-stream`"
        )
    if any(found.get(key) != value for key, value in tunes.items()):
        await api(f"STREAM.UPDATE.{name}", {**found, **tunes})


async def delete_stream(api: Api, name: str) -> None:
    """Remove the stream and its consumers; nothing happens when there is none."""
    try:
        await api(f"STREAM.DELETE.{name}", {})
    except NoStream:
        return


async def tail(api: Api, stream: str) -> Tail:
    """The stream's end, from its leader: a direct read may come from a replica that lags."""
    try:
        message = (await api(f"STREAM.MSG.GET.{stream}", {"last_by_subj": ">"}))["message"]
    except ApiError as error:
        if error.err_code != NO_MESSAGE:
            raise
        state = (await api(f"STREAM.INFO.{stream}", {}))["state"]
        return Tail(state["last_seq"], None)
    lines = base64.b64decode(message.get("hdrs", "")).decode("utf-8", "replace").split("\r\n")
    for line in lines[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == MESSAGE_ID.lower():
            return Tail(message["seq"], value.strip())
    return Tail(message["seq"], "")


async def ensure_consumer(
    api: Api,
    stream: str,
    durable: str,
    *,
    filter_subjects: Sequence[str],
    ack_wait_seconds: float,
    max_deliver: int,
    max_ack_pending: int,
) -> None:
    """Create the durable pull consumer, or bring the one that exists in line.

    Without filter subjects it reads the whole stream; they may not overlap. An existing consumer
    gets the new filters, but messages behind its position stay behind it.
    Raises `Broken` when what exists cannot be changed into what is wanted.
    """
    config: dict[str, Any] = {
        "name": durable,
        "durable_name": durable,
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "replay_policy": "instant",
        "ack_wait": int(ack_wait_seconds * NANOSECONDS),
        "max_deliver": max_deliver,
        "max_ack_pending": max_ack_pending,
    }
    if len(filter_subjects) == 1:
        [config["filter_subject"]] = filter_subjects
    elif filter_subjects:
        config["filter_subjects"] = sorted(filter_subjects)
    try:
        await api(f"CONSUMER.CREATE.{stream}.{durable}", {"stream_name": stream, "config": config})
    except ApiError as error:
        raise Broken(
            f"{error}: remove it with `nats consumer rm {stream} {durable}`; its reader keeps its "
            "own position and loses nothing"
        ) from error


async def durables(api: Api, stream: str) -> Sequence[Mapping[str, Any]]:
    """Configurations of the durables that read the stream from its start. Raises `NoStream`."""
    found: list[Mapping[str, Any]] = []
    while True:
        page = await api(f"CONSUMER.LIST.{stream}", {"offset": len(found)})
        found += [each["config"] for each in page["consumers"]]
        if not page["consumers"] or len(found) >= page["total"]:
            break
    ours = [each for each in found if each.get("durable_name")]
    return [each for each in ours if each.get("deliver_policy") == "all"]


async def restore_durable(api: Api, stream: str, configuration: Mapping[str, Any]) -> None:
    """Make a durable as `durables` told. Raises `ApiError` when the server does not want it."""
    name = configuration["durable_name"]
    await api(f"CONSUMER.CREATE.{stream}.{name}", {"stream_name": stream, "config": configuration})


async def consumer_info(api: Api, stream: str, durable: str) -> ConsumerInfo:
    """How far it is. Raises `NoConsumer`, `NoStream`."""
    info = await api(f"CONSUMER.INFO.{stream}.{durable}", {})
    return ConsumerInfo(
        pending=info["num_pending"],
        ack_pending=info["num_ack_pending"],
        redelivered=info["num_redelivered"],
        delivered_sequence=info["delivered"]["stream_seq"],
    )
