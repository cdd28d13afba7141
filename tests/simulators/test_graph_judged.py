"""What the simulator says, judged by programs that nobody here wrote: pywa parses it, whatsapp-api-js checks it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa import errors as pywa_errors
from pywa import handlers
from pywa.client import WhatsApp
from pywa.types.callback import Button
from pywa.types.templates import TemplateLanguage

from tests.simulators.graph import errors
from tests.simulators.graph.accounts import Number, Person, Template
from tests.simulators.graph.faults import Fault
from tests.simulators.graph.receiver import Receiver
from tests.simulators.graph.simulator import GraphSimulator, graph_simulator
from tests.support.serving import serving

NUMBER = Number()
BUDI = Person("628111000001", "Budi Santoso")
SARI = Person("628111000002", "Sari Dewi", username="saridewi", hides_number=True)
PACKAGES = Path("build/npm")


class Rerouted(httpx.HTTPTransport):
    """Calls meant for Meta go to the simulator."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = httpx.URL(address)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._address.host, port=self._address.port)
        request.headers["Host"] = f"{self._address.host}:{self._address.port}"
        return super().handle_request(request)


@dataclass
class Judged:
    """The simulator, a hook that keeps its deliveries, and pywa's client of the same number."""

    simulator: GraphSimulator
    receiver: Receiver
    pywa: WhatsApp
    understood: list[Any]

    def last(self) -> Any:
        """What pywa makes of the last delivery."""
        before = len(self.understood)
        body, signature = self.receiver.bodies[-1], self.receiver.signatures[-1]
        assert self.pywa.webhook_update_validator(body, signature) is None
        assert self.pywa.webhook_update_handler(body) == ("ok", 200)
        assert len(self.understood) == before + 1, f"pywa did not understand {body!r}"
        return self.understood[-1]


@pytest.fixture
async def judged() -> AsyncIterator[Judged]:
    receiver = Receiver(NUMBER.app)
    understood: list[Any] = []

    def keep(_: WhatsApp, update: Any) -> None:
        understood.append(update)

    async with serving(receiver.app) as address, graph_simulator(NUMBER, seed=7) as simulator:
        assert await simulator.subscribe(NUMBER, f"{address}/hook")
        with httpx.Client(transport=Rerouted(simulator.world.address)) as session:
            client = WhatsApp(
                NUMBER.id, NUMBER.token, session=session, waba_id=NUMBER.waba_id, app_secret=NUMBER.app.secret
            )
            client.add_handlers(
                handlers.MessageHandler(keep),
                handlers.CallbackButtonHandler(keep),
                handlers.CallbackSelectionHandler(keep),
                handlers.EditedMessageHandler(keep),
                handlers.DeletedMessageHandler(keep),
                handlers.PhoneNumberChangeHandler(keep),
                handlers.MessageStatusHandler(keep),
                handlers.TemplateStatusUpdateHandler(keep),
            )
            yield Judged(simulator, receiver, client, understood)


Say = Callable[[GraphSimulator], Coroutine[Any, Any, Any]]


