"""The clock's doors: lists of periods by state, body, case and day, and one period with its why."""

from services.deadlines.domain import Deadline
from services.deadlines.readings import list_deadlines
from shared.http.routes import query
from shared.http.state import state_route

ROUTES = (
    query("GET /v1/deadlines", list_deadlines),
    state_route("deadlines", Deadline),
)
