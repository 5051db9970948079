"""Whom a period binds, where that is not who recorded what started it: worked by hand."""

from uuid import UUID

import pytest

from tests.deadlines.engine import CASE, PROCURACY, Engine

REGIONAL, PROVINCIAL, HIGH = "TAND_KV-P34-40", "TAND_TINH-P34-40", "TPT_TANDTC-VN"
ACCUSED = UUID(int=9)


async def judged(engine: Engine, when: str = "2026-03-02 10:00", court: str = REGIONAL) -> None:
    await engine.fact("first_instance_judgment_pronounced", when, CASE, by=court)


APPEALED = {"step": "filed", "against": "judgment", "late": False}
PROTESTED = APPEALED | {"kind": "appeal", "level": "superior", "direction": "against"}


@pytest.mark.parametrize(
    ("fact", "by", "said", "rules"),
    [
        # BLTTHS 338, 339: the court that tried it notifies and sends the file, whoever enters the
        # appeal (the court of appeal may, 332(1)) and whichever procuracy protests.
        ("appeal_filed", REGIONAL, APPEALED, ("APPEAL-FILE", "APPEAL-NOTIFY")),
        ("appeal_filed", PROVINCIAL, APPEALED, ("APPEAL-FILE", "APPEAL-NOTIFY")),
        ("protest_filed", PROCURACY, PROTESTED, ("APPEAL-FILE",)),
        # BLTTHS 335(2): so does a late one go up.
        ("appeal_filed", PROVINCIAL, APPEALED | {"late": True}, ("APPEAL-LATE-FORWARD",)),
        # BLTTHS 364: its chief justice orders execution, though the court of appeal confirms the
        # effect of what it has judged.
        ("judgment_took_effect", REGIONAL, {"part": "all"}, ("EXEC-ORDER",)),
        ("judgment_took_effect", PROVINCIAL, {"part": "all"}, ("EXEC-ORDER",)),
    ],
)
async def test_the_court_of_first_instance_is_bound_whoever_recorded_the_fact(
    engine: Engine, fact: str, by: str, said: dict[str, object], rules: tuple[str, ...]
):
    await judged(engine)
    about = {"accused_ref": str(ACCUSED)} if fact == "judgment_took_effect" else {}

    await engine.fact(fact, "2026-03-30 09:00", CASE, by=by, **said, **about)

    for rule in rules:
        period = await engine.period(rule)
        assert (rule, period.parties_left) == (rule, (REGIONAL,))


async def test_a_protest_binds_the_procuracy_to_send_its_own_decision(engine: Engine):
    await judged(engine)

    await engine.fact("protest_filed", "2026-03-10 09:00", CASE, by=PROCURACY, **PROTESTED)

    assert (await engine.period("PROTEST-SEND")).parties_left == (PROCURACY,)


async def test_the_heir_of_a_court_that_has_ended_is_bound(engine: Engine):
    await judged(engine, "2025-06-20 10:00", "TAND_HUYEN-P63-22-194")

    await engine.fact(
        "judgment_took_effect", "2025-09-15 09:00", CASE, by="TAND_TINH-P34-22", part="all"
    )

    assert (await engine.period("EXEC-ORDER")).parties_left == ("TAND_KV-P34-22",)


async def test_what_was_tried_anew_binds_the_court_that_tried_it_last(engine: Engine):
    await judged(engine)
    await judged(engine, "2026-08-03 10:00", PROVINCIAL)

    await engine.fact("judgment_took_effect", "2026-10-05 09:00", CASE, by=HIGH, part="all")

    assert (await engine.period("EXEC-ORDER")).parties_left == (PROVINCIAL,)


async def test_where_no_judgment_was_recorded_the_court_that_says_so_is_bound(engine: Engine):
    await engine.fact("judgment_took_effect", "2026-10-05 09:00", CASE, by=PROVINCIAL, part="all")

    assert (await engine.period("EXEC-ORDER")).parties_left == (PROVINCIAL,)
