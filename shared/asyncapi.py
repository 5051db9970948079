"""What travels over NATS, as an AsyncAPI 3.0 document made from the event classes.

Every event has two channels: the service's own stream (`ln.…`) and the feed of each agency that has
a part in it (`agency.…`). Both carry the same message: CloudEvents 1.0 in structured mode.
"""

from collections.abc import Sequence
from typing import Any

from shared.domain import Event
from shared.envelope import CLOUDEVENTS_MEDIA_TYPE
from shared.nats_accounts import DOMAIN, agency_inbox
from shared.schemas import (
    CONTRACT_VERSION,
    ID,
    MOMENT,
    TEXT,
    Json,
    as_stored,
    event_extensions,
    schema_path,
    schemas_of,
)
from shared.service import Service, stream_name

FEEDS_STREAM = stream_name("feeds")
CLOUDEVENT = "CloudEvent"
SCHEMAS = "#/components/schemas/{model}"

ATTRIBUTES: dict[str, Json] = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": ID | {"description": "Identity of the event; the same event always has the same id."},
    "source": TEXT | {"description": "Log that recorded it, `/<service>`."},
    "type": TEXT | {"description": "Topic: the stored type, with its version."},
    "subject": TEXT | {"description": "What it is about, `<kind>:<id>`."},
    "time": MOMENT | {"description": "When it happened; legal periods run from it."},
    "datacontenttype": {"type": "string", "const": "application/json"},
    "dataschema": TEXT | {"description": "JSON Schema of `data`, a path of the HTTP door."},
    "sequence": TEXT | {"description": "Position in the log, decimal; rises, has gaps."},
    "partitionkey": ID | {"description": "Stream of the event; order holds within it."},
    "streamversion": {
        "type": "integer",
        "minimum": 1,
        "description": "Version of the stream after this event.",
    },
    "epoch": ID | {"description": "Positions compare only within one epoch of the log."},
    "recordedat": MOMENT | {"description": "When it was recorded, in UTC."},
    "subjects": TEXT | {"description": "All subjects, separated by spaces, its own first."},
    "correlationid": ID | {"description": "Process that the event belongs to."},
    "causationid": ID | {"description": "Command or event that caused it."},
    "actoragency": TEXT | {"description": "Agency that acted, `<TYPE>-<AREA>`."},
    "actoruser": TEXT | {"description": "User who acted, as the agency names them."},
    "actorroles": TEXT | {"description": "Roles then held, separated by spaces."},
    "actorpurpose": TEXT | {"description": "Purpose that was stated, may be empty."},
    "traceparent": TEXT | {"description": "W3C trace context; left out when there was none."},
}
OPTIONAL = frozenset({"traceparent"})

HEADERS: Json = {
    "type": "object",
    "description": "Repeated from the body for routing; readers trust the body.",
    "properties": {
        "Nats-Msg-Id": TEXT
        | {"description": "`<name>/<epoch>/<position>`; the same message has the same id."},
        "Ln-Previous": TEXT
        | {"description": "Position of the message before; one you have not seen is a hole."},
        "content-type": {"type": "string", "const": CLOUDEVENTS_MEDIA_TYPE},
        "ce-id": ID,
        "ce-type": TEXT,
    },
}


def asyncapi(services: Sequence[Service]) -> Json:
    """The document of all events of these services; the same services give the same document."""
    events = [(service, event) for service in services for event in service.events]
    payloads, definitions = schemas_of(
        [(event.TOPIC, "serialization", event) for _, event in events], SCHEMAS
    )
    for _, event in events:
        name = payloads[event.TOPIC]["$ref"].rpartition("/")[2]
        definitions[event.TOPIC] = as_stored(event, definitions.pop(name))
    channels = {
        channel: described
        for service, event in events
        for channel, described in _channels(service, event)
    }
    return {
        "asyncapi": "3.0.0",
        "info": _info(services),
        "defaultContentType": CLOUDEVENTS_MEDIA_TYPE,
        "servers": {"nats": _server()},
        "channels": channels,
        "operations": {channel: _operation(channel, channels[channel]) for channel in channels},
        "components": {
            "messages": {event.TOPIC: _message(service, event) for service, event in events},
            "schemas": {
                CLOUDEVENT: _cloudevent(),
                **{name: _for_asyncapi(definitions[name]) for name in sorted(definitions)},
            },
            "securitySchemes": _security(),
        },
    }


