"""The console's table of contents."""

from services.console.http import ROUTES
from services.console.page import STATIC
from shared.service import Service

SERVICE = Service("console", routes=ROUTES, static=STATIC)
