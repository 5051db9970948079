"""A file that changes hands starts and stops the clocks that the table of periods names.

The facts are those that the commands record, so a row whose condition no recorded fact meets is
found here. Which rows these are is read from the table: a new one is asked for.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.cases.accused import commands as persons
from services.cases.proceedings import commands as proceedings
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import TransferCase
from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from services.cases.tips.events import ClassifyTip, TransferTip
from services.cases.trials.events import FileAppeal, PronounceJudgment
from shared.reference.deadlines import load_periods
from tests.cases.accused.examples import approve, detain
from tests.cases.examples import (
    BORDER_GUARD,
    COMMUNE_POLICE,
    COURT,
    HOTLINE,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
)
from tests.cases.proceedings.examples import (
    ENTRY,
    conclude,
    give_back,
    indict,
    institute,
    send,
    transfer,
)
from tests.cases.tips.examples import CRIME, HANDLER, tip
from tests.cases.trials.dock import Dock
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    LAST_SESSION,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    convicted,
)
from tests.cases.world import World, id_of
from tests.deadlines.engine import Engine
from tests.golden import record

HANDED = ("CaseTransferred", "CaseFileTransmitted", "TipTransferred")
TABLE = {
    period.id
    for period in load_periods().all()
    if any(each.startswith(HANDED) for each in (*period.starts_on, *period.stops_on))
}
"""Rows that the table starts or stops by a handover."""
OFFERED, RECEIVED, WITHDRAWN = "offered", "received", "withdrawn"
Clock = tuple[str, str, str]
"""Rule, what started it, what met or closed it (empty while it runs)."""


async def clocks(engine: Engine, office: World) -> set[Clock]:
    """The clocks that the office's record has moved."""
    told = await office.log.read(0, 1_000)
    await record(engine.facts["cases"], *told)
    await engine.settle()
    names = {each.event_id: _name(each) for each in told}
    started = {
        each.originator_id: (each.rule, names.get(each.start_event, ""))
        for each in await engine.said("DeadlineOpened")
    }
    ended = {
        each.originator_id: ("met by " if type(each).__name__ == "DeadlineMet" else "closed by ")
        + names.get(each.by_event, "")
        for each in await engine.said("DeadlineMet", "DeadlineClosed")
    }
    return {(*begun, ended.get(id, "")) for id, begun in started.items()}


def _name(envelope: Any) -> str:
    step = envelope.fields.get("step")
    name = envelope.topic.split(".")[1]
    return f"{name} {step}" if step in (OFFERED, RECEIVED, WITHDRAWN) else str(name)


async def border_case(office: World) -> None:
    """The Border Guard takes first measures and hands the case to the police."""
    case = id_of(await office.does(proceedings.institute_case, institute(), BORDER_GUARD))
    for step, by, day in ((OFFERED, BORDER_GUARD, "08"), (RECEIVED, INVESTIGATORS, "09")):
        said = transfer(INVESTIGATORS, step=step)
        await office.decides(Case, Case.transfer_case, said, case, by, f"2025-08-{day}")


async def wrong_border_case(office: World) -> None:
    """The Border Guard offers the case to the police of another province, and takes that back."""
    case = id_of(await office.does(proceedings.institute_case, institute(), BORDER_GUARD))
    for step, moment in ((OFFERED, "2025-08-08T09:00:00.123456"), (WITHDRAWN, "2025-08-08T09:30")):
        said = transfer(STRANGER, step=step)
        await office.decides(Case, Case.transfer_case, said, case, BORDER_GUARD, moment)


