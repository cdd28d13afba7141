"""The administrator's doors to channel accounts."""

from omnix_desktop.sync.account import with_token
from omnix_desktop.sync.http import Http
from omnix_desktop.sync.tokens import Tokens
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings, SecretStored, StoreSecret
from omnix_protocol.errors import Refused
from omnix_protocol.ids import ChannelAccountId, SecretId
from omnix_protocol.traffic import RanAgain, RunAgain


class Channels:
    """The port ChannelDoors."""

    def __init__(self, http: Http, tokens: Tokens) -> None:
        self._http, self._tokens = http, tokens

    async def store_secret(self, fields: dict[str, str], base: SecretId | None) -> SecretId | Refused:
        body = StoreSecret(fields=fields, base=base)
        stored = await with_token(
            self._tokens, lambda token: self._http.call("POST", "/v1/secrets", SecretStored, body, token)
        )
        return stored if isinstance(stored, Refused) else stored.secret_id

    async def route(self, account_id: ChannelAccountId) -> ChannelRoute | Refused:
        path = f"/v1/channel-accounts/{account_id}/route"
        return await with_token(self._tokens, lambda token: self._http.call("POST", path, ChannelRoute, token=token))

    async def probe(self, account_id: ChannelAccountId) -> Probed | Refused:
        path = f"/v1/channel-accounts/{account_id}/probe"
        return await with_token(self._tokens, lambda token: self._http.call("POST", path, Probed, token=token))

    async def probe_settings(self, settings: ProbeSettings) -> Probed | Refused:
        path = "/v1/channel-probe"
        return await with_token(self._tokens, lambda token: self._http.call("POST", path, Probed, settings, token))

    async def run_again(self, asked: RunAgain) -> RanAgain | Refused:
        path = "/v1/failed-jobs/run-again"
        return await with_token(self._tokens, lambda token: self._http.call("POST", path, RanAgain, asked, token))
