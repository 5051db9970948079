"""The front door of the cases service: the doors of its nouns, side by side."""

from services.cases.accused import http as accused
from services.cases.corrections import http as corrections
from services.cases.crossborder import http as crossborder
from services.cases.proceedings import http as proceedings
from services.cases.raids import http as raids
from services.cases.tips import http as tips
from services.cases.trials import http as trials

ROUTES = (
    *tips.ROUTES,
    *raids.ROUTES,
    *proceedings.ROUTES,
    *trials.ROUTES,
    *crossborder.ROUTES,
    *accused.ROUTES,
    *corrections.ROUTES,
)
