"""The signed-in person: whether they take work, connection, devices, password, sign out, quit."""

from omnix_desktop.actions.base import action
from omnix_desktop.actions.conditions import online
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.why import sentence
from omnix_protocol.ids import AuxCodeId
from omnix_protocol.people import PresenceState, SetPresence


@action("account.menu", icon="circle-user", shortcut="Ctrl+Shift+A")
def menu(place: Place) -> None:
    """Where the reasons for being away are, by keyboard too."""
    place.screen.open_dialog("account")


@action("account.ready", icon="user-check", enabled_when=online)
async def be_ready(place: Place) -> None:
    await _be(place, SetPresence(state=PresenceState.ONLINE), tr("account.now_ready"))


async def be_away(place: Place, aux_code_id: AuxCodeId | None) -> None:
    """With one of the tenant's reasons, where it has any."""
    name = next((code.name for code in place.desk.availability.codes() if code.id == aux_code_id), "")
    words = tr("account.now_away_because", name=name) if name else tr("account.now_away")
    await _be(place, SetPresence(state=PresenceState.AUX, aux_code_id=aux_code_id), words)


async def _be(place: Place, command: SetPresence, words: str) -> None:
    outcome = await place.ports.run.now(command)
    if outcome.refused is not None:
        place.screen.tell(sentence(outcome.refused), "soon")
    else:
        place.screen.tell(words, "good")


@action("account.sessions", icon="smartphone", enabled_when=online)
def sessions(place: Place) -> None:
    place.screen.open_dialog("sessions")


@action("account.change_password", icon="key-round", enabled_when=online)
def change_password(place: Place) -> None:
    place.screen.open_dialog("change_password")


@action("account.connect_now", icon="refresh-cw")
def connect_now(place: Place) -> None:
    """Do not wait for the next attempt."""
    place.ports.link.try_now()


@action("account.sign_out", icon="log-out")
async def sign_out(place: Place) -> None:
    """Asks first where something has not reached the server."""
    place.desk.composers.flush()
    waiting = len(place.desk.status.unsent())
    question = tr("account.sign_out_unsent", n=waiting) if waiting else tr("account.sign_out_plain")
    if await place.screen.confirm(tr("account.sign_out_title"), question, tr("actions.account.sign_out")):
        await place.ports.account.sign_out()


@action("account.quit", icon="power", shortcut="Ctrl+Q")
def quit_(place: Place) -> None:
    place.screen.quit()
