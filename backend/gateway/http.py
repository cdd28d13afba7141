"""Commands, queries and the doors beside them over HTTP: one table of operations, from which OpenAPI is written too."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from backend.gateway.limit import Bucket
from backend.gateway.principal import Principal
from backend.store.errors import Unavailable
from backend.telemetry import Metrics
from omnix_protocol import codec
from omnix_protocol.errors import Reason, Refused, refused

STATUS: Final = {
    Reason.MALFORMED: 400,
    Reason.UNKNOWN_TYPE: 400,
    Reason.INVALID_FIELD: 422,
    Reason.NOT_SIGNED_IN: 401,
    Reason.WRONG_CREDENTIALS: 401,
    Reason.WRONG_CODE: 401,
    Reason.PASSWORD_CHANGE_NEEDED: 403,
    Reason.NOT_ENTITLED: 403,
    Reason.NOT_FOUND: 404,
    Reason.TOO_LARGE: 413,
    Reason.ATTACHMENT_TOO_LARGE: 413,
    Reason.ATTACHMENT_TYPE: 415,
    Reason.ATTACHMENT_BROKEN: 415,
    Reason.ATTACHMENT_INFECTED: 415,
    Reason.ATTACHMENT_UNSCANNED: 503,
    Reason.LOCKED_OUT: 429,
    Reason.TOO_MANY_REQUESTS: 429,
    Reason.UNAVAILABLE: 503,
}
OTHER_STATUS: Final = 409
CLIENTS_REMEMBERED: Final = 10_000
JSON: Final = "application/json"
_log = logging.getLogger("backend.gateway.http")


class RefusedBody(msgspec.Struct, frozen=True):
    """What every error looks like."""

    refused: Refused


@dataclass(slots=True)
class Call:
    """One request on its way to the function that answers it."""

    request: Request
    address: str
    body: Any = None
    who: Principal | None = None

    @property
    def principal(self) -> Principal:
        assert self.who is not None
        return self.who

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])


Answer = msgspec.Struct | Response | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table: the route, what it takes and gives, who may come."""

    method: str
    path: str
    summary: str
    work: Callable[[Call], Awaitable[Answer]]
    body: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None
    open: bool = False  # no token needed
    password_due: bool = False  # also while the one-time password waits to be changed
    visitors: bool = False  # also with a visitor's token
    raw: bool = False  # the body is bytes of its own, read by `work`
    parameters: tuple[tuple[str, str], ...] = field(default=())  # headers: name, what it says


class Bearers(Protocol):
    """Whose token this is."""

    async def bearer(self, token: str) -> Principal | None: ...


class AnyOf:
    """Bearers of several kinds, asked one after another."""

    def __init__(self, *kinds: Bearers) -> None:
        self._kinds = kinds

    async def bearer(self, token: str) -> Principal | None:
        for kind in self._kinds:
            if (who := await kind.bearer(token)) is not None:
                return who
        return None


class Http:
    """Size, rate, token, decoding, status: the same for every operation."""

    def __init__(self, bearers: Bearers, metrics: Metrics, *, body_bytes: int, rate: float) -> None:
        self._bearers = bearers
        self._metrics = metrics
        self._body_bytes = body_bytes
        self._rate = rate
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def routes(self, operations: Iterable[Operation]) -> list[Route]:
        return [Route(row.path, self._endpoint(row), methods=[row.method]) for row in operations]

    def _endpoint(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            response = as_response(await self._kept(operation, request))
            self._metrics.requests.labels(operation.path, str(response.status_code)).inc()
            return response

        return endpoint

    async def _kept(self, operation: Operation, request: Request) -> Answer:
        """A fault of ours in words; whoever went away in the middle of their own request hears nothing."""
        try:
            return await self._answer(operation, request)
        except ClientDisconnect:
            return Response(status_code=400)
        except (Unavailable, OSError) as error:
            _log.warning("%s: %s", operation.path, error)
            return refused(Reason.UNAVAILABLE)

    async def _answer(self, operation: Operation, request: Request) -> Answer:
        address = request.client.host if request.client else ""
        call = Call(request, address)
        token = bearer_token(request)
        if not self._may(token or address):
            return refused(Reason.TOO_MANY_REQUESTS, seconds=1)
        if not operation.open:
            call.who = await self._bearers.bearer(token) if token else None
            if call.who is None:
                return refused(Reason.NOT_SIGNED_IN)
            if call.who.user_id is None and not operation.visitors:
                return refused(Reason.NOT_ENTITLED)
            if call.who.must_change_password and not operation.password_due:
                return refused(Reason.PASSWORD_CHANGE_NEEDED)
        if operation.body is not None:
            try:
                call.body = codec.decode(await whole_body(request, self._body_bytes), operation.body)
            except codec.Malformed as error:
                return refused(Reason.MALFORMED, detail=str(error)[:300])
            except BodyTooLarge:
                return refused(Reason.TOO_LARGE, limit=self._body_bytes)
        return await operation.work(call)

    def _may(self, client: str) -> bool:
        now = asyncio.get_running_loop().time()
        bucket = self._buckets.pop(client, None) or Bucket(self._rate, 4 * self._rate, now)
        self._buckets[client] = bucket
        if len(self._buckets) > CLIENTS_REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket.take(now)


class BodyTooLarge(Exception):
    """The request's body is larger than the door lets in."""


async def whole_body(request: Request, limit: int) -> bytes:
    """The body, of which never more than the limit is kept. Raises BodyTooLarge."""
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLarge
        parts.append(part)
    return b"".join(parts)


def bearer_token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def as_response(answer: Answer) -> Response:
    """An answer with its status; a refusal, or a result that holds one, with the status that fits it."""
    if answer is None:
        return Response(status_code=204)
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Refused):
        return refusal(answer)
    inside = getattr(answer, "refused", None)
    status = status_of(inside) if isinstance(inside, Refused) else 200
    return Response(codec.encode(answer), status, media_type=JSON)


def refusal(answer: Refused) -> Response:
    headers = {}
    if answer.code == Reason.NOT_SIGNED_IN:
        headers["WWW-Authenticate"] = "Bearer"
    if "seconds" in answer.args:
        headers["Retry-After"] = str(answer.args["seconds"])
    return Response(codec.encode(RefusedBody(answer)), status_of(answer), headers, JSON)


def status_of(answer: Refused) -> int:
    reason = answer.reason
    return STATUS.get(reason, OTHER_STATUS) if reason is not None else OTHER_STATUS
