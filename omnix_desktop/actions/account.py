"""The signed-in person: connection, sign out, quit."""

from omnix_desktop.actions.base import action
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr


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
