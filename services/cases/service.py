"""The cases service: names its parts, runs nothing. A noun is a folder and a line in each table."""

from pathlib import Path

from services.cases.accused.domain import Person
from services.cases.crossborder.domain import BorderRequest, Exchange, JointAction
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from services.cases.http import ROUTES
from services.cases.proceedings.domain import Case
from services.cases.raids.campaigns import Campaign
from services.cases.raids.domain import Raid
from services.cases.raids.rescues import Rescue
from services.cases.raids.stubs import KeyArea, Operation
from services.cases.tips.domain import Tip
from shared.service import Service

FOLDER = Path(__file__).parent
NOUNS = ("tips", "raids", "proceedings", "trials", "crossborder", "accused", "corrections")
"""Folders with a table of who may record what."""
AGGREGATES = (
    Tip,
    Campaign,
    KeyArea,
    Operation,
    Raid,
    Rescue,
    Case,
    BorderRequest,
    Exchange,
    JointAction,
    SuspectHandover,
    VictimHandover,
    Person,
)

SERVICE = Service(
    "cases",
    routes=ROUTES,
    aggregates=AGGREGATES,
    competence=tuple(FOLDER / noun / "competence.json" for noun in NOUNS),
)
