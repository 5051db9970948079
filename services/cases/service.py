"""The cases service: names its parts, runs nothing. A noun is a folder and a line in each table."""

from pathlib import Path

from services.cases.http import ROUTES
from services.cases.tips.domain import Tip
from shared.service import Service

FOLDER = Path(__file__).parent
NOUNS = ("tips",)
"""Folders with a table of who may record what."""
AGGREGATES = (Tip,)

SERVICE = Service(
    "cases",
    routes=ROUTES,
    aggregates=AGGREGATES,
    competence=tuple(FOLDER / noun / "competence.json" for noun in NOUNS),
)
