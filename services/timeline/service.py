"""The timeline service: names its parts, runs nothing."""

from services.timeline.http import ROUTES
from services.timeline.projection import TIMELINE
from shared.service import Service

SERVICE = Service("timeline", routes=ROUTES, projections=(TIMELINE,))
