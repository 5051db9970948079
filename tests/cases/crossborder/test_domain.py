"""Requests, exchanges and joint action, and every refusal of them."""

from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.cases.crossborder.domain import BorderRequest, Exchange, JointAction
from services.cases.crossborder.events import (
    AgreeJointAction,
    AnswerCrossBorderRequest,
    Commitment,
    Partner,
)
from services.cases.crossborder.partners import (
    CHANNEL_COUNTRIES,
    REQUESTS,
    TREATIES,
    Channel,
    Country,
    RequestKind,
    treaty_with,
)
from shared.errors import NotAllowed, Refused
from shared.sealed import Sealed
from tests.cases.crossborder.examples import (
    CHINA,
    HIGHEST_PROCURACY,
    LAO,
    MINISTRY,
    MISSION,
    VICTIM,
    exchange,
    request,
)
from tests.cases.examples import BORDER_GUARD, POLICE, PROCURACY, STATION, act, news, recorded

LATER = "2025-08-20"


def refused(decide: Any, code: str, pointer: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        decide()
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    assert caught.value.rule and caught.value.remedy_vi and caught.value.remedy_en
    return caught.value


def asked(by: str = POLICE, **other: Any) -> BorderRequest:
    return recorded(BorderRequest.request_information(request(**other), act(by)))


def answer(final: bool, number: int = 1) -> AnswerCrossBorderRequest:
    return AnswerCrossBorderRequest(exchange_id=UUID(int=number), final=final)


def test_a_request_is_answered_in_part_and_then_for_good():
    it = asked()

    it.answer(answer(False, 1), "LA", act(POLICE, "2025-08-10"))
    assert it.stage == "answered"
    it.answer(answer(True, 2), "LA", act(POLICE, LATER))

    assert it.stage == "closed"
    assert it.state()["answers"] == [f"exchange:{UUID(int=1)}", f"exchange:{UUID(int=2)}"]


def test_a_closed_request_takes_no_answer_and_says_since_when():
    it = asked()
    it.answer(answer(True), "LA", act(POLICE, LATER))

    no = refused(
        lambda: it.answer(answer(True, 2), "LA", act(POLICE, "2025-09-01")),
        "request-closed",
        "/request_id",
    )

    assert "20/08/2025" in no.vi


def test_only_who_was_asked_answers_and_only_who_asked_records_it():
    it = asked()

    refused(
        lambda: it.answer(answer(True), "CN", act(POLICE)), "another-partner", "/partner/country"
    )
    refused(lambda: it.answer(answer(True), "LA", act(STATION)), "file-not-with-you")
    refused(
        lambda: it.answer(answer(True), "LA", act(POLICE, "2025-08-03")),
        "before-its-stage",
        "/occurred_at",
    )
    assert not news(it)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (POLICE, {}),
        (STATION, {"channel": "border_liaison_office"}),
        (MISSION, {"kind": "identity_check", "channel": "diplomatic"}),
        (BORDER_GUARD, {"kind": "victim_verification", "subject_id": VICTIM}),
        (HIGHEST_PROCURACY, {"kind": "mutual_legal_assistance", "channel": "mla"}),
        (MINISTRY, {"kind": "extradition", "channel": "mla"}),
        (MINISTRY, {"kind": "wanted", "channel": "interpol", "partner": CHINA}),
        (POLICE, {"due": date(2025, 8, 4)}),
    ],
)
def test_who_may_ask_through_which_channel(by: str, said: dict[str, Any]):
    assert asked(by, **said).state()["holder"] == by


@pytest.mark.parametrize(
    ("by", "said", "code", "pointer"),
    [
        (POLICE, {"kind": "mutual_legal_assistance", "channel": "mla"}, "not-its-request", "/kind"),
        (HIGHEST_PROCURACY, {}, "not-its-request", "/kind"),
        (POLICE, {"kind": "extradition", "channel": "mla"}, "not-its-request", "/kind"),
        (MISSION, {"kind": "wanted"}, "not-its-request", "/kind"),
        (POLICE, {"channel": "mla"}, "wrong-channel", "/channel"),
        (MINISTRY, {"kind": "extradition"}, "wrong-channel", "/channel"),
        (POLICE, {"channel": "aseanapol", "partner": CHINA}, "channel-elsewhere", "/channel"),
        (
            POLICE,
            {
                "channel": "border_liaison_office",
                "partner": Partner(country="PH", agency="PNP"),
            },
            "channel-elsewhere",
            "/channel",
        ),
        (POLICE, {"kind": "victim_verification"}, "whose-verification", "/subject_id"),
        (POLICE, {"due": date(2025, 8, 3)}, "day-gone", "/due"),
    ],
)
def test_a_request_that_may_not_or_cannot_be_is_refused(
    by: str, said: dict[str, Any], code: str, pointer: str
):
    no = refused(lambda: BorderRequest.request_information(request(**said), act(by)), code, pointer)

    assert isinstance(no, NotAllowed) is (code == "not-its-request")