async def wrong_way_to_court(office: World) -> None:
    """A case and then its file set out from the procuracy to the wrong body, and come back."""
    dock = await detained(office)
    await dock.decides(
        "conclude_investigation", conclude(accused=(dock.one, dock.two)), "2025-08-01"
    )
    await dock.handed("VKS", INVESTIGATORS, REGIONAL_PROCURACY, "2025-08-04")
    away = TransferCase(to=PROCURACY, reason="Theo thẩm quyền", decision_ref="3/QĐ-VKS")
    await dock.decides("transfer_case", away, "2025-08-06", REGIONAL_PROCURACY)
    back = away.model_copy(update={"step": WITHDRAWN})
    await dock.decides("transfer_case", back, "2025-08-07", REGIONAL_PROCURACY)
    await dock.decides("issue_indictment", indict(), "2025-08-15", REGIONAL_PROCURACY)
    sent = send("COURT", COURT)
    await dock.decides("transmit_case_file", sent, "2025-08-18", REGIONAL_PROCURACY)
    wrong = send("COURT", COURT, step=WITHDRAWN, refused_reason="Nhầm Tòa án")
    await dock.decides("transmit_case_file", wrong, "2025-08-19", REGIONAL_PROCURACY)


async def minor_border_case(office: World) -> None:
    """The Border Guard investigates a lesser offence to the end."""
    said = institute(offences=(ENTRY,), flagrante=True)
    case = id_of(await office.does(proceedings.institute_case, said, BORDER_GUARD))
    ends = conclude(offences=(ENTRY,))
    await office.decides(Case, Case.conclude_investigation, ends, case, BORDER_GUARD, "2025-08-20")
    await office.decides(Case, Case.transmit_case_file, send(), case, BORDER_GUARD, "2025-08-21")


async def detained(office: World) -> Dock:
    """A case with one accused in detention."""
    dock = await Dock(office).charged()
    for said, by, moment in (
        (detain(), INVESTIGATORS, "2025-07-14"),
        (approve(), PROCURACY, "2025-07-15"),
    ):
        await office.does(persons.order_temporary_detention, said, by, moment, id=dock.one)
    return dock


async def prosecuted(office: World) -> None:
    """From the police to the procuracy, from there to another, and to court."""
    dock = await detained(office)
    both = (dock.one, dock.two)
    await dock.decides("conclude_investigation", conclude(accused=both), "2025-08-01")
    await dock.handed("VKS", INVESTIGATORS, REGIONAL_PROCURACY, "2025-08-04")
    away = TransferCase(to=PROCURACY, reason="Theo thẩm quyền", decision_ref="3/QĐ-VKS")
    await dock.decides("transfer_case", away, "2025-08-06", REGIONAL_PROCURACY)
    there = away.model_copy(update={"step": RECEIVED})
    await dock.decides("transfer_case", there, "2025-08-07", PROCURACY)
    await dock.decides("issue_indictment", indict(), "2025-08-15", PROCURACY)
    await dock.handed("COURT", PROCURACY, REGIONAL_COURT, "2025-08-18")


async def sent_back(office: World) -> None:
    """A judge returns the file; it comes back after the supplementary investigation."""
    dock = await (await Dock(office).charged()).indicted()
    await dock.tries("accept_case", ACCEPT, "2025-08-19")
    back = give_back("JUDGE", returned_to=REGIONAL_PROCURACY)
    await office.does(
        proceedings.request_supplementary_investigation,
        back,
        REGIONAL_COURT,
        "2025-08-25",
        id=dock.case,
    )
    got = send("VKS", REGIONAL_PROCURACY, step=RECEIVED)
    await dock.decides("transmit_case_file", got, "2025-08-27", REGIONAL_PROCURACY)
    await dock.handed("CQDT", REGIONAL_PROCURACY, INVESTIGATORS, "2025-08-28")
    again = conclude(kind="supplementary", accused=(dock.one, dock.two), conclusion_ref="10/KLĐT")
    await dock.decides("conclude_investigation", again, "2025-09-05")
    await dock.handed("VKS", INVESTIGATORS, REGIONAL_PROCURACY, "2025-09-08")
    anew = indict(indictment_no="22/CT-VKS")
    await dock.decides("issue_indictment", anew, "2025-09-10", REGIONAL_PROCURACY)
    for step, by in ((OFFERED, REGIONAL_PROCURACY), (RECEIVED, REGIONAL_COURT)):
        said = send("COURT", REGIONAL_COURT, kind="after_supplement", step=step)
        await dock.decides("transmit_case_file", said, "2025-09-11", by)
    await dock.tries("accept_case", ACCEPT.model_copy(update={"docket_no": "32"}), "2025-09-12")
    await dock.tries("order_trial", ORDER, "2025-09-15")


