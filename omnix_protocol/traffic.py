"""How a channel account does: what came and went, what waits, and what was given up and may be run again."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from omnix_protocol.base import Query, Value
from omnix_protocol.ids import ChannelAccountId, JobId
from omnix_protocol.reports import PageSize


class AccountTraffic(Value, frozen=True, kw_only=True):
    """Numbers of one account; hours and days are those that end now."""

    channel_account_id: ChannelAccountId
    received_hour: int = 0
    received_day: int = 0
    sent_hour: int = 0  # the provider has them
    sent_day: int = 0
    failed_day: int = 0  # not sent, of those written within the day
    uncertain_day: int = 0  # nobody knows whether they were sent
    waiting: int = 0  # stored and not worked through yet, or accepted and not sent yet
    given_up: int = 0  # on the page of failed ones
    last_received_at: datetime | None = None  # within the last day


class ChannelTrafficAnswer(Value, frozen=True, kw_only=True):
    """Accounts without any of it are left out."""

    accounts: tuple[AccountTraffic, ...] = ()
    at: datetime
    elsewhere: int = 0  # given up, and of no account


class ChannelTraffic(Query, frozen=True, kw_only=True):
    """By an administrator: all accounts of the tenant."""

    answer: ClassVar[type[Struct]] = ChannelTrafficAnswer


class FailedJob(Value, frozen=True, kw_only=True):
    """Something that came in or should go out, and was given up."""

    job_id: JobId
    kind: str  # inbound, send, act, media …
    channel_account_id: ChannelAccountId | None = None
    at: datetime  # when it came, or was to be done
    why: str
    attempts: int = 0
    size: int = 0  # bytes of what came in
    known: str = ""  # the beginning of what came in, as it came


class FailedJobsAnswer(Value, frozen=True, kw_only=True):
    rows: tuple[FailedJob, ...] = ()
    more: bool = False


class FailedJobs(Query, frozen=True, kw_only=True):
    """By an administrator: what was given up, newest first. Audited: it shows what customers wrote."""

    answer: ClassVar[type[Struct]] = FailedJobsAnswer
    audited: ClassVar[bool] = True
    channel_account_id: ChannelAccountId | None = None
    before_id: JobId | None = None
    limit: PageSize = 50


class RunAgain(Value, frozen=True, kw_only=True):
    """POST /v1/failed-jobs/run-again, by an administrator: these, or all of an account, or all.

    What is known already stays as it is: running again is safe.
    """

    job_ids: Annotated[tuple[JobId, ...], Meta(max_length=200)] = ()
    channel_account_id: ChannelAccountId | None = None
    all: bool = False


class RanAgain(Value, frozen=True, kw_only=True):
    """How many of them were there; they are due now."""

    jobs: int
