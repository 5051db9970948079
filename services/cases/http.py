"""The front door of the cases service: the doors of its nouns, side by side."""

from services.cases.tips import http as tips

ROUTES = (*tips.ROUTES,)