async def not_this_courts(office: World) -> None:
    """A court has no jurisdiction: the procuracy routes the file elsewhere."""
    dock = await (await Dock(office).charged()).indicted()
    await dock.tries("accept_case", ACCEPT, "2025-08-19")
    back = TransferCase(to=REGIONAL_PROCURACY, reason="Không thuộc thẩm quyền", decision_ref="2/TA")
    await dock.decides("transfer_case", back, "2025-08-20", REGIONAL_COURT)
    got = back.model_copy(update={"step": RECEIVED})
    await dock.decides("transfer_case", got, "2025-08-21", REGIONAL_PROCURACY)
    on = TransferCase(to=PROCURACY, reason="Theo thẩm quyền", decision_ref="3/QĐ-VKS")
    await dock.decides("transfer_case", on, "2025-08-22", REGIONAL_PROCURACY)


async def judged(office: World) -> Dock:
    """Judged at first instance on 24/9/2025."""
    dock = await (await (await (await Dock(office).charged()).indicted()).ordered()).opened()
    rows = (convicted(dock.one), convicted(dock.two, 96))
    said = PronounceJudgment(judgment_no="44/2025/HS-ST", per_accused=rows)
    await dock.tries("pronounce_judgment", said, "2025-09-24T09:00")
    await dock.decides("hold_trial", LAST_SESSION, "2025-09-24T10:00", REGIONAL_COURT)
    return dock


async def appealed(office: World) -> None:
    """Through the procuracy to the court of appeal, which opens the hearing."""
    dock = await judged(office)
    said = FileAppeal(appellant=dock.one, filing_channel="detention")
    await dock.decides("file_appeal", said, "2025-10-06", REGIONAL_COURT)
    await dock.handed("APPEAL_COURT", REGIONAL_COURT, COURT, "2025-10-20")
    await dock.tries("accept_case", ACCEPT_APPEAL, "2025-10-21", COURT)
    await dock.handed("VKS", COURT, PROCURACY, "2025-10-22")
    await dock.handed("APPEAL_COURT", PROCURACY, COURT, "2025-10-28")
    await dock.tries("order_trial", ORDER_APPEAL, "2025-11-10", COURT)
    await dock.decides("open_trial", OPEN, "2025-11-24T07:40", COURT)


async def appealed_late(office: World) -> None:
    """A late appeal goes up to the court that says whether it is heard."""
    dock = await judged(office)
    said = FileAppeal(appellant=dock.one, filing_channel="detention")
    await dock.decides("file_appeal", said, "2025-10-20", REGIONAL_COURT)
    for step, by, day in ((OFFERED, REGIONAL_COURT, "21"), (RECEIVED, COURT, "22")):
        up = send("APPEAL_COURT", COURT, kind="late_appeal", step=step)
        await dock.decides("transmit_case_file", up, f"2025-10-{day}", by)


async def passed_on(office: World, kind: Any, by: str, to: str, **said: Any) -> UUID:
    """A tip that somebody receives and passes on."""
    it = id_of(await office.does(receive_tip, tip(**said), by))
    way = TransferTip(kind=kind, to=to)
    await office.decides(Tip, Tip.transfer_tip, way, it, by, "2025-08-05")
    got = way.model_copy(update={"step": RECEIVED})
    await office.decides(Tip, Tip.transfer_tip, got, it, to, "2025-08-06")
    return it


async def commune_tips(office: World) -> None:
    """Urgent, urgent and remote, and ordinary ones of the commune police."""
    for number, said in enumerate(
        ({}, {"remote": True}, {"suspected_offence": None, "pressing": False})
    ):
        more = {"receipt_no": f"{number}/2025", **said}
        await passed_on(office, "commune_forward", COMMUNE_POLICE, INVESTIGATORS, **more)


