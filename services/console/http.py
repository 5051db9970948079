"""The console's doors: pages, signing in and out, and the live stream for open pages."""

from services.console.live import live
from services.console.page import paged
from services.console.pages import (
    show_desk,
    show_directive,
    show_nothing,
    show_task,
    show_timeline,
)
from services.console.pages_matters import show_deadlines, show_matter
from services.console.signing import enter, show_sign_in, sign_in, sign_out, to_desk
from services.console.subjects import MATTERS
from shared.http.routes import page

ID = "{id:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}}"
MATTER = "{kind:" + "|".join(MATTERS) + "}"

ROUTES = (
    page("GET /", to_desk),
    page("GET /console", to_desk),
    page("GET /console/", paged(show_desk)),
    page(f"GET /console/directive:{ID}", paged(show_directive)),
    page(f"GET /console/task:{ID}", paged(show_task)),
    page(f"GET /console/{MATTER}:{ID}", paged(show_matter)),
    page("GET /console/deadlines", paged(show_deadlines)),
    page("GET /console/timeline", paged(show_timeline)),
    page("GET /console/live", live),
    page("GET /console/sign-in", paged(show_sign_in)),
    page("POST /console/sign-in", paged(sign_in)),
    page("POST /console/sign-out", paged(sign_out)),
    page("GET /console/enter", paged(enter)),
    page("GET /console/{rest:.*}", paged(show_nothing)),
)