@pytest.mark.parametrize(
    ("say", "seen"),
    [
        (lambda sim: sim.whatsapp.text(NUMBER, BUDI, "Halo 👋 / selamat"), lambda m: m.text == "Halo 👋 / selamat"),
        (lambda sim: sim.whatsapp.text(NUMBER, SARI, "Halo"), lambda m: m.from_user.wa_id is None),
        (
            lambda sim: sim.whatsapp.reply(NUMBER, BUDI, "Ya", to="wamid.X"),
            lambda m: m.reply_to_message.id == "wamid.X",
        ),
        (lambda sim: sim.whatsapp.forward(NUMBER, BUDI, "Kabar", often=True), lambda m: m.forwarded_many_times),
        (
            lambda sim: sim.whatsapp.file(NUMBER, BUDI, b"jpeg", "image/jpeg", caption="Rusak"),
            lambda m: m.image.caption == "Rusak",
        ),
        (lambda sim: sim.whatsapp.file(NUMBER, BUDI, b"mp4", "video/mp4"), lambda m: m.video.mime_type == "video/mp4"),
        (
            lambda sim: sim.whatsapp.file(NUMBER, BUDI, b"ogg", "audio/ogg; codecs=opus", voice=True),
            lambda m: m.voice is not None,
        ),
        (
            lambda sim: sim.whatsapp.file(NUMBER, BUDI, b"pdf", "application/pdf", name="surat.pdf"),
            lambda m: m.document.filename == "surat.pdf",
        ),
        (
            lambda sim: sim.whatsapp.file(NUMBER, BUDI, b"webp", "image/webp", sticker=True, animated=True),
            lambda m: m.sticker.animated,
        ),
        (lambda sim: sim.whatsapp.location(NUMBER, BUDI, -6.2, 106.8, "Kantor"), lambda m: m.location.name == "Kantor"),
        (lambda sim: sim.whatsapp.contacts(NUMBER, BUDI, SARI), lambda m: m.contacts[0].phones[0].wa_id == SARI.phone),
        (lambda sim: sim.whatsapp.reaction(NUMBER, BUDI, "wamid.X", "👍"), lambda m: m.reaction.emoji == "👍"),
        (lambda sim: sim.whatsapp.reaction(NUMBER, BUDI, "wamid.X", ""), lambda m: m.reaction.is_removed),
        (
            lambda sim: sim.whatsapp.tap(NUMBER, BUDI, "wamid.X", "ya", "Ya"),
            lambda m: (m.data, m.title) == ("ya", "Ya"),
        ),
        (
            lambda sim: sim.whatsapp.choose(NUMBER, BUDI, "wamid.X", "b1", "Tagihan", "Bulan ini"),
            lambda m: (m.data, m.description) == ("b1", "Bulan ini"),
        ),
        (
            lambda sim: sim.whatsapp.template_button(NUMBER, BUDI, "wamid.X", "STOP", "Berhenti"),
            lambda m: m.is_quick_reply and m.data == "STOP",
        ),
        (
            lambda sim: sim.whatsapp.edit(
                NUMBER, BUDI, {"id": "wamid.X", "type": "text", "text": {"body": "Halp"}}, "Halo"
            ),
            lambda m: (m.original_message_id, m.message.text) == ("wamid.X", "Halo"),
        ),
        (
            lambda sim: sim.whatsapp.revoke(NUMBER, BUDI, {"id": "wamid.X"}),
            lambda m: m.original_message_id == "wamid.X",
        ),
        (lambda sim: sim.whatsapp.unsupported(NUMBER, BUDI), lambda m: m.error.code == 131051),
        (
            lambda sim: sim.whatsapp.changed_number(NUMBER, BUDI, "628111999999"),
            lambda m: (m.old_wa_id, m.new_wa_id) == (BUDI.phone, "628111999999"),
        ),
        (
            lambda sim: sim.whatsapp.template_changed(NUMBER, "salam", "APPROVED"),
            lambda m: m.template_name == "salam",
        ),
    ],
)
async def test_pywa_understands_every_kind(judged: Judged, say: Say, seen: Callable[[Any], bool]) -> None:
    await say(judged.simulator)
    update = judged.last()
    assert seen(update), update


async def test_pywa_sends_and_understands_the_statuses(judged: Judged) -> None:
    simulator, client = judged.simulator, judged.pywa
    said = await simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    assert judged.last().from_user.wa_id == BUDI.phone
    made = await asyncio.to_thread(
        client.send_message, BUDI.phone, "Pilih", buttons=[Button("Ya", "ya")], reply_to_message_id=said["id"]
    )
    (sent,) = await simulator.sent(account=NUMBER)
    assert (sent.id, sent.kind) == (made.id, "interactive")
    assert sent.body["context"] == {"message_id": said["id"]}
    for state in ("sent", "delivered", "read"):
        await simulator.whatsapp.status(sent, state)
        status = judged.last()
        assert (status.id, status.status.value, status.from_user.wa_id) == (made.id, state, BUDI.phone)
        assert status.pricing.category.value == "service"


async def test_a_failed_status_has_no_contacts_as_documented(judged: Judged) -> None:
    """pywa 4.5 wants contacts here against the document, so it judges the error alone."""
    simulator = judged.simulator
    await asyncio.to_thread(judged.pywa.send_message, "628111000099", "Halo")
    await simulator.settle()
    (value,) = [change["value"] for change in judged.receiver.payloads[-1]["entry"][0]["changes"]]
    assert "contacts" not in value
    (status,) = value["statuses"]
    assert (status["status"], "recipient_user_id" in status) == ("failed", False)
    assert isinstance(pywa_errors.WhatsAppError.from_dict(status["errors"][0]), pywa_errors.ReEngagementMessage)


async def test_pywa_uploads_and_downloads(judged: Judged) -> None:
    simulator, client = judged.simulator, judged.pywa
    await simulator.whatsapp.file(NUMBER, BUDI, b"\x89PNG kiriman", "image/png")
    image = judged.last().image
    link = await asyncio.to_thread(client.get_media_url, image.id)
    assert (link.mime_type, link.file_size) == ("image/png", 12)
    assert await asyncio.to_thread(client.get_media_bytes, url=link.url) == b"\x89PNG kiriman"
    media = await asyncio.to_thread(client.upload_media, b"%PDF", "application/pdf", "surat.pdf")
    assert simulator.media.files[media.id].data == b"%PDF"
    await asyncio.to_thread(client.send_document, BUDI.phone, media.id, "surat.pdf", caption="Suratnya")
    (sent,) = await simulator.sent(account=NUMBER)
    assert sent.body["document"]["id"] == media.id
    assert (await asyncio.to_thread(client.delete_media, media.id, phone_id=NUMBER.id)).success
    assert media.id not in simulator.media.files