async def wrong_tip(office: World) -> None:
    """The commune police pass a tip on to the police of another province, and take that back."""
    it = id_of(await office.does(receive_tip, tip(), COMMUNE_POLICE))
    way = TransferTip(kind="commune_forward", to=STRANGER)
    await office.decides(Tip, Tip.transfer_tip, way, it, COMMUNE_POLICE, "2025-08-04T09:00")
    back = way.model_copy(update={"step": WITHDRAWN, "reason": "chuyển nhầm"})
    await office.decides(Tip, Tip.transfer_tip, back, it, COMMUNE_POLICE, "2025-08-04T09:10")


async def post_tip(office: World) -> None:
    """A police post passes on to the commune police."""
    await passed_on(office, "station_forward", "TRAM_CA-P34-40-16681", COMMUNE_POLICE)


async def procuracy_tip(office: World) -> None:
    """A procuracy received it."""
    await passed_on(office, "competence", PROCURACY, INVESTIGATORS)


async def hotline_tip(office: World) -> None:
    """The hotline received it."""
    await passed_on(office, "hotline_forward", HOTLINE, INVESTIGATORS, channel="hotline_111")


async def foreign_tip(office: World) -> None:
    """It is another province's."""
    it = id_of(await office.does(receive_tip, tip()))
    said = ClassifyTip(classification="crime", competent=False, competent_agency=STRANGER)
    await office.does(classify_tip, said, moment="2025-08-04T15:00", id=it)
    way = TransferTip(kind="competence", to=STRANGER)
    await office.decides(Tip, Tip.transfer_tip, way, it, INVESTIGATORS, "2025-08-05")
    got = way.model_copy(update={"step": RECEIVED})
    await office.decides(Tip, Tip.transfer_tip, got, it, STRANGER, "2025-08-06")


async def taken_over(office: World) -> None:
    """The procuracy calls a tip in and gets it."""
    it = id_of(await office.does(receive_tip, tip()))
    await office.does(classify_tip, CRIME, moment="2025-08-04T15:00", id=it)
    await office.decides(Tip, Tip.assign_tip_handler, HANDLER, it, INVESTIGATORS, "2025-08-05")
    asks = TransferTip(kind="vks_takeover_requested", to=PROCURACY, reason="Bỏ lọt tội phạm")
    await office.decides(Tip, Tip.transfer_tip, asks, it, PROCURACY, "2025-08-11")
    gives = TransferTip(kind="vks_takeover", to=PROCURACY)
    await office.decides(Tip, Tip.transfer_tip, gives, it, INVESTIGATORS, "2025-08-13")
    got = gives.model_copy(update={"step": RECEIVED})
    await office.decides(Tip, Tip.transfer_tip, got, it, PROCURACY, "2025-08-14")