def _info(services: Sequence[Service]) -> Json:
    return {
        "title": "Liên ngành 138",
        "version": CONTRACT_VERSION,
        "description": (
            "Sự kiện liên ngành qua NATS JetStream: mỗi cơ quan nhận kênh riêng của mình, theo "
            "thứ tự, ít nhất một lần; bỏ qua bản trùng theo `id`. / Inter-agency events over NATS "
            "JetStream: each agency has a feed of its own, in order, at least once; drop "
            "repetitions by `id`."
        ),
        "tags": [{"name": each.name} for each in services if each.events],
    }


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "protocol": "nats",
        "description": "Máy chủ NATS của hệ thống. / The system's NATS server (JetStream).",
        "variables": {
            "host": {"default": "127.0.0.1"},
            "port": {"default": "4222", "description": "`liennganh up` prints the one in use."},
        },
        "security": [{"$ref": "#/components/securitySchemes/agencyToken"}],
    }


def _security() -> Json:
    return {
        "agencyToken": {
            "type": "apiKey",
            "in": "password",
            "description": (
                "Mã truy cập của cơ quan, như khi gọi HTTP, gửi ở `auth_token` khi kết nối. / The "
                "agency's access token, the same as over HTTP, given as the connection's "
                "`auth_token`; it may read that agency's own feed only. Pull from the durable, "
                "which is there: what is heard live is only a hint."
            ),
        }
    }


def _channels(service: Service, event: type[Event]) -> list[tuple[str, Json]]:
    """The channel of the log's stream, and that of the agencies' feeds."""
    vi, en = event.LABEL
    name, _, rest = event.TOPIC.partition(".")
    described = {
        "title": vi,
        "summary": en,
        "messages": {event.TOPIC: {"$ref": f"#/components/messages/{event.TOPIC}"}},
        "tags": [{"name": service.name}],
    }
    area = "Area key of the agency that acted, for example `P34-40`; `VN` for central bodies."
    agency = "The agency's id, `<TYPE>-<AREA>`, for example `CA_TINH-P34-40`."
    return [
        (
            event.TOPIC,
            {
                "address": f"ln.{name}.{{area}}.{rest}",
                **described,
                "parameters": {"area": {"description": area}},
                "x-jetstream": {
                    "stream": service.stream,
                    "subjects": [f"ln.{service.name}.>"],
                    "readers": "services of this system; agencies read their feed",
                    "durable": "named by the reader, e.g. `timeline_timeline_v1`",
                    "ack": "explicit",
                },
            },
        ),
        (
            f"feed.{event.TOPIC}",
            {
                "address": f"agency.{{agencyId}}.feed.{event.TOPIC}",
                **described,
                "parameters": {"agencyId": {"description": agency}},
                "x-jetstream": {
                    "stream": FEEDS_STREAM,
                    "subjects": ["agency.{agencyId}.feed.>"],
                    "readers": "that agency",
                    "durable": "{agencyId}",
                    "ack": "explicit",
                    "domain": DOMAIN,
                    "inboxPrefix": agency_inbox("{agencyId}"),
                },
            },
        ),
    ]


def _operation(channel: str, described: Json) -> Json:
    pointer = f"#/channels/{channel}"
    return {
        "action": "send",
        "channel": {"$ref": pointer},
        "title": described["title"],
        "messages": [{"$ref": f"{pointer}/messages/{topic}"} for topic in described["messages"]],
        "bindings": {"nats": {}},
    }


def _message(service: Service, event: type[Event]) -> Json:
    vi, en = event.LABEL
    fixed = {"type": event.TOPIC, "source": f"/{service.name}", "dataschema": schema_path(event)}
    return {
        "name": event.TOPIC,
        "title": vi,
        "summary": en,
        "contentType": CLOUDEVENTS_MEDIA_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "tags": [{"name": service.name}],
        "headers": HEADERS,
        "payload": {
            "allOf": [
                {"$ref": SCHEMAS.format(model=CLOUDEVENT)},
                {
                    "type": "object",
                    "properties": {
                        **{name: {"const": value} for name, value in fixed.items()},
                        "data": {"$ref": SCHEMAS.format(model=event.TOPIC)},
                    },
                },
            ]
        },
        **event_extensions(event),
    }


def _cloudevent() -> Json:
    return {
        "type": "object",
        "description": "CloudEvents 1.0, structured mode, with this system's extensions.",
        "properties": {**ATTRIBUTES, "data": {"description": "What happened; see each event."}},
        "required": [*(name for name in ATTRIBUTES if name not in OPTIONAL), "data"],
    }


def _for_asyncapi(value: Any) -> Any:
    """AsyncAPI's schemas are of an older draft: a reference stands alone, a discriminator is text.

    The alternatives of a union tell themselves apart by a constant, so nothing is lost.
    """
    match value:
        case {"$ref": str(reference), **beside} if beside:
            return {"allOf": [{"$ref": reference}], **_for_asyncapi(beside)}
        case dict():
            return {
                key: _for_asyncapi(each)
                for key, each in value.items()
                if not (key == "discriminator" and isinstance(each, dict) and "mapping" in each)
            }
        case list():
            return [_for_asyncapi(each) for each in value]
    return value
