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
from services.console.signing import enter, show_sign_in, sign_in, sign_out, to_desk
from shared.http.routes import page

ID = "{id:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}}"

ROUTES = (
    page("GET /", to_desk),
    page("GET /console", to_desk),
    page("GET /console/", paged(show_desk)),
    page(f"GET /console/directive:{ID}", paged(show_directive)),
    page(f"GET /console/task:{ID}", paged(show_task)),
    page("GET /console/timeline", paged(show_timeline)),
    page("GET /console/live", live),
    page("GET /console/sign-in", paged(show_sign_in)),
    page("POST /console/sign-in", paged(sign_in)),
    page("POST /console/sign-out", paged(sign_out)),
    page("GET /console/enter", paged(enter)),
    page("GET /console/{rest:.*}", paged(show_nothing)),
)
