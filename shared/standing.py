"""Which bodies a name means, and for which of them somebody acts. Pure.

A paper names agencies and collectives (`UBND_XA-P34-40`: every commune's People's Committee); who
that is, the register says for the paper's day. Bodies end while what they began still runs: then
their heirs act for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.actor import Act
from shared.errors import NotAllowed, Refused
from shared.reference import Agency, Register, RegisterError
from shared.reference.errors import AgencyNotInExistence, UnknownAgency


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom somebody acts."""

    key: str
    """Whose books the act goes into."""
    named: str
    """The body or unlisted collective that the paper's bodies name."""


def agency_of(ref: str, on: date, register: Register, pointer: str) -> Agency:
    """The agency or collective on that day. Raises `Refused` with the register's sentence."""
    try:
        return register.agency(ref, on)
    except UnknownAgency as error:
        code, suggestion = "unknown-agency", error.suggestion
        vi, en = error.vi, error.en
    except AgencyNotInExistence as error:
        code, suggestion = "agency-not-in-existence", ", ".join(error.successors)
        vi, en = error.vi, error.en
    raise Refused(
        code,
        vi,
        en,
        pointer=pointer,
        rule="danh mục cơ quan theo ngày",
        remedy_vi=f"Dùng {suggestion}." if suggestion else "Tra mã trong danh mục cơ quan.",
        remedy_en=f"Use {suggestion}." if suggestion else "Look the id up in the register.",
    )


def resolve(ref: str, on: date, register: Register, pointer: str) -> tuple[tuple[str, ...], bool]:
    """The concrete bodies behind a name, and whether the register could list them.

    A collective without a list stands for itself. Raises `Refused` as `agency_of`.
    """
    agency_of(ref, on, register, pointer)
    members = register.members(ref, on)
    return (members, True) if members else ((ref,), False)


def acting_as(act: Act, bodies: Iterable[str], named_on: date) -> Standing | None:
    """For which of the bodies the actor acts, or None.

    In this order: the body itself; one that an unlisted collective covers; the single heir of a
    body that has ended (a collective inherits nothing: that would let every commune of a province
    act for one former district). `named_on` is the day on which the bodies were looked up.
    """
    named, agency = tuple(bodies), act.agency
    if agency in named:
        return Standing(agency, agency)
    for body in named:
        if _covers(act.register, body, agency, named_on):
            return Standing(agency, body)
    for body in named:
        if agency in act.register.successors(body, act.on):
            return Standing(body, body)
    return None


def refuse_unless_acting(
    act: Act, bodies: Iterable[str], named_on: date, refusal: NotAllowed
) -> Standing:
    """As `acting_as`, but raises the refusal when the actor stands for none of the bodies."""
    standing = acting_as(act, bodies, named_on)
    if standing is None:
        raise refusal
    return standing


def lies_in(register: Register, inner: str, outer: str) -> bool:
    """Whether an area is another or a part of it. Both keys must be in the register."""
    at: str | None = inner
    while at is not None:
        if at == outer:
            return True
        at = register.area(at).parent
    return False


def _covers(register: Register, body: str, agency: str, on: date) -> bool:
    try:
        return register.covers(body, agency, on)
    except RegisterError:
        return False  # Named on another day than this one: not there, so it covers nobody.
