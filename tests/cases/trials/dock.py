"""A case with its accused upon a log, from the charge to the sentence, played by the commands.

Days are those of one history: instituted on 3/7/2025, before the regional court from 19/8/2025.
"""

from typing import Any
from uuid import UUID

from services.cases.accused import commands as persons
from services.cases.accused.domain import Person
from services.cases.accused.measures import ProceduralStandingChanged
from services.cases.proceedings.commands import institute_case
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import TransmitCaseFile
from services.cases.proceedings.parts import Charged
from services.cases.trials import commands as trials
from shared.context import Receipt
from tests.cases.accused.examples import accuse, case, review
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
)
from tests.cases.proceedings.examples import TRAFFICKING, conclude, indict, institute
from tests.cases.trials.examples import ACCEPT, ACCEPT_APPEAL, APPEAL, OPEN, ORDER
from tests.cases.world import World, id_of

TOPIC = ProceduralStandingChanged.TOPIC


class Dock:
    """A case and two accused; each step is a command of the body that takes it."""

    def __init__(self, office: World) -> None:
        self.office = office
        self.case = self.one = self.two = UUID(int=0)

    async def charged(self, *, approved: bool = True) -> "Dock":
        """Instituted, and both charged in it; the procuracy approves."""
        said = institute()
        self.case = id_of(await self.office.does(institute_case, said, moment="2025-07-03"))
        of = case(moment="2025-07-03", offences=(TRAFFICKING,))
        assert of.id == self.case
        self.one, self.two = [await self._accused(of, approved) for _ in range(2)]
        return self

    async def indicted(self) -> "Dock":
        """The regional court has the file."""
        both = (self.one, self.two)
        charges = tuple(Charged(ref=each, offence=TRAFFICKING) for each in both)
        await self.decides("conclude_investigation", conclude(accused=both), "2025-08-01")
        await self.handed("VKS", INVESTIGATORS, REGIONAL_PROCURACY, "2025-08-04")
        await self.decides(
            "issue_indictment", indict(accused=charges), "2025-08-15", REGIONAL_PROCURACY
        )
        await self.handed("COURT", REGIONAL_PROCURACY, REGIONAL_COURT, "2025-08-18")
        return self

    async def ordered(self) -> "Dock":
        """The court sends the case to trial."""
        await self.tries("accept_case", ACCEPT, "2025-08-19")
        await self.tries("order_trial", ORDER, "2025-09-08")
        return self

    async def opened(self) -> "Dock":
        """The hearing is open."""
        await self.decides("open_trial", OPEN, "2025-09-22T07:45", REGIONAL_COURT)
        return self

    async def appealed(self) -> "Dock":
        """The provincial court has the appeal."""
        said = APPEAL.model_copy(update={"appellant": self.one})
        await self.tries("file_appeal", said, "2025-10-06")
        await self.handed("APPEAL_COURT", REGIONAL_COURT, COURT, "2025-10-20")
        await self.tries("accept_case", ACCEPT_APPEAL, "2025-10-21", COURT)
        return self

    async def tries(self, name: str, said: Any, moment: str, by: str = REGIONAL_COURT) -> Receipt:
        """What a court decides by a command of its own."""
        return await self.office.does(getattr(trials, name), said, by, moment, id=self.case)

    async def decides(self, name: str, said: Any, moment: str, by: str = INVESTIGATORS) -> Receipt:
        """What is a fact of the case alone."""
        decide = getattr(Case, name)
        return await self.office.decides(Case, decide, said, self.case, by, moment)

    async def handed(self, to: str, giver: str, taker: str, day: str) -> None:
        """The file goes on: offered in the morning, received at noon."""
        said = TransmitCaseFile(to=to, receiver=taker, documents=300, exhibits=2)
        await self.decides("transmit_case_file", said, f"{day}T08:00", giver)
        received = said.model_copy(update={"step": "received"})
        await self.decides("transmit_case_file", received, f"{day}T12:00", taker)

    async def person(self, ref: UUID) -> Person:
        """Somebody as their record says."""
        found: Person = await self.office.find(Person, ref)
        return found

    async def stages(self) -> list[str]:
        """At which stage the two stand."""
        return [(await self.person(each)).stage for each in (self.one, self.two)]

    async def followed(self) -> list[tuple[str, str, str]]:
        """What the two became: stage, by which paper, because of which fact."""
        return [
            (said.fields["becomes"], said.fields["decision_ref"], said.fields["because"])
            for said in await self.office.log.read(0, 1_000)
            if said.topic == TOPIC
        ]

    async def _accused(self, of: Case, approved: bool) -> UUID:
        said = accuse(of)
        ref = id_of(await self.office.does(persons.institute_accused, said, moment="2025-07-10"))
        if approved:
            await self.office.does(
                persons.review_accused, review(), REGIONAL_PROCURACY, "2025-07-12", id=ref
            )
        return ref
