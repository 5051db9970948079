"""Personal data in a fact: stated in plain, recorded as ciphertext, unreadable once erased.

    class ReceiveLetter(Command):
        sender: Sealed[Sender] | None = None    # a command's JSON holds a plain Sender

    class LetterReceived(FirstEvent, ReceiveLetter):
        SEALED = {"sender": "sender_ref"}       # field → field with the pseudonym whose key seals
        DATA_CLASS = "S2"
        sender_ref: UUID | None = None          # derived; stored JSON: {"$sealed": {…}}

Whoever decides, projects or speaks passes such a field on and never looks into it: a decoded event
holds the ciphertext, and whether its key still exists is the vault's to say. Pure: no cryptography.
"""

import functools
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Self, TypeVar, get_args, get_origin
from uuid import UUID

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import InitErrorDetails, core_schema, to_json

from shared.errors import Broken

T = TypeVar("T")

SEALED_MARK = "$sealed"
ERASED_MARK = "$erased"
MARKS = ({SEALED_MARK}, {ERASED_MARK})
SENSITIVE = ("S2", "S3")
HIDDEN = "…"
"""What errors show in place of what somebody typed into a sealed field."""


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """What is recorded of a sealed value; only the vault turns it back."""

    subject: UUID
    """Pseudonym of the person (or thing) whose key sealed it."""
    key_version: int
    nonce: bytes
    ciphertext: bytes
    commitment: bytes
    """Binds the ciphertext to one key: no second key opens it to another text."""

    def to_json(self) -> dict[str, dict[str, str | int]]:
        """The stored form."""
        return {
            SEALED_MARK: {
                "s": str(self.subject),
                "k": self.key_version,
                "n": _text(self.nonce),
                "c": _text(self.ciphertext),
                "m": _text(self.commitment),
            }
        }

    @classmethod
    def parse(cls, tree: Any) -> Self:
        """The inside of `$sealed`. Raises `ValueError` when it is anything else."""
        if not isinstance(tree, Mapping) or tree.keys() != {"s", "k", "n", "c", "m"}:
            raise ValueError("a sealed value has exactly s, k, n, c and m")
        if type(tree["k"]) is not int or tree["k"] < 1:
            raise ValueError("the key version of a sealed value is a number from 1")
        return cls(
            UUID(tree["s"]), tree["k"], _bytes(tree["n"]), _bytes(tree["c"]), _bytes(tree["m"])
        )


