"""A case as agencies tell it while everything fails: from a tip to the procuracy's table.

What is told makes periods open, move, pass on, run again and end, so that they do so under fire.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

BORDER = "BCH_BDBP_KV-P34-40"
INVESTIGATORS = "CQCSDT_TINH-P34-40"
PROCURACY = "VKSND_TINH-P34-40"
SEALED = ("Sealed Informant", "Sealed Content", "Sealed Suspect")
"""What may stand nowhere in the clear: these words are in nothing but sealed fields."""
BROKERAGE, GRAVER = {"article": "348", "clause": 1}, {"article": "348", "clause": 2}
"""Serious (NT) and very serious (RNT): another charge counts the periods anew."""
PLACE = "P34-40-16681"
FILE = {"to": "VKS", "receiver": PROCURACY, "documents": 120, "exhibits": 3}
WITHDRAWN = 0.5
"""Share of the transfers that are taken back first and offered again."""

State = Callable[[str, str, Mapping[str, Any], str], Awaitable[dict[str, Any] | None]]
"""Agency, path, what is said, and the word by which it is known; None when that is in doubt."""


class NoFurther(Exception):
    """The campaign ends, or nobody knows whether the last step was recorded."""


@dataclass(frozen=True)
class Casework:
    """One tip and the case that comes of it. Each step builds on the one before."""

    state: State
    mark: Callable[[], str]
    random: Random
    over: Callable[[], bool]
    """Whether cases stay where they are: draining must not wait for them."""

    async def receive(self) -> dict[str, Any] | None:
        """A tip whose contents are sealed."""
        number = self.mark()
        tip = {
            "kind": "tin_bao",
            "channel": "in_person",
            "receipt_no": f"{number}/2025",
            "informant": {"name": SEALED[0]},
            "content": SEALED[1],
            "occurred_at": "2025-08-04T08:00:00+07:00",
        }
        return await self.state(BORDER, "/v1/tips", tip, number)

    async def go_on(self, tip: str) -> None:
        """What comes of the tip, until the procuracy has the file, or no further."""
        try:
            said = {"classification": "crime"}
            await self._says(BORDER, f"tips/{tip}/classifications", "08-04T15:00", "", **said)
            said = {"handler": "Officer 138"}
            await self._says(BORDER, f"tips/{tip}/handlers", "08-04T16:00", "decision_no", **said)
            case = await self._institute(tip)
            await self._transfer(case["case_id"])
            person = await self._accuse(case["case_id"])
            await self._investigate(case, person)
        except NoFurther:
            return

    async def _institute(self, tip: str) -> dict[str, Any]:
        said = {"offences": [BROKERAGE], "place": PLACE, "from_tips": [tip]}
        return await self._says(BORDER, "cases", "08-05T08:00", "case_no", **said)

    async def _transfer(self, case: str) -> None:
        """Offered, sometimes taken back and offered again, and received."""
        path, said = f"cases/{case}/transfers", {"to": INVESTIGATORS, "reason": "Thẩm quyền"}
        offered = said | {"step": "offered"}
        await self._says(BORDER, path, "08-06T09:00", **offered)
        if self.random.random() < WITHDRAWN:
            await self._says(BORDER, path, "08-06T15:00", **said, step="withdrawn")
            await self._says(BORDER, path, "08-07T09:00", **offered)
        await self._says(INVESTIGATORS, path, "08-08T14:00", **said, step="received")

    async def _accuse(self, case: str) -> str:
        """Somebody is held, accused, and detained."""
        held = {"kind": "flagrante", "place": PLACE, "identity": {"name": SEALED[2]}}
        answer = await self._says(INVESTIGATORS, "persons", "08-08T16:00", "", **held)
        person = f"persons/{answer['person_ref']}"
        custody = {"place": "Nhà tạm giữ", "reason": "flagrante"}
        custody |= {"since": _at("08-08T17:00"), "to": _at("08-11T17:00")}
        await self._says(INVESTIGATORS, f"{person}/custody", "08-08T18:00", **custody)
        said = {"case_id": case, "charges": [BROKERAGE], "identity": {"name": SEALED[2]}}
        said |= {"age_at_offence": "18_plus", "received_by_vks_at": _at("08-09T15:00")}
        await self._says(INVESTIGATORS, f"{person}/prosecutions", "08-09T09:00", **said)
        review = {"subject": "institution", "outcome": "approved"}
        await self._says(PROCURACY, f"{person}/reviews", "08-10T09:00", **review)
        order = {"stage": "investigation", "since": "2025-08-11", "to": "2025-10-31"}
        asked = order | {"step": "requested", "sent_to": PROCURACY}
        await self._says(INVESTIGATORS, f"{person}/detentions", "08-10T10:00", **asked)
        path, granted = f"{person}/detentions", order | {"step": "approved"}
        await self._says(PROCURACY, path, "08-11T09:00", **granted)
        return str(answer["person_ref"])

    async def _investigate(self, case: dict[str, Any], person: str) -> None:
        """With another charge, more time, and a day put right; then the file is handed over."""
        at, who = f"cases/{case['case_id']}", f"persons/{person}"
        said: dict[str, Any] = {"before": BROKERAGE, "after": GRAVER}
        await self._says(INVESTIGATORS, f"{who}/reclassifications", "08-20T09:00", **said)
        review = {"subject": "change", "outcome": "approved"}
        await self._says(PROCURACY, f"{who}/reviews", "08-21T09:00", **review)
        said = {"stage": "investigation", "seq": 1, "granted": True, "requested_on": "2025-09-20"}
        said["length"] = {"n": 1, "unit": "month"}
        await self._says(PROCURACY, f"{at}/extensions", "09-24T10:00", **said)
        paper = {"document": "Biên bản 8/BB", "issuer": BORDER, "issued_on": "2025-09-25"}
        said = {"target_event": case["event_ids"][0], "field_path": "occurred_at"}
        said |= {"new": _at("08-04T16:00"), "authority": paper}
        await self._says(BORDER, "cases/corrections", "09-26T10:00", "reason", **said)
        said = {"kind": "first", "recommendation": "prosecute", "accused": [person]}
        said["offences"] = [GRAVER]
        path = f"{at}/conclusions"
        await self._says(INVESTIGATORS, path, "10-01T15:00", "conclusion_ref", **said)
        path = f"{at}/file-transmissions"
        await self._says(INVESTIGATORS, path, "10-02T09:00", "", **FILE)
        await self._says(PROCURACY, path, "10-02T15:00", "", **FILE, step="received")

    async def _says(
        self, agency: str, path: str, at: str, marked: str = "decision_ref", /, **said: Any
    ) -> dict[str, Any]:
        """The answer; `marked` is the field that holds the mark. Raises `NoFurther`."""
        if self.over():
            raise NoFurther
        mark = self.mark() if marked else agency
        body = said | {marked: mark} if marked else said
        answer = await self.state(agency, f"/v1/{path}", body | {"occurred_at": _at(at)}, mark)
        if answer is None:
            raise NoFurther
        return answer


def in_the_clear(text: bytes) -> list[str]:
    """The words of sealed fields that stand in something."""
    return [word for word in SEALED if word.encode() in text]


def _at(text: str) -> str:
    return f"2025-{text}:00+07:00"
