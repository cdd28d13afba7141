"""SMS by SMPP against npm's smpp: sent, received, put together across a restart, and told truthfully."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.base import (
    AccountView,
    NotReached,
    Outcome,
    Post,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    Unreadable,
)
from backend.channels.sms import smpp
from backend.channels.sms.arrivals import Arrival, stored
from backend.channels.sms.channel import Sms
from backend.channels.sms.receipts import DECIMAL, SAME, name_of
from backend.channels.sms.session import Patience
from omnix_protocol.base import Command
from omnix_protocol.ids import new_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery
from omnix_protocol.sms import sms_parts
from tests.simulators.mishaps import Trouble, Unable
from tests.support.smpp import DROP, INVALID_DESTINATION, QUEUE_FULL, SILENCE, THROTTLED, Smsc, smsc
from tests.support.sms import outbound, smpp_account
from tests.support.waiting import free_port, until

CHANNEL = Sms()
LONG = "Pesanan Anda sudah kami kirim. " * 8


@pytest.fixture
async def centre() -> AsyncIterator[Smsc]:
    async with smsc() as running:
        yield running


@pytest.fixture
async def transmitters() -> AsyncIterator[smpp.Transmitters]:
    ours = smpp.Transmitters(Patience(answer=0.5))
    yield ours
    ours.close()


@dataclass
class Shelf:
    """What a listener keeps, as the inbox does: raw things in order, and the cursor."""

    account: AccountView
    raws: list[bytes] = field(default_factory=list)
    cursor: str = ""
    full: bool = False
    wells: int = 0

    async def keep(self, updates: Sequence[bytes], cursor: str | None = None) -> None:
        if self.full:
            raise OSError("the disk is full")
        self.raws += updates
        self.cursor = self.cursor if cursor is None else cursor

    def well(self) -> None:
        self.wells += 1

    def commands(self) -> list[Command]:
        return [command for raw in self.raws for _, command in CHANNEL.parse(self.account, raw)]

    def texts(self) -> list[tuple[str, str]]:
        return [(it.sender.address, it.text) for it in self.commands() if isinstance(it, ReceiveMessage)]


@asynccontextmanager
async def listening(shelf: Shelf) -> AsyncIterator["asyncio.Task[None]"]:
    """A listener that starts where the shelf says, and is cancelled at the end."""
    async with httpx.AsyncClient() as http:
        before = shelf.wells
        task = asyncio.create_task(CHANNEL.listen(Post(shelf.account, shelf.cursor, http, shelf.keep, shelf.well)))
        try:
            await until(lambda: shelf.wells > before or task.done(), "the listener is bound")
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, ProviderFault, OSError):
                await task


async def test_a_short_text_in_gsm_and_one_with_an_emoji(centre: Smsc, transmitters: smpp.Transmitters) -> None:
    account = smpp_account(centre.port)
    outcomes = [await smpp.send(account, outbound(text), transmitters) for text in ("Baik [A] 5 €", "Siap 😀")]
    assert outcomes == [Sent("N1"), Sent("N2")]
    gsm, emoji = await centre.got(2)
    assert (gsm.text, gsm.coding, emoji.text, emoji.coding) == ("Baik [A] 5 €", 0, "Siap 😀", 8)
    assert (gsm.sender, gsm.sender_ton, gsm.receiver, gsm.receiver_ton) == ("12345", 0, "628111234567", 1)
    assert gsm.registered == 1
    assert centre.binds == [("transmitter", 0)]  # one session for both


@pytest.mark.parametrize(
    ("what", "becomes"),
    [
        (Trouble.THROTTLED, Throttled),
        (Trouble.AWAY, Throttled),
        (Trouble.BROKEN, Rejected),
        (Trouble.SILENT, Unknown),
        (Trouble.EXPIRED, Rejected),
    ],
)
async def test_a_centres_trouble_is_there_from_now_on_and_ends(
    centre: Smsc, transmitters: smpp.Transmitters, what: Trouble, becomes: type[Outcome]
) -> None:
    async def sent() -> Outcome:
        return await smpp.send(smpp_account(centre.port), outbound(), transmitters)

    async def became(kind: type[Outcome]) -> bool:
        return isinstance(await sent(), kind)

    assert await sent() == Sent("N1")
    centre.trouble(what, 1)
    await until(lambda: became(becomes), "the trouble is there")  # the centre is told by another way than it is asked
    assert await became(becomes)
    centre.trouble(what, 0)
    await until(lambda: became(Sent), "the trouble is over")


@pytest.mark.parametrize("what", [Trouble.LATE, Trouble.REPEATED, Trouble.DISORDERLY])
async def test_a_trouble_that_a_centre_cannot_have_is_refused(centre: Smsc, what: Trouble) -> None:
    with pytest.raises(Unable, match="has no trouble"):
        centre.trouble(what, 1)


@pytest.mark.parametrize("text", [LONG, "😀 漢字 " * 40, "a" * 152 + "€" + "a" * 160], ids=["gsm", "ucs2", "escape"])
async def test_a_long_text_goes_in_parts_that_join(centre: Smsc, transmitters: smpp.Transmitters, text: str) -> None:
    outcome = await smpp.send(smpp_account(centre.port), outbound(text), transmitters)
    parts = await centre.got(len(sms_parts(text)))
    assert outcome == Sent(parts[-1].id)
    assert "".join(part.text for part in parts) == text
    references = {part.udh[0][4:6] for part in parts}
    assert [part.udh for part in parts] == [
        (f"0003{next(iter(references))}{len(parts):02x}{number:02x}",) for number in range(1, len(parts) + 1)
    ]
    assert {part.esm_class for part in parts} == {0x40}
    assert [part.registered for part in parts] == [0] * (len(parts) - 1) + [1]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([THROTTLED], Throttled(5.0)),
        ([QUEUE_FULL], Throttled(5.0)),
        ([INVALID_DESTINATION], Rejected("The number is no number that the centre can reach.")),
        ([0x45], Rejected("The centre could not take the message.")),
        ([0x777], Rejected("The centre refuses the message (status 0x777).")),
        ([SILENCE], Unknown("The centre did not answer within 0.5 s.")),
        ([DROP], Unknown("The connection to the centre was lost.")),
    ],
)
async def test_what_became_of_it(
    centre: Smsc, transmitters: smpp.Transmitters, answers: list[str | int], outcome: Outcome
) -> None:
    await centre.answer(*answers)
    account = smpp_account(centre.port)
    assert await smpp.send(account, outbound(), transmitters) == outcome
    assert await smpp.send(account, outbound(), transmitters) == Sent("N2")  # the next goes out, anew bound if need be
    assert len(await centre.got(2)) == 2


async def test_a_long_text_of_which_a_part_was_taken_is_not_begun_anew(
    centre: Smsc, transmitters: smpp.Transmitters
) -> None:
    account = smpp_account(centre.port)
    await centre.answer("ok", THROTTLED)
    throttled = await smpp.send(account, outbound(LONG), transmitters)
    assert throttled == Rejected("1 of 2 parts were taken; then the centre asked to wait.")
    await centre.answer("ok", DROP)
    lost = await smpp.send(account, outbound(LONG), transmitters)
    assert lost == Unknown("1 of 2 parts were taken; then: The connection to the centre was lost.")


async def test_a_centre_that_is_down_and_one_that_does_not_let_us_in(
    centre: Smsc, transmitters: smpp.Transmitters
) -> None:
    assert isinstance(await smpp.send(smpp_account(free_port()), outbound(), transmitters), NotReached)
    wrong = smpp_account(centre.port, password="wrong")
    refused = "The centre does not take this password."
    assert await smpp.send(wrong, outbound(), transmitters) == Rejected(refused, account_fault=True)
    with pytest.raises(ProviderFault, match=refused) as fault:
        await CHANNEL.probe(wrong, httpx.AsyncClient())
    assert fault.value.lasting
    assert await CHANNEL.probe(smpp_account(centre.port), httpx.AsyncClient()) == "12345"


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "smpp://", "smpp://host:port", "smpp://[", "smpp://h:99999"])
async def test_an_address_that_is_none_is_the_accounts_fault(url: str, transmitters: smpp.Transmitters) -> None:
    outcome = await smpp.send(smpp_account(1, url=url), outbound(), transmitters)
    assert isinstance(outcome, Rejected)
    assert outcome.account_fault
    assert "smpp://host:2775" in outcome.failure


async def test_what_idles_is_unbound(centre: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp, "IDLE_SECONDS", 0.05)
    transmitters = smpp.Transmitters()
    await smpp.send(smpp_account(centre.port), outbound(), transmitters)
    await until(lambda: centre.closed == 1, "the session was ended")
    assert isinstance(await smpp.send(smpp_account(centre.port), outbound(), transmitters), Sent)
    transmitters.close()


async def test_what_customers_write_is_kept_before_the_centre_hears_so(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    async with listening(shelf):
        refs = [
            centre.writes("628111234567", "Halo, ada promo? [ya] €", source_addr_ton=1),
            centre.writes("08111234567", "Oke 😀 漢"),
            centre.writes("BANK", "kode 1234", source_addr_ton=5),
            centre.deliver(source_addr="628111", destination_addr="12345", message_payload="panjang " * 100),
            centre.deliver(source_addr="628111", destination_addr="12345", data_coding=4, short_message_hex="00ff"),
        ]
        assert [await centre.acknowledged(ref) for ref in refs] == [0] * 5
    assert shelf.texts() == [
        ("+628111234567", "Halo, ada promo? [ya] €"),
        ("+628111234567", "Oke 😀 漢"),
        ("BANK", "kode 1234"),
        ("628111", "panjang " * 100),
        ("628111", ""),
    ]
    assert [it.shown_as for it in shelf.commands() if isinstance(it, ReceiveMessage)] == ["", "", "", "", "unsupported"]
    assert len({it.provider_id for it in shelf.commands() if isinstance(it, ReceiveMessage)}) == 5
    assert shelf.cursor == ""


async def test_what_could_not_be_kept_stays_the_centres(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port), full=True)
    async with listening(shelf) as task:
        ref = centre.writes("628111234567", "Halo")
        with pytest.raises(OSError, match="disk is full"):
            await task
    await until(lambda: centre.closed == 1, "the session is ended, and all that was said before is told")
    assert not centre.is_acknowledged(ref)


async def test_parts_of_a_long_message_survive_a_restart_between_them(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    emoji = "Halo 😀".encode("utf-16-be")
    async with listening(shelf):  # an emoji cut in two, and the end before the beginning
        assert await centre.acknowledged(centre.part("628111234567", emoji[12:], 8, (7, 2, 2))) == 0
    assert shelf.texts() == []
    async with listening(shelf):
        await centre.acknowledged(centre.part("628111234567", emoji[:12], 8, (7, 2, 1)))
        await centre.acknowledged(centre.part("628111234567", b"lain", 0, (8, 2, 1)))
        sar: dict[str, Any] = {"sar_msg_ref_num": 300, "sar_total_segments": 2}
        for number, text in ((1, "pertama, "), (2, "kedua")):
            ref = centre.writes("628222", text, data_coding=0, sar_segment_seqnum=number, **sar)
            assert await centre.acknowledged(ref) == 0
    assert shelf.texts() == [("+628111234567", "Halo 😀"), ("628222", "pertama, kedua")]
    assert len(shelf.raws) == 7  # every part as it came, and the two that they became


async def test_parts_that_the_network_repeats_are_one_message(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    for _ in range(2):
        async with listening(shelf):
            for number, text in ((1, b"satu "), (1, b"satu "), (2, b"dua")):
                await centre.acknowledged(centre.part("628111234567", text, 0, (7, 2, number)))
    assert shelf.texts() == [("+628111234567", "satu dua")]


async def test_after_a_crash_between_the_message_and_the_cursor_it_is_the_same_message(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    async with listening(shelf):
        await centre.acknowledged(centre.part("628111234567", b"satu ", 0, (7, 2, 1)))
    before = shelf.cursor
    async with listening(shelf):
        await centre.acknowledged(centre.part("628111234567", b"dua", 0, (7, 2, 2)))
    shelf.cursor = before
    async with listening(shelf):
        await centre.acknowledged(centre.part("628111234567", b"dua", 0, (7, 2, 2)))
    received = [CHANNEL.parse(shelf.account, raw) for raw in shelf.raws]
    ids = [events[0][0] for events in received if events]
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_what_is_missing_for_long_is_shown_as_missing(centre: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp, "LOOK_SECONDS", 0.05)
    shelf = Shelf(smpp_account(centre.port))
    async with listening(shelf):
        await centre.acknowledged(centre.part("628111234567", b"satu ", 0, (7, 4, 1)))
        await centre.acknowledged(centre.part("628111234567", b" tiga", 0, (7, 4, 3)))
    monkeypatch.setattr("backend.channels.sms.joining.WAIT_SECONDS", 0.0)
    async with listening(shelf):
        await until(lambda: shelf.texts(), "the message is let go")
    assert shelf.texts() == [("+628111234567", "satu […] tiga[…]")]


async def test_receipts_by_text_and_by_parameters(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    async with listening(shelf):
        refs = [
            centre.reports("N1"),
            centre.reports("N2", "UNDELIV", "021"),
            centre.reports("N3", "ENROUTE"),
            centre.reports("ignored", "UNKNOWN", receipted_message_id="N4", message_state=2),
            centre.deliver(source_addr="1", destination_addr="2", esm_class=4, short_message_hex=b"no receipt".hex()),
        ]
        assert [await centre.acknowledged(ref) for ref in refs] == [0] * 5
    reports = [it for it in shelf.commands() if isinstance(it, RecordDelivery)]
    assert [(it.provider_id, it.state, it.failure) for it in reports] == [
        ("N1", DeliveryState.DELIVERED, ""),
        ("N2", DeliveryState.FAILED, "The network could not deliver it (UNDELIV). Error 021."),
        ("N3", DeliveryState.SENT, ""),
        ("N4", DeliveryState.DELIVERED, ""),
    ]
    assert len(shelf.commands()) == 4


def test_receipts_in_decimal_of_ids_in_hexadecimal_find_their_message() -> None:
    assert name_of("1A2B", DECIMAL, reported=False) == name_of("0006699", DECIMAL, reported=True) == "6699"
    assert name_of("N7", DECIMAL, reported=False) == "N7"
    assert name_of("1A2B", SAME, reported=False) == name_of("1A2B", SAME, reported=True) == "1A2B"


async def test_a_message_that_the_network_names_is_none_when_it_comes_again(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    async with listening(shelf):
        for reference in (1, 1, 2):
            ref = centre.writes("628111234567", "ok", user_message_reference=reference)
            await centre.acknowledged(ref)
        for _ in range(2):
            await centre.acknowledged(centre.writes("628111234567", "ok"))
    ids = [it.provider_id for it in shelf.commands() if isinstance(it, ReceiveMessage)]
    assert len(ids) == len(set(ids)) == 4


async def test_a_lost_connection_and_a_refused_one_are_faults_to_be_shown(centre: Smsc) -> None:
    shelf = Shelf(smpp_account(centre.port))
    async with listening(shelf) as task:
        await centre.drop()
        with pytest.raises(ProviderFault) as lost:
            await task
    assert not lost.value.lasting
    async with listening(Shelf(smpp_account(centre.port, password="wrong"))) as task:
        with pytest.raises(ProviderFault, match="password") as refused:
            await task
    assert refused.value.lasting
    async with listening(Shelf(smpp_account(free_port()))) as task:
        with pytest.raises(ProviderFault) as absent:
            await task
    assert not absent.value.lasting


@given(
    st.builds(Arrival, st.builds(new_id) | st.text(max_size=5), st.lists(st.binary(max_size=80), max_size=3).map(tuple))
)
def test_any_bodies_are_read_or_said_to_be_unreadable(arrival: Arrival) -> None:
    with suppress(Unreadable):
        CHANNEL.parse(smpp_account(1), stored(arrival))


@given(st.binary(max_size=100).map(lambda raw: b"{" + raw))
def test_any_json_is_read_or_said_to_be_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        CHANNEL.parse(smpp_account(1), raw)