async def test_pywa_marks_read_types_and_blocks(judged: Judged) -> None:
    simulator, client = judged.simulator, judged.pywa
    said = await simulator.whatsapp.text(NUMBER, BUDI, "Halo")
    whatsapp = simulator.answers.of_whatsapp
    assert (await asyncio.to_thread(client.mark_message_as_read, said["id"])).success
    assert (await asyncio.to_thread(client.indicate_typing, said["id"])).success
    assert (whatsapp.seen, whatsapp.typing) == ([said["id"]] * 2, [said["id"]])
    done = await asyncio.to_thread(client.block_users, [BUDI.phone])
    assert [user.wa_id for user in done.added_users] == [BUDI.phone]
    assert whatsapp.blocked == {NUMBER.id: {BUDI.phone}}
    with pytest.raises(pywa_errors.MessageUndeliverable):
        await asyncio.to_thread(client.send_message, BUDI.phone, "Halo")
    assert [user.wa_id for user in await asyncio.to_thread(client.get_blocked_users)] == [BUDI.phone]
    await asyncio.to_thread(client.unblock_users, [BUDI.phone])
    assert whatsapp.blocked == {NUMBER.id: set()}


async def test_pywa_lists_and_sends_templates(judged: Judged) -> None:
    simulator, client = judged.simulator, judged.pywa
    simulator.answers.of_whatsapp.add_template(NUMBER, Template("salam", "Halo {{1}}, tiket {{2}} selesai."))
    (listed,) = list(await asyncio.to_thread(client.get_templates))
    assert (listed.name, listed.language) == ("salam", TemplateLanguage.INDONESIAN)
    body = {"type": "body", "parameters": [{"type": "text", "text": "Budi"}, {"type": "text", "text": "T-7"}]}
    await asyncio.to_thread(client.send_template, BUDI.phone, "salam", TemplateLanguage.INDONESIAN, [body])
    (sent,) = await simulator.sent(account=NUMBER)
    assert (sent.kind, sent.body["template"]["name"]) == ("template", "salam")
    with pytest.raises(pywa_errors.TemplateParamCountMismatch):
        await asyncio.to_thread(client.send_template, BUDI.phone, "salam", TemplateLanguage.INDONESIAN, [])
    with pytest.raises(pywa_errors.TemplateNotExists):
        await asyncio.to_thread(client.send_template, BUDI.phone, "lain", TemplateLanguage.INDONESIAN, [])


@pytest.mark.parametrize(
    ("error", "known_as"),
    [
        (errors.THROUGHPUT, pywa_errors.RateLimitHit),
        (errors.PAIR_LIMIT, pywa_errors.TooManyMessages),
        (errors.BUSINESS_LIMIT, pywa_errors.RateLimitIssues),
        (errors.APP_LIMIT, pywa_errors.ToManyAPICalls),
        (errors.EXPIRED_TOKEN, pywa_errors.ExpiredAccessToken),
        (errors.UNDELIVERABLE, pywa_errors.MessageUndeliverable),
    ],
)
async def test_pywa_knows_the_errors(judged: Judged, error: errors.GraphError, known_as: type[Exception]) -> None:
    judged.simulator.fail("messages", Fault(error))
    with pytest.raises(known_as):
        await asyncio.to_thread(judged.pywa.send_message, BUDI.phone, "Halo")


CHECK = """
import { WhatsAppAPI } from 'whatsapp-api-js';
import { readFileSync } from 'node:fs';
const [secret, signature] = process.argv.slice(-2);
const api = new WhatsAppAPI({ token: 'x', appSecret: secret, v: 'v24.0' });
console.log(await api.verifyRequestSignature(readFileSync(0, 'utf8'), signature));
"""


async def test_whatsapp_api_js_agrees_with_the_signature(judged: Judged) -> None:
    if not (PACKAGES / "node_modules" / "whatsapp-api-js").exists():
        pytest.fail("The npm packages are not installed: `make test` installs them into build/npm.")
    await judged.simulator.whatsapp.text(NUMBER, BUDI, "Selamat pagi ☀️ a/b")
    for secret, expected in ((NUMBER.app.secret, "true"), ("another secret", "false")):
        answer = await asyncio.to_thread(
            subprocess.run,
            ["node", "--input-type=module", "-e", CHECK, "--", secret, judged.receiver.signatures[-1]],
            cwd=PACKAGES,
            input=judged.receiver.bodies[-1],
            capture_output=True,
            check=True,
        )
        assert answer.stdout.decode().strip() == expected
