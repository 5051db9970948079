"""Which bodies a name means, and for which of them somebody acts and reads. Pure.

A paper names agencies and collectives (`UBND_XA-P34-40`: every commune's People's Committee); who
that is, the register says for the paper's day. Bodies end while what they began still runs: then
their heirs act for them, and read what is theirs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from shared.actor import VIETNAM, Act
from shared.errors import NotAllowed, Refused
from shared.reference import Agency, Area, Register, RegisterError
from shared.reference.errors import AgencyNotInExistence, UnknownAgency

NEAREST = {"station": "commune", "regional": "province"}
"""Level of bodies without a list → the level of the area by which one of them can be named."""
AGENCIES_CACHED_MAX = 4_096


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


def is_one_body(register: Register, agency: Agency) -> bool:
    """Whether a name stands for one body.

    Stations and the regional courts and procuracies have no list; the id that names those of one
    commune or of one province is the nearest there is, so it stands for the body.
    """
    nearest = NEAREST.get(agency.level)
    return not agency.is_collective or nearest == register.area(agency.area).level


def refuse_collective(register: Register, agency: Agency) -> None:
    """Raises `NotAllowed` for a name that several bodies share: one token must not act for all."""
    if not is_one_body(register, agency):
        raise NotAllowed(
            "collective-cannot-act",
            f"{agency.id} ({agency.name_vi}) là tên chung của nhiều cơ quan, không tự hành động.",
            f"{agency.id} ({agency.name_en}) is a name for several bodies; it cannot act itself.",
            rule="register:collective",
            remedy_vi="Dùng mã truy cập của chính cơ quan thực hiện.",
            remedy_en="Use a token of the very body that acts.",
        )


def in_its_time(register: Register, agency_id: str, on: date) -> tuple[Agency, date]:
    """An agency as it is on that day, or was on its last, and that day.

    Past bodies still read what is theirs: their archives are somebody's duty. Raises `NotAllowed`
    for an id that the register has never known.
    """
    try:
        return register.agency(agency_id, on), on
    except AgencyNotInExistence as error:
        day = error.valid_to or error.valid_from or on
    except RegisterError as error:
        raise _never_known(error) from None
    try:
        return register.agency(agency_id, day), day
    except RegisterError as error:
        raise _never_known(error) from None


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


@lru_cache(AGENCIES_CACHED_MAX)
def read_by(agency_id: str, on: date, register: Register) -> tuple[str, ...]:
    """Names under which this agency reads on that day: its own first, then those as which it acts.

    A body that has ended reads what it read on its last day. Raises `NotAllowed` for collectives
    and for ids that the register has never known.
    """
    agency, day = in_its_time(register, agency_id, on)
    refuse_collective(register, agency)
    wholes, before = _wholes(agency_id, day, register), _forerunners(agency_id, day, register)
    return tuple(dict.fromkeys((agency_id, *wholes, *before)))


def named_by(agency_id: str, now: datetime, register: Register) -> tuple[str, ...]:
    """As `read_by` on that day of Viet Nam; a name for several bodies, or for none, stands for just
    that."""
    try:
        return read_by(agency_id, now.astimezone(VIETNAM).date(), register)
    except NotAllowed:
        return (agency_id,)


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


def _never_known(error: RegisterError) -> NotAllowed:
    return NotAllowed(
        "agency-id",
        error.vi,
        error.en,
        remedy_vi="Xin mã truy cập mang mã cơ quan có trong danh mục.",
        remedy_en="Ask for a token with an agency id of the register.",
    )


def _wholes(agency_id: str, on: date, register: Register) -> Iterator[str]:
    """Collectives without a list that the body belongs to: what is said to them, their id hears."""
    code, _, area = agency_id.partition("-")
    above = register.area(area).parent
    while above is not None:
        whole = f"{code}-{above}"
        try:
            listed = bool(register.members(whole, on))
        except RegisterError:
            listed = True  # There is no such name.
        if not listed:
            yield whole
        above = register.area(above).parent


def _forerunners(agency_id: str, on: date, register: Register) -> Iterator[str]:
    """Bodies that have ended and whose heir it is, by asking each that it can be the heir of."""
    for place in _places(register.area(agency_id.partition("-")[2]), register):
        for body in register.ended_at(place, on):
            if agency_id in register.successors(body, on):
                yield body


def _places(area: Area, register: Register) -> Iterator[str]:
    """Where its forerunners can have sat: at the centre, or anywhere in its province and in those
    that this was made of."""
    if area.parent is None:
        yield area.key
        return
    province = register.area(register.province_of(area.key))
    for key in (province.key, *province.merged_from):
        yield from register.areas_ever_in(key)
