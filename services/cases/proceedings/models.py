"""Who has to agree that a case is a model case, and who must not be exhibited by it. Pure."""

from services.cases.proceedings import refusals
from services.cases.proceedings.bodies import areas_of_the_day, kind_of
from services.cases.proceedings.events import DesignateModelCase
from services.cases.proceedings.parts import Institutor
from shared.actor import Act
from shared.standing import acting_as, agency_of, lies_in

BRANCHES: tuple[Institutor, ...] = ("CQDT", "VKS", "COURT")
"""Investigating body, procuracy and court: a model case is agreed by one of each."""


def agreed_bodies(said: DesignateModelCase, place: str, act: Act) -> None:
    """Raises `Refused` unless all three branches, competent for the place, agreed, the actor one
    of them."""
    agency_of(said.proposed_by, act.on, act.register, "/proposed_by")
    if said.agreed_on > act.on:
        raise refusals.agreed_after(said.agreed_on)
    agreed = set()
    for index, each in enumerate(said.agreed_by):
        body = agency_of(each, act.on, act.register, f"/agreed_by/{index}")
        if any(lies_in(act.register, area, body.area) for area in areas_of_the_day(act, place)):
            agreed.add(kind_of(each))
    missing = [branch for branch in BRANCHES if branch not in agreed]
    if missing:
        raise refusals.not_agreed(missing)
    if acting_as(act, said.agreed_by, act.on) is None:
        raise refusals.not_among_them(act.agency, said.agreed_by)


def refuse_unless_presentable(
    said: DesignateModelCase,
    *,
    juvenile: bool,
    child_victim: bool,
    closed: bool,
    victims_known: int,
) -> None:
    """Raises `Refused` for publicity that would exhibit who must be protected."""
    if said.publicity_plan is None:
        return
    if juvenile:
        raise refusals.protected(
            "có người dưới 18 tuổi bị buộc tội", "somebody under 18 is accused"
        )
    if child_victim:
        raise refusals.protected("bị hại là trẻ em", "the victim is a child")
    if closed:
        raise refusals.protected("Tòa án đã quyết định xét xử kín", "the trial is closed")
    if victims_known and not said.victims_consent:
        raise refusals.protected("chưa có sự đồng ý của bị hại", "the victims have not consented")
