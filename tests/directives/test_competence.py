from datetime import date

import pytest

from services.directives.events import DirectiveIssued, DirectiveReceived
from services.directives.service import SERVICE
from services.directives.tasks.events import TaskAcknowledged
from shared.errors import NotAllowed
from shared.policy import Competence
from tests.directives.examples import COMMUNE, HEALTH, act

STATIONS = "DON_BP-P34-40"
STATION = "DON_BP-P34-40-16681"


@pytest.fixture
def competence() -> Competence:
    return Competence.read(SERVICE.competence, SERVICE.topics)


@pytest.mark.parametrize("topic", SERVICE.topics)
def test_a_topic_that_is_open_to_everybody_has_no_other_rules(competence: Competence, topic: str):
    rules = competence.rules[topic]

    open_ones = [
        each
        for each in rules
        if (each.types, each.since, each.until) == (("*",), date.min, date.max)
    ]

    assert not open_ones or open_ones == [*rules]
    assert all(each.source for each in rules)


@pytest.mark.parametrize("agency", [HEALTH, COMMUNE, STATION])
@pytest.mark.parametrize("event", [DirectiveIssued, DirectiveReceived, TaskAcknowledged])
def test_every_single_body_may_issue_and_receive(competence: Competence, agency, event):
    competence.refuse_unless_competent(event, act(agency))


@pytest.mark.parametrize("agency", [STATIONS, "UBND_XA-P34-40", "DEPARTMENTS-P34-40"])
def test_a_name_that_many_bodies_share_does_not_act(competence: Competence, agency):
    with pytest.raises(NotAllowed):
        competence.refuse_unless_competent(TaskAcknowledged, act(agency))
