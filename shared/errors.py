"""The tree of errors: what people are told when something cannot be done.

    LiennganhError
    ├── Refused            the rules say no; the officer reads why and what to do    422
    │   ├── NotUnderstood  the input itself is wrong: syntax, type, limit            400/413/415/422
    │   ├── NotSignedIn    nobody knows who is asking                                401
    │   ├── NotAllowed     this actor may not do or see this                         403
    │   ├── NotFound       there is no such thing, or not for this reader            404
    │   └── Conflict       true, but too late: somebody else was first               409/412
    ├── Retry              nothing is wrong with the request; try again              503
    └── Broken             an invariant does not hold; stop, do not guess            500
        └── Waits          only until something that comes before it was taken

A refusal records nothing. Its sentence is Vietnamese first with an English twin; it says what to
do.
"""

from dataclasses import dataclass, field


class LiennganhError(Exception):
    """Any error that this product raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (JSON pointer into the body) and in which words."""

    pointer: str
    code: str
    vi: str
    en: str


@dataclass(eq=False)
class Refused(LiennganhError):
    """The rules say no. `code` names the problem type; `rule` the article or rule id."""

    code: str
    vi: str
    en: str
    pointer: str = ""
    rule: str = ""
    remedy_vi: str = ""
    remedy_en: str = ""
    faults: tuple[Fault, ...] = ()
    status: int = field(default=422, kw_only=True)
    extra: dict[str, object] = field(default_factory=dict, kw_only=True)

    def __str__(self) -> str:
        return f"{self.code}: {self.vi} / {self.en}"


@dataclass(eq=False)
class NotUnderstood(Refused):
    """The input cannot be read as what it should be."""

    status: int = field(default=422, kw_only=True)


@dataclass(eq=False)
class NotSignedIn(Refused):
    """The request carries no credential that we can verify."""

    status: int = field(default=401, kw_only=True)


@dataclass(eq=False)
class NotAllowed(Refused):
    """The actor is known and may not do this."""

    status: int = field(default=403, kw_only=True)


@dataclass(eq=False)
class NotFound(Refused):
    """There is no such thing, or this reader may not know of it."""

    status: int = field(default=404, kw_only=True)


@dataclass(eq=False)
class Conflict(Refused):
    """The state has moved on; read it again and decide again."""

    status: int = field(default=409, kw_only=True)


class Retry(LiennganhError):
    """The request is fine and was not recorded; the same request may succeed later.

    `vi`: the reason in Vietnamese, where people read it.
    """

    def __init__(self, reason: str, retry_after_seconds: float = 1.0, *, vi: str = "") -> None:
        super().__init__(f"{vi} / {reason}" if vi else reason)
        self.vi = vi
        self.en = reason
        self.retry_after_seconds = retry_after_seconds


class Broken(LiennganhError):
    """An invariant does not hold. Going on would guess; an operator has to look."""


class Waits(Broken):
    """An event is about something whose beginning has not been taken, so it cannot be taken yet.

    It says nothing about the read model: any number of them may wait for one and the same thing.
    """
