"""Around every answer: problem documents also where no row matched, and the time it took."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from shared.http import asking, problems
from shared.telemetry import REQUEST_SECONDS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NO_ROUTE = "(none)"


@web.middleware
async def answer_in_our_way(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Redirects pass; every other HTTP exception becomes a problem document."""
    begun = time.perf_counter()
    try:
        answer = await handler(request)
        if request.content.exception() is not None:
            answer.force_close()  # Where its body ends is not known, so no other may follow it.
        return answer
    except web.HTTPException as error:
        if error.status < 400:
            raise
        english = asking.wants_english(request)
        return problems.problem(error, english=english, instance=request.path)
    finally:
        resource = request.match_info.route.resource
        name = resource.canonical if resource is not None else NO_ROUTE
        REQUEST_SECONDS.labels(name).observe(time.perf_counter() - begun)


async def say_little(_: web.Request, response: web.StreamResponse) -> None:
    """No versions of ours in the answer: they help nobody but who looks for a hole."""
    response.headers["Server"] = "liennganh"
