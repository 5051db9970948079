"""The directives service: names its parts, runs nothing."""

from pathlib import Path

from services.directives.domain import Directive
from services.directives.http import ROUTES
from services.directives.projection import REGISTER
from services.directives.reports.domain import Report
from services.directives.targets.domain import Target
from services.directives.tasks.domain import Task
from shared.service import Service

SERVICE = Service(
    "directives",
    routes=ROUTES,
    aggregates=(Directive, Task, Report, Target),
    competence=(Path(__file__).with_name("competence.json"),),
    projections=(REGISTER,),
)
