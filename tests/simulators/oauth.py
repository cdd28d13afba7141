"""An identity provider as Google and Microsoft are one to a mail program: refresh tokens in, access tokens out.

The token endpoint follows RFC 6749, section 6; what Dovecot asks about a token is answered as it documents it
(`introspection_mode = auth`: the token as bearer, the claims as JSON).
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


@dataclass
class OAuthSimulator:
    """Each grant is one mailbox's; faults are answers instead of the right one, one a request."""

    client_id: str = "omnix-desk"
    client_secret: str = "client-secret"
    grants: dict[str, str] = field(default_factory=dict)  # refresh token -> address
    tokens: dict[str, str] = field(default_factory=dict)  # access token -> address
    expires_in: int = 3600
    faults: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    issued: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[Route("/token", self._token, methods=["POST"]), Route("/introspect", self._introspect)]
        )

    def grant(self, address: str) -> str:
        """The owner of the mailbox agrees: a refresh token."""
        token = f"refresh-{address}"
        self.grants[token] = address
        return token

    def withdraw(self, address: str) -> None:
        """The owner thinks otherwise: no token of theirs works any more."""
        self.grants = {token: of for token, of in self.grants.items() if of != address}
        self.tokens = {token: of for token, of in self.tokens.items() if of != address}

    async def _token(self, request: Request) -> JSONResponse:
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        if self.faults:
            status, body = self.faults.pop(0)
            return JSONResponse(body, status)
        if form.get("grant_type") != "refresh_token":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return JSONResponse({"error": "invalid_client"}, 401)
        address = self.grants.get(form.get("refresh_token", ""))
        if address is None:
            return JSONResponse(
                {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400
            )
        self.issued += 1
        token = f"access-{self.issued}-{address}"
        self.tokens[token] = address
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in})

    async def _introspect(self, request: Request) -> JSONResponse:
        address = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if address is None:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"email": address, "active": "true"})