FILE, CASE, TIP = "case_file_transmitted", "case_transferred", "tip_transferred"
MOVES: Mapping[Callable[[World], Awaitable[Any]], set[Clock]] = {
    border_case: {
        ("CASE-BG-TRANSFER", "case_prosecution_instituted", f"met by {CASE} {OFFERED}"),
    },
    wrong_border_case: {
        ("CASE-BG-TRANSFER", "case_prosecution_instituted", f"met by {CASE} {OFFERED}"),
        ("CASE-BG-TRANSFER", "case_prosecution_instituted", ""),
    },
    wrong_way_to_court: {
        ("PROS-TRANSFER-NOTIFY", f"{CASE} {OFFERED}", f"closed by {CASE} {WITHDRAWN}"),
        ("PROS-FILE-COURT", "indictment_issued", f"met by {FILE} {OFFERED}"),
        ("PROS-FILE-COURT", "indictment_issued", ""),
        ("DET-PROS", f"{FILE} {RECEIVED}", f"met by {FILE} {OFFERED}"),
        ("DET-PROS", f"{FILE} {RECEIVED}", ""),
    },
    wrong_tip: {
        ("TIP-COMMUNE-URGENT", "tip_received", f"met by {TIP} {OFFERED}"),
        ("TIP-COMMUNE-URGENT", "tip_received", ""),
    },
    minor_border_case: {
        ("CASE-BG-MINOR", "case_prosecution_instituted", f"met by {FILE} {OFFERED}"),
        ("INV-CONCL-DELIVER", "investigation_concluded", f"met by {FILE} {OFFERED}"),
    },
    prosecuted: {
        ("INV-CONCL-DELIVER", "investigation_concluded", f"met by {FILE} {OFFERED}"),
        ("PROS", f"{FILE} {RECEIVED}", f"closed by {CASE} {RECEIVED}"),
        ("PROS-TRANSFER-NOTIFY", f"{CASE} {OFFERED}", ""),
        ("PROS", f"{CASE} {RECEIVED}", "met by indictment_issued"),
        ("PROS-FILE-COURT", "indictment_issued", f"met by {FILE} {OFFERED}"),
        ("DET-PROS", f"{FILE} {RECEIVED}", f"met by {FILE} {OFFERED}"),
    },
    sent_back: {
        (
            "TRIAL-RETURN-SEND",
            "supplementary_investigation_requested",
            f"met by {FILE} {RECEIVED}",
        ),
        ("PROS", f"{FILE} {RECEIVED}", "met by indictment_issued"),
        ("TRIAL-PREP-AFTER-SUPP", f"{FILE} {RECEIVED}", "met by trial_ordered"),
    },
    not_this_courts: {
        ("TRIAL-JURIS-RETURN", f"{CASE} {RECEIVED}", f"met by {CASE} {OFFERED}"),
    },
    appealed: {
        ("APPEAL-FILE", "appeal_filed", f"met by {FILE} {OFFERED}"),
        ("APPEAL-VKS-FILE", f"{FILE} {RECEIVED}", f"met by {FILE} {OFFERED}"),
        ("APPEAL-OPEN", f"{FILE} {RECEIVED}", "met by trial_opened"),
    },
    appealed_late: {
        ("APPEAL-LATE-FORWARD", "appeal_filed", f"met by {FILE} {OFFERED}"),
        ("APPEAL-LATE-PANEL", f"{FILE} {RECEIVED}", ""),
    },
    commune_tips: {
        ("TIP-COMMUNE-URGENT", "tip_received", f"met by {TIP} {OFFERED}"),
        ("TIP-COMMUNE-URGENT-REMOTE", "tip_received", f"met by {TIP} {OFFERED}"),
        ("TIP-COMMUNE-ORDINARY", "tip_received", f"met by {TIP} {OFFERED}"),
        ("TIP-RESOLVE", f"{TIP} {RECEIVED}", ""),
    },
    post_tip: {("TIP-POST-STATION", "tip_received", f"met by {TIP} {OFFERED}")},
    procuracy_tip: {("TIP-VKS-FORWARD", "tip_received", f"met by {TIP} {OFFERED}")},
    hotline_tip: {("VIC-HOTLINE-PASS", "tip_received", f"met by {TIP} {OFFERED}")},
    foreign_tip: {
        ("TIP-TRANSFER", "tip_classified", f"met by {TIP} {OFFERED}"),
        ("TIP-RESOLVE", "tip_received", f"closed by {TIP} {RECEIVED}"),
        ("TIP-RESOLVE", f"{TIP} {RECEIVED}", ""),
    },
    taken_over: {("TIP-FILE-TO-VKS", f"{TIP} {OFFERED}", f"met by {TIP} {OFFERED}")},
}
"""Story → the clocks that its handovers start and stop."""


@pytest.mark.parametrize("story", [*MOVES], ids=lambda each: each.__name__)
async def test_a_handover_moves_the_clocks_that_the_table_names(
    story: Callable[[World], Awaitable[Any]], pool: asyncpg.Pool, office: World
):
    engine = await Engine(pool).create()

    await story(office)

    moved = await clocks(engine, office)
    assert MOVES[story] <= moved, sorted(moved)


def test_every_row_that_a_handover_starts_or_stops_is_in_a_story():
    told = {rule for moved in MOVES.values() for rule, *_ in moved}

    assert told >= TABLE