@pytest.mark.parametrize("country", ["XX", "VN", "", "la"])
def test_a_country_that_is_not_listed_is_refused(country: str):
    with pytest.raises(ValidationError):
        Partner.model_validate({"country": country, "agency": "x"})


def test_what_was_exchanged_is_sealed_and_not_shown():
    it = recorded(Exchange.exchange_information(exchange(), act(POLICE)))

    assert it.state()["summary"] == "sealed"
    assert it.exchanged.summary.subject == it.id
    assert it.subjects == (f"exchange:{it.id}",)


def test_an_erased_summary_is_only_said_to_be_gone():
    it = Exchange.exchange_information(exchange(summary=Sealed.erased(UUID(int=1))), act(POLICE))

    assert it.state()["summary"] == "erased"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"request_id": UUID(int=1)}, "/final"),
        ({"final": True}, "/final"),
        ({"request_id": UUID(int=1), "final": True, "direction": "out"}, "/direction"),
    ],
)
def test_an_answer_names_its_request_and_comes_in(said: dict[str, Any], pointer: str):
    refused(
        lambda: Exchange.exchange_information(exchange(**said), act(POLICE)),
        "answer-fields",
        pointer,
    )


PROMISED = (Commitment(text="họp giao ban hằng quý", due=date(2025, 10, 1)),)


def agreed(**said: Any) -> JointAction:
    fields: dict[str, Any] = {"partner": LAO, "kind": "meeting"}
    return JointAction.agree_joint_action(AgreeJointAction(**(fields | said)), act(POLICE))


def test_joint_action_is_agreed_with_its_promises():
    it = recorded(agreed(commitments=PROMISED, participants=(BORDER_GUARD,)))

    promised: Any = it.state()["commitments"]
    assert [each["due"] for each in promised] == ["2025-10-01"]


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        (
            {"kind": "joint_operation", "commitments": PROMISED},
            "operational-secret",
            "/commitments",
        ),
        ({"kind": "joint_patrol", "commitments": PROMISED}, "operational-secret", "/commitments"),
        (
            {"commitments": (Commitment(text="x", due=date(2025, 8, 3)),)},
            "day-gone",
            "/commitments/0/due",
        ),
        ({"participants": ("XX-VN",)}, "unknown-agency", "/participants/0"),
    ],
)
def test_joint_action_that_cannot_be_told_is_refused(said: dict[str, Any], code: str, pointer: str):
    refused(lambda: agreed(**said), code, pointer)


def test_of_a_joint_operation_only_that_it_was_agreed_is_kept():
    assert agreed(kind="joint_operation").state()["commitments"] == []


def test_the_lists_speak_of_countries_and_channels_that_there_are():
    countries, channels = set(get_args(Country)), set(get_args(Channel))

    assert REQUESTS.keys() == set(get_args(RequestKind))
    assert set().union(*(row.channels for row in REQUESTS.values())) == channels
    assert set().union(*CHANNEL_COUNTRIES.values()) <= countries
    for treaty in TREATIES:
        assert treaty.countries <= countries and treaty.mark in ("seen", "memory") and treaty.name


@pytest.mark.parametrize(
    ("country", "on", "there"),
    [
        ("CN", date(2011, 3, 14), True),
        ("CN", date(2011, 3, 13), False),
        ("PH", date(2017, 3, 8), True),
        ("PH", date(2017, 3, 7), False),
        ("JP", date(2026, 1, 1), False),
    ],
)
def test_a_treaty_binds_from_its_day(country: str, on: date, there: bool):
    assert (treaty_with(country, on) is not None) is there


def test_a_provincial_procuracy_is_not_the_central_authority():
    refused(
        lambda: asked(PROCURACY, kind="mutual_legal_assistance", channel="mla"),
        "not-its-request",
        "/kind",
    )
