"""What load balancers, Prometheus and the curious ask: alive, ready, metrics, the description of the API."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from backend.telemetry import Metrics


def health_routes(metrics: Metrics, openapi: Callable[[], bytes], ready: Callable[[], Awaitable[str]]) -> list[Route]:
    """`ready` says in a sentence what is missing, or nothing."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        lack = await ready()
        return JSONResponse({"ready": not lack, "lack": lack}, 503 if lack else 200)

    async def page(_: Request) -> Response:
        body, kind = metrics.page()
        return Response(body, headers={"Content-Type": kind})

    async def description(_: Request) -> Response:
        return Response(openapi(), media_type="application/json")

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", page),
        Route("/openapi.json", description),
    ]
