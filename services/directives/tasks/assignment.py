"""Who a task falls to: the bodies that lead and help, and what a share handed down looks like."""

from dataclasses import dataclass

from services.directives.bodies import ALL_ADDRESSEES, Origin
from services.directives.tasks import refusals
from services.directives.tasks.events import AssignTask
from shared.actor import Act
from shared.reference.kinds import RANKS
from shared.standing import agency_of, lies_in, resolve

INDEPENDENT_BRANCHES = frozenset({"procuracy", "court"})
FATHERLAND_FRONT = ("MTTQ_", "UBTW_MTTQ")


@dataclass(frozen=True, slots=True)
class Hands:
    """The bodies that a task falls to."""

    assignees: tuple[str, ...]
    helpers: tuple[str, ...]
    members_known: bool
    never_critical: tuple[str, ...]


def hands(said: AssignTask, act: Act, origin: Origin, pointer: str) -> Hands:
    """The concrete bodies that lead and help. Raises `Refused` for a body that is not there."""
    if said.lead in said.coordinators:
        raise refusals.leads_and_helps(said.lead, f"{pointer}/coordinators")
    leading, known = _bodies(said.lead, act, origin, f"{pointer}/lead")
    if not leading:
        raise refusals.nobody_leads(f"{pointer}/lead")
    helping: dict[str, None] = {}
    for index, each in enumerate(said.coordinators):
        members, listed = _bodies(each, act, origin, f"{pointer}/coordinators/{index}")
        helping |= dict.fromkeys(members)
        known = known and listed
    return Hands(
        assignees=leading,
        helpers=tuple(each for each in helping if each not in leading),
        members_known=known,
        never_critical=tuple(each for each in leading if _is_independent(each, act, origin)),
    )


def refuse_not_below(to: str, above: tuple[str, ...], act: Act) -> None:
    """Work goes down or to a unit in one's own area: not up, not sideways, not to oneself.

    Who hands it down is the agency that acts, also where it does so as the heir of a body that
    has ended: rank and area are those of today.
    """
    by = act.agency
    receiver = agency_of(to, act.on, act.register, "/to")
    giver = agency_of(by, act.on, act.register, "")
    if (
        to == by
        or to in above
        or RANKS[receiver.level] < RANKS[giver.level]
        or not lies_in(act.register, receiver.area, giver.area)
    ):
        raise refusals.not_below(to, by)


def _bodies(ref: str, act: Act, origin: Origin, pointer: str) -> tuple[tuple[str, ...], bool]:
    if ref == ALL_ADDRESSEES:
        return origin.implementing, origin.members_known
    return resolve(ref, origin.day, act.register, pointer)


def _is_independent(body: str, act: Act, origin: Origin) -> bool:
    branch = act.register.agency(body, origin.day).branch
    return branch in INDEPENDENT_BRANCHES or body.startswith(FATHERLAND_FRONT)
