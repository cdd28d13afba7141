"""What administrators do with channel accounts: add, edit, test, pause, and run again what was given up."""

from omnix_desktop.actions.base import action, first_refusal
from omnix_desktop.actions.conditions import administers, online
from omnix_desktop.actions.place import Place
from omnix_desktop.models.channel_form import ChannelForm
from omnix_protocol.channel_setup import ChannelRoute, Probed, ProbeSettings
from omnix_protocol.channels import AddChannelAccount, ChannelAccount, EditChannelAccount, ServeChannel
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId, JobId, SecretId
from omnix_protocol.traffic import (
    ChannelTraffic,
    ChannelTrafficAnswer,
    FailedJobs,
    FailedJobsAnswer,
    RanAgain,
    RunAgain,
)


@action("channels.manage", icon="router", enabled_when=first_refusal(administers, online))
def manage(place: Place) -> None:
    place.screen.open_dialog("channels")


async def traffic(place: Place) -> ChannelTrafficAnswer | Refused:
    return await place.ports.ask.ask(ChannelTraffic(), ChannelTrafficAnswer)


async def set_active(place: Place, account: ChannelAccount, active: bool) -> Refused | None:
    command = EditChannelAccount(
        channel_account_id=ChannelAccountId(account.id), base_version=account.version, active=active
    )
    return (await place.ports.run.now(command)).refused


async def probe_account(place: Place, account_id: ChannelAccountId) -> Probed | Refused:
    return await place.ports.channels.probe(account_id)


async def probe_form(place: Place, form: ChannelForm) -> Probed | Refused:
    """What stands in the form, before it is saved."""
    stored: SecretId | None = None
    if form.secrets():
        put = await place.ports.channels.store_secret(form.secrets(), None)
        if isinstance(put, Refused):
            return put
        stored = put
    asked = ProbeSettings(
        kind=form.kind,
        settings=form.settings(),
        secret_id=stored,
        channel_account_id=ChannelAccountId(form.account.id) if form.account else None,
    )
    return await place.ports.channels.probe_settings(asked)


async def save_form(place: Place, form: ChannelForm) -> ChannelRoute | Refused:
    """Adds or edits the account; where it is reached. Asked again after a refusal, it goes on from there."""
    secret_id: SecretId | None = None
    if form.secrets():
        put = await place.ports.channels.store_secret(form.secrets(), form.account.secret_id if form.account else None)
        if isinstance(put, Refused):
            return put
        secret_id = put
    if form.account is None:
        refused = await _add(place, form, secret_id)
    else:
        refused = await _edit(place, form, secret_id, _base(place, form.account))
    return refused or await place.ports.channels.route(form.account_id)


async def _edit(place: Place, form: ChannelForm, secret_id: SecretId | None, base_version: int) -> Refused | None:
    command = EditChannelAccount(
        channel_account_id=form.account_id,
        base_version=base_version,
        name=form.name,
        settings=form.settings(),
        secret_id=secret_id,
        address=form.address,
    )
    return (await place.ports.run.now(command)).refused


def _base(place: Place, account: ChannelAccount) -> int:
    """A fault that came meanwhile, or a pause, does not contradict what is edited."""
    facts = place.desk.catalogue.account(ChannelAccountId(account.id))
    if facts is None:
        return account.version
    now = facts.account
    same = (now.name, now.settings, now.secret_id) == (account.name, account.settings, account.secret_id)
    return now.version if same else account.version


async def _add(place: Place, form: ChannelForm, secret_id: SecretId | None) -> Refused | None:
    adding = AddChannelAccount(
        channel_account_id=form.account_id,
        kind=form.kind,
        name=form.name,
        address=form.address,
        settings=form.settings(),
        secret_id=secret_id,
    )
    refused = (await place.ports.run.now(adding)).refused
    if refused is not None and refused.reason is Reason.ALREADY_EXISTS:
        refused = await _correct(place, form, secret_id)
    if refused is not None:
        return refused
    serving = ServeChannel(queue_id=form.queue_id, channel_account_id=form.account_id, group_id=form.group_id)
    refused = (await place.ports.run.now(serving)).refused
    return None if refused is not None and refused.reason is Reason.ALREADY_EXISTS else refused


async def _correct(place: Place, form: ChannelForm, secret_id: SecretId | None) -> Refused | None:
    """The answer to an earlier try was lost, the account is there: what stands in the form now is written over it."""
    refused = await _edit(place, form, secret_id, base_version=1)
    if refused is not None and refused.reason is Reason.VERSION_CONFLICT:
        refused = await _edit(place, form, secret_id, int(refused.args.get("version", 1)))
    return refused


async def failed_page(
    place: Place, account_id: ChannelAccountId | None, before_id: JobId | None
) -> FailedJobsAnswer | Refused:
    asked = FailedJobs(channel_account_id=account_id, before_id=before_id)
    return await place.ports.ask.ask(asked, FailedJobsAnswer)


async def run_again(place: Place, job_id: JobId) -> RanAgain | Refused:
    return await place.ports.channels.run_again(RunAgain(job_ids=(job_id,)))


async def run_all_again(place: Place, account_id: ChannelAccountId | None) -> RanAgain | Refused:
    """All of this account; without one, all."""
    asked = RunAgain(channel_account_id=account_id) if account_id else RunAgain(all=True)
    return await place.ports.channels.run_again(asked)
