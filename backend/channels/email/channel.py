"""The e-mail channel: one account is one mailbox, watched over IMAP and answered over SMTP."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from backend.channels.base import (
    AccountView,
    BaseChannel,
    Download,
    Event,
    MediaFault,
    NotReached,
    Outbound,
    Outcome,
    OutFile,
    Post,
    ProviderFault,
    Rejected,
    Sent,
    line,
)
from backend.channels.email import smtp
from backend.channels.email.composing import SUBJECT_MAX, Enclosed, Letter, Unsendable, chained, composed
from backend.channels.email.headers import Address, people
from backend.channels.email.imap import Arrived, Watch
from backend.channels.email.loops import LOOPED, LoopBreakers
from backend.channels.email.mailbox import SETTINGS, Mailbox, mailbox_of, own_address
from backend.channels.email.mime import tree
from backend.channels.email.oauth import Tokens
from backend.channels.email.parsing import file_bytes, read_mail
from backend.channels.email.reading import FILE, HTML, events_of, handle_of, provider_message_id, shown_html
from backend.channels.email.threads import own_message_id
from omnix_protocol.channels import Capabilities, ChannelGroup
from omnix_protocol.messages import TEXT_MAX
from omnix_protocol.rules import reply_subject

FILES_BYTES_MAX = 18 * 1024 * 1024
"""Of all files of one mail: as base64 they are the 25 MB that large providers take."""
HEAD_BYTES = 64 * 1024
PAGE = "<!DOCTYPE html>\n"
"""Before a mail's HTML, which may begin with any words: it is looked at as every file is, and is a page for certain."""


class Email(BaseChannel):
    """Channel and Listening of one kind."""

    kind = "email"
    name = "Email"
    group = ChannelGroup.SOCIAL
    capabilities = Capabilities(
        text_max=TEXT_MAX, subject=True, attachments=True, attachment_max_bytes=FILES_BYTES_MAX, quotes=True
    )
    settings = SETTINGS

    def __init__(self) -> None:
        self._tokens = Tokens()
        self._loops = LoopBreakers()

    def parse(self, account: AccountView, raw: bytes) -> list[Event]:
        return events_of(account, own_address(account), raw)

    def part(self, account: AccountView, raw: bytes, reference: str) -> Download:
        raw = raw.removeprefix(LOOPED)
        if reference == HTML:
            page = f"{PAGE}{shown_html(read_mail(raw))}"
            return Download(_once(page.encode()), "text/html; charset=utf-8", "mail.html")
        content = file_bytes(raw, reference.removeprefix(FILE)) if reference.startswith(FILE) else None
        if content is None:
            raise MediaFault("The mail has no such part.", lasting=True)
        return Download(_once(content))

    async def send(self, account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
        try:
            mailbox = mailbox_of(account)
            if sum(file.size for file in message.files) > FILES_BYTES_MAX:
                return Rejected(f"The files are larger than a mail can carry ({FILES_BYTES_MAX // 2**20} MB in all).")
            letter = _letter(mailbox, message, [await _enclosed(file) for file in message.files])
            mail, recipients = composed(letter), letter.recipients
            token = await self._token(mailbox, http)
        except Unsendable as error:
            return Rejected(str(error))
        except ProviderFault as fault:
            if fault.lasting:
                return Rejected(str(fault), account_fault=True)
            return NotReached(str(fault))
        answer = await smtp.deliver(mailbox, token, mail, recipients)
        if isinstance(answer, Rejected) and answer.account_fault:
            self._tokens.forget(mailbox)
        return Sent(letter.message_id) if answer is None else answer

    def listens(self, account: AccountView) -> bool:
        return True

    async def listen(self, post: Post) -> None:
        mailbox = mailbox_of(post.account)
        watch = Watch(mailbox, await self._token(mailbox, post.http))
        cursor = post.cursor
        thread = ThreadPoolExecutor(1, f"imap {mailbox.address}")
        run = asyncio.get_running_loop().run_in_executor
        try:
            await run(thread, watch.open)
            while True:
                news = await run(thread, watch.news, cursor)
                await post.keep([self._marked(mailbox, mail) for mail in news.mails], news.cursor)
                post.well()
                more, cursor = bool(news.mails), news.cursor
                if not more:
                    await run(thread, watch.wait)
        except ProviderFault as fault:
            if fault.lasting:
                self._tokens.forget(mailbox)
            raise
        finally:
            watch.end()
            thread.submit(watch.close)
            thread.shutdown(wait=False)

    async def probe(self, account: AccountView, http: httpx.AsyncClient) -> str:
        mailbox = mailbox_of(account)
        token = await self._token(mailbox, http)
        watch = Watch(mailbox, token)
        try:
            await asyncio.to_thread(watch.open)
        finally:
            watch.end()
            await asyncio.to_thread(watch.close)
        await smtp.look_in(mailbox, token)
        return mailbox.address

    async def _token(self, mailbox: Mailbox, http: httpx.AsyncClient) -> str:
        return await self._tokens.token(mailbox, http) if mailbox.oauth else ""

    def _marked(self, mailbox: Mailbox, mail: Arrived) -> bytes:
        """With a mark before it, where its sender writes more than people do."""
        senders = people(tree(mail.raw[:HEAD_BYTES]).root.values("from"))
        sender = senders[0].address if senders else ""
        looped = bool(sender) and self._loops.is_loop(mailbox.address, sender, mail.at, mailbox.loop_mails)
        return LOOPED + mail.raw if looped else mail.raw


def _letter(mailbox: Mailbox, message: Outbound, enclosed: list[Enclosed]) -> Letter:
    head, handle = message.content.mail, handle_of(message.reply_handle)
    answered = provider_message_id(message.reply_to) or handle.id or provider_message_id(message.begun_by)
    subject = head.subject if head is not None and head.subject else _subject(message, answered)
    to = head.to if head is not None and head.to else (handle.to or message.address,)
    return Letter(
        sender=mailbox.sender,
        to=tuple(Address(address) for address in to),
        cc=tuple(Address(address) for address in head.cc) if head is not None else (),
        bcc=tuple(Address(address) for address in head.bcc) if head is not None else (),
        message_id=own_message_id(message.message_id, message.attempt, message.thread_key, mailbox.domain),
        date=message.at,
        subject=subject,
        in_reply_to=answered,
        references=chained((handle.first,) if handle.first else (), answered),
        text=message.text,
        enclosed=tuple(enclosed),
    )


def _subject(message: Outbound, answered: str) -> str:
    title = message.topic.title if message.topic is not None else ""
    return reply_subject(line(title, SUBJECT_MAX)) if answered or title else line(message.text, 60)


async def _enclosed(file: OutFile) -> Enclosed:
    return Enclosed(file.name, file.media_type, await file.whole())


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
