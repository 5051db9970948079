"""The cases service without its doors, ruled by the competence tables of all nouns there are."""

from pathlib import Path

from services.cases.proceedings.http import ROUTES
from services.cases.tips.http import ROUTES as TIPS
from shared.policy import Competence
from tests.cases.world import World

CASES = Path(__file__).parents[3] / "services" / "cases"
DOORS = (*TIPS, *ROUTES)


class Office(World):
    """A log in memory and somebody who acts on it."""

    def __init__(self) -> None:
        super().__init__()
        self._competence = competence()


def competence() -> Competence:
    """The tables of the nouns, as the service reads them."""
    return Competence.read(sorted(CASES.glob("*/competence.json")), ())
