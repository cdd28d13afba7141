"""A request of the Graph API taken apart: version, node, edge, token, parameters of query, form or JSON."""

import hashlib
import hmac
import json
import re
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Account
from tests.simulators.graph.world import Call, Refused, Upload, World

VERSION = re.compile(r"v\d{1,2}\.\d$")


async def call_of(request: Request, world: World) -> Call:
    """Any version is taken, and none; `account` is None where the token is nobody's."""
    segments = [part for part in request.url.path.split("/") if part]
    version = segments.pop(0) if segments and VERSION.match(segments[0]) else ""
    params, files = await _parameters(request)
    token = bearer(request) or str(params.pop("access_token", ""))
    params["access_token"] = token
    account = world.tokens.get(token)
    node = segments[0] if segments else ""
    if node == "me" and account is not None:
        node = account.id
    edge = segments[1] if len(segments) > 1 else ""
    return Call(_name(request.method, edge, params), request.method, node, edge, params, files, account, version)


def authorised(call: Call, world: World) -> Account:
    """The account whose living token this is; a proof by the app's secret must be right where there is one."""
    token = call.params.pop("access_token", "")
    if not token:
        raise Refused(errors.NO_TOKEN)
    if token in world.dead_tokens:
        raise Refused(world.dead_tokens[token])
    if call.account is None:
        raise Refused(errors.BAD_TOKEN)
    proof = call.params.pop("appsecret_proof", None)
    if proof is not None:
        right = hmac.new(call.account.app.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof != right:
            raise Refused(errors.BAD_PROOF)
    return call.account


def bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


async def _parameters(request: Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    params: dict[str, Any] = {key: _opened(value) for key, value in request.query_params.items()}
    files: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        try:
            value = json.loads(await request.body() or b"{}")
        except ValueError:
            raise Refused(errors.PARAMETER.saying("The body is not JSON.")) from None
        params |= value if isinstance(value, dict) else {}
    elif "form" in kind:
        async with request.form(max_part_size=200 * 1024 * 1024) as form:
            for key, part in form.multi_items():
                if isinstance(part, UploadFile):
                    files[key] = Upload(part.filename or "", part.content_type or "", await part.read())
                else:
                    params[key] = _opened(part)
    return params, files


def _opened(value: str) -> Any:
    """Objects come as JSON in forms and queries; query strings of old also as {id:123}."""
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            bare = re.fullmatch(r"\{\s*(\w+)\s*:\s*([\w.]+)\s*\}", value)
            return {bare[1]: bare[2]} if bare else value
    return value


def _name(method: str, edge: str, params: dict[str, Any]) -> str:
    if edge == "messages" and params.get("status") == "read":
        return "read"
    if edge == "messages" and params.get("sender_action"):
        return "sender_action"
    return edge or {"GET": "get", "POST": "update", "DELETE": "delete"}.get(method, method)