class Sealed(Generic[T]):
    """A value that is open (stated just now), sealed (as recorded) or erased (its key is gone).

    An event's open value is closed in place when the event is recorded, so that the event, the
    kept aggregate and whoever else holds it lose the plain text together.

    Equal when both are open with equal values, both the same ciphertext, or both erased of the
    same person. What is open never equals what is sealed: nobody can compare them, and taking
    them for the same would drop what was stated. So a repeated statement with a sealed field is
    recognised by its Idempotency-Key, not by its fields.
    """

    __slots__ = ("_ciphertext", "_erased", "_plain")
    _plain: T | None
    _ciphertext: Ciphertext | None
    _erased: UUID | None

    def __init__(self) -> None:
        raise TypeError("use Sealed.of(value), Sealed.recorded(ciphertext) or Sealed.erased(id)")

    @classmethod
    def of(cls, value: T) -> "Sealed[T]":
        """An open value, as a command states it."""
        return _made(value, None, None)

    @classmethod
    def recorded(cls, ciphertext: Ciphertext) -> "Sealed[T]":
        """A sealed value, as an event keeps it."""
        return _made(None, ciphertext, None)

    @classmethod
    def erased(cls, subject: UUID) -> "Sealed[T]":
        """What is left of a value whose key was destroyed."""
        return _made(None, None, subject)

    @property
    def is_open(self) -> bool:
        """Whether the plain value is here: only between the statement and its recording."""
        return self._ciphertext is None and self._erased is None

    @property
    def is_sealed(self) -> bool:
        """Whether this is ciphertext (whose key may or may not exist any more)."""
        return self._ciphertext is not None

    @property
    def is_erased(self) -> bool:
        """Whether this is known to be unreadable for ever."""
        return self._erased is not None

    @property
    def subject(self) -> UUID | None:
        """Pseudonym whose key sealed it; None while it is open."""
        return self._ciphertext.subject if self._ciphertext else self._erased

    @property
    def ciphertext(self) -> Ciphertext:
        """The recorded form. Raises `Broken` when it is open or erased."""
        if self._ciphertext is None:
            raise Broken("this value is not sealed: Context.save seals what is recorded")
        return self._ciphertext

    @property
    def shown(self) -> Literal["sealed", "erased"]:
        """What state(), projections and sentences show in its place."""
        return "erased" if self.is_erased else "sealed"

    def reveal(self) -> T:
        """The plain value, for who seals it. Raises `Broken` when it is not open."""
        if not self.is_open:
            raise Broken("a recorded value is opened by the vault (POST /v1/vault/openings)")
        return self._plain  # type: ignore[return-value]  # None is only there when T allows it.

    def plain_json(self) -> bytes:
        """The open value as JSON, for who seals it. Raises `Broken` when it is not open."""
        return to_json(self.reveal())

    def close(self, ciphertext: Ciphertext) -> None:
        """Forget the plain value for its ciphertext. Raises `Broken` when it is not open."""
        if not self.is_open:
            raise Broken("a value is sealed once, for one field of one event")
        self._plain, self._ciphertext = None, ciphertext

    def to_json(self) -> dict[str, Any]:
        """The stored form. Raises `Broken` for an open value: plain text is never written."""
        if self._erased is not None:
            return {ERASED_MARK: {"s": str(self._erased)}}
        return self.ciphertext.to_json()

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Sealed[T]":
        """What `to_json` made. Raises `ValueError` when it is anything else."""
        match tree:
            case {"$sealed": inside} if len(tree) == 1:
                return cls.recorded(Ciphertext.parse(inside))
            case {"$erased": {"s": str(subject), **rest}} if len(tree) == 1 and not rest:
                return cls.erased(UUID(subject))
        raise ValueError("the stored form of a sealed value is $sealed or $erased alone")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(Sealed)  # One for all: an open value is closed in place.

    def _parts(self) -> tuple[bool, Any, Any, Any]:
        return (self.is_open, self._plain, self._ciphertext, self._erased)

    def __repr__(self) -> str:
        return f"<{'open, not shown' if self.is_open else self.shown}>"

    def __copy__(self) -> "Sealed[T]":
        return _made(*self._parts()[1:])

    def __deepcopy__(self, _: object) -> "Sealed[T]":
        return self.__copy__()

    def __reduce__(self) -> Any:
        self.to_json()  # Raises for an open value: plain text leaves the process in no form.
        return _made, self._parts()[1:]

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        arguments = get_args(source)
        if not arguments:
            raise TypeError("say what is sealed, for example Sealed[Line]")
        written = TypeAdapter(arguments[0])

        def from_json(said: Any) -> Any:
            """As the rest of the request was: a day is text there, and no number is one."""
            return written.validate_json(to_json(said), strict=True)

        def validated(
            said: Any,
            plain: core_schema.ValidatorFunctionWrapHandler,
            info: core_schema.ValidationInfo,
        ) -> "Sealed[Any]":
            return _validated(said, from_json if info.mode == "json" else plain, info)

        return core_schema.with_info_wrap_validator_function(
            validated,
            handler.generate_schema(arguments[0]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                _serialized, info_arg=True
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What comes in is the plain value; what goes out is ciphertext or its remains."""
        if handler.mode == "serialization":
            return SEALED_SCHEMA
        return handler(schema["schema"])


def refuse_unless_sealed_whole(
    event: type[BaseModel], sealed: Mapping[str, str], data_class: str
) -> None:
    """Raises `TypeError` for an event class with a sealed field that no key would seal, or that
    stands where nothing looks for it, or that calls itself less than sensitive."""
    for name, field in event.model_fields.items():
        options = {each for each in get_args(field.annotation) if each is not type(None)}
        plainly = _is_sealed(field.annotation) or (len(options) == 1 and _is_sealed(*options))
        if _holds_sealed(field.annotation) != (name in sealed) or plainly != (name in sealed):
            raise TypeError(
                f"{event.__name__}.{name}: exactly the fields `Sealed[…]` and `Sealed[…] | None` "
                "stand in SEALED, each with the field of its pseudonym"
            )
    if strange := (sealed.keys() | set(sealed.values())) - event.model_fields.keys():
        raise TypeError(f"{event.__name__}.SEALED names {', '.join(sorted(strange))}, no field")
    if sealed and data_class not in SENSITIVE:
        raise TypeError(f"{event.__name__} has sealed fields; its DATA_CLASS is S2 or S3")


@functools.cache
def sealed_fields(model: type[BaseModel]) -> frozenset[str]:
    """Names of a model's sealed fields, as they stand in JSON."""
    return frozenset(
        each.alias or name
        for name, each in model.model_fields.items()
        if _holds_sealed(each.annotation)
    )


def _is_sealed(annotation: Any) -> bool:
    return get_origin(annotation) is Sealed


def _holds_sealed(annotation: Any) -> bool:
    if _is_sealed(annotation) or annotation is Sealed:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_holds_sealed(each.annotation) for each in annotation.model_fields.values())
    return any(_holds_sealed(each) for each in get_args(annotation))


def _made(plain: Any, ciphertext: Ciphertext | None, erased: UUID | None) -> Sealed[Any]:
    made: Sealed[Any] = object.__new__(Sealed)
    made._plain, made._ciphertext, made._erased = plain, ciphertext, erased
    return made


def _validated(
    said: Any, plain: Callable[[Any], Any], info: core_schema.ValidationInfo
) -> Sealed[Any]:
    """From outside (JSON) only plain values come in; the stored form is read by `decode_event`,
    which is not JSON any more. Otherwise somebody could state what another sealed."""
    if isinstance(said, Sealed):  # Each event has an open value of its own: it will be closed.
        return Sealed.of(_checked(said.reveal(), plain)) if said.is_open else said
    if info.mode != "json" and isinstance(said, Mapping) and said.keys() in MARKS:
        return Sealed.from_json(said)
    return Sealed.of(_checked(said, plain))


def _checked(said: Any, plain: Callable[[Any], Any]) -> Any:
    """The typed plain value; errors say what is wrong without quoting it."""
    try:
        return plain(said)
    except ValidationError as error:
        raise ValidationError.from_exception_data(
            "sealed field", [_without_input(each) for each in error.errors()], hide_input=True
        ) from None


def _without_input(error: Any) -> InitErrorDetails:
    """A member that nobody knows is not named either: it may be what somebody is called."""
    unknown = error["type"] == "extra_forbidden"
    place = error["loc"][:-1] if unknown else error["loc"]
    kept = InitErrorDetails(type=error["type"], loc=place, input=HIDDEN)
    if "ctx" in error:
        kept["ctx"] = error["ctx"]
    return kept


def _serialized(value: Sealed[Any], info: core_schema.SerializationInfo) -> Any:
    return value.to_json() if info.mode == "json" else value


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str):
        raise ValueError("bytes of a sealed value are base64url text")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except NotBase64 as error:
        raise ValueError("bytes of a sealed value are base64url text") from error


_BASE64: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
_PERSON: dict[str, Any] = {"type": "string", "format": "uuid"}
SEALED_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "x-sealed": True,
    "properties": {
        SEALED_MARK: {
            "type": "object",
            "description": "Opened by POST /v1/vault/openings, until the key is erased.",
            "additionalProperties": False,
            "required": ["s", "k", "n", "c", "m"],
            "properties": {
                "s": _PERSON | {"description": "Pseudonym whose key sealed it."},
                "k": {"type": "integer", "minimum": 1, "description": "Version of the key."},
                "n": _BASE64 | {"description": "Nonce."},
                "c": _BASE64 | {"description": "Ciphertext (AES-256-GCM)."},
                "m": _BASE64 | {"description": "Key commitment (HMAC-SHA-256)."},
            },
        },
        ERASED_MARK: {
            "type": "object",
            "additionalProperties": False,
            "required": ["s"],
            "properties": {"s": _PERSON},
        },
    },
}
"""JSON Schema of what an event keeps of a sealed field."""
