"""Who connects the demo company to the simulators: an administrator, by the ordinary doors and commands over HTTP."""

from typing import Any, NamedTuple

import httpx
import msgspec

from backend.demo.seeding import CODE, PASSWORD
from backend.demo.steps import Steps
from omnix_protocol import codec
from omnix_protocol.base import Command
from omnix_protocol.channel_setup import ChannelRoute, SecretStored, StoreSecret
from omnix_protocol.channels import AddChannelAccount, EditChannelAccount, ServeChannel
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId, CommandId, GroupId, QueueId, SecretId, derived_id, new_id
from omnix_protocol.sign_in import SignedIn, SignIn
from tests.simulators.town.places import Place


class Connected(NamedTuple):
    """An account, and the address of its webhook."""

    account_id: ChannelAccountId
    hook: str


class NotSetUp(Exception):
    """The server refused something; one sentence, without secrets."""


class Administrator:
    """Made anew, everything is there already and only what changed is told."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def sign_in(self) -> None:
        who = SignIn(
            tenant_code=CODE, email=f"admin@{CODE}.example", password=PASSWORD, device_id="simulators",
            device_name="simulators",
        )  # fmt: skip
        signed_in = codec.decode(await self._post("/v1/sign-in", codec.encode(who)), SignedIn)
        self._http.headers["Authorization"] = f"Bearer {signed_in.access_token}"

    async def connect(self, place: Place) -> Connected:
        """The place's account, served by the agents; the place itself is not told yet."""
        account_id = ChannelAccountId(derived_id("omnix simulators", "account", place.kind))
        if not await self._edited(account_id, settings=place.settings):
            stored = StoreSecret(fields=place.secrets)
            secret = codec.decode(await self._post("/v1/secrets", codec.encode(stored)), SecretStored)
            await self._add(account_id, place, secret.secret_id)
        answer = await self._post(f"/v1/channel-accounts/{account_id}/route", b"")
        return Connected(account_id, codec.decode(answer, ChannelRoute).webhook)

    async def answer_first(self, bot_id: ChannelAccountId, account_id: ChannelAccountId) -> None:
        """This bot, on that account."""
        await self._edited(account_id, bot_id=bot_id)

    async def _add(self, account_id: ChannelAccountId, place: Place, secret_id: SecretId) -> None:
        adding = AddChannelAccount(
            channel_account_id=account_id,
            kind=place.kind,
            name=place.title,
            settings=place.settings,
            secret_id=secret_id,
        )
        await self._need(adding)
        if place.kind == "bot":
            return
        for group in ("Agent", "Caring"):
            serving = ServeChannel(
                queue_id=QueueId(derived_id("omnix simulators", "queue", place.kind, group)),
                channel_account_id=account_id,
                group_id=GroupId(Steps.name("group", group)),
            )
            await self._need(serving)

    async def _edited(self, account_id: ChannelAccountId, **changes: Any) -> bool:
        """Whether there is such an account; the server says which version it has."""
        version = 0
        while True:
            edit = EditChannelAccount(channel_account_id=account_id, base_version=version, **changes)
            refused = await self._run(edit)
            if refused is None:
                return True
            if refused.code == Reason.NOT_FOUND:
                return False
            if refused.code != Reason.VERSION_CONFLICT:
                raise NotSetUp(_sentence(type(edit).__name__, refused))
            version = int(refused.args["version"])

    async def _need(self, command: Command) -> None:
        refused = await self._run(command)
        if refused is not None and refused.code != Reason.ALREADY_EXISTS:
            raise NotSetUp(_sentence(type(command).__name__, refused))

    async def _run(self, command: Command) -> Refused | None:
        body = {"id": CommandId(new_id()), "type": type(command).__name__, "body": codec.raw(command)}
        answer = msgspec.json.decode(
            await self._post("/v1/run", msgspec.json.encode(body)), type=dict[str, msgspec.Raw]
        )
        return codec.decode(answer["refused"], Refused) if "refused" in answer else None

    async def _post(self, path: str, body: bytes) -> bytes:
        answer = await self._http.post(path, content=body, headers={"Content-Type": "application/json"})
        if answer.status_code >= 500 or (answer.status_code >= 400 and path != "/v1/run"):
            raise NotSetUp(f"{path} answered {answer.status_code}.")
        return answer.content


def _sentence(command: str, refused: Refused) -> str:
    details = ", ".join(f"{key} {value}" for key, value in refused.args.items())
    return f"{command} was refused: {refused.code} ({details})."
