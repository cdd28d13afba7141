"""How the program looks: panels, size of the letters, theme, language, help."""

from omnix_desktop.actions.base import action
from omnix_desktop.actions.conditions import supervises
from omnix_desktop.actions.place import Place


@action("view.palette", icon="command", shortcut="Ctrl+K", in_palette=False)
def palette(place: Place) -> None:
    place.screen.open_dialog("palette")


@action("view.shortcuts", icon="keyboard", shortcut="Ctrl+/")
def shortcuts(place: Place) -> None:
    place.screen.open_dialog("shortcuts")


@action("view.help", icon="circle-help", shortcut="F1", in_palette=False)
def help_(place: Place) -> None:
    place.screen.open_dialog("shortcuts")


@action("view.unsent", icon="cloud-off", shortcut="Ctrl+Shift+U")
def unsent(place: Place) -> None:
    """What the server does not have yet."""
    place.screen.open_dialog("unsent")


@action("view.channels", icon="inbox", shortcut="Alt+1")
def channels(place: Place) -> None:
    place.screen.show_panel("channels")


@action("view.interactions", icon="messages-square", shortcut="Alt+2")
def interactions(place: Place) -> None:
    place.screen.show_panel("interactions")


@action("view.conversation", icon="message-square-text", shortcut="Alt+3")
def conversation(place: Place) -> None:
    place.screen.show_panel("conversation")


@action("view.customer", icon="user-round", shortcut="Alt+4")
def customer(place: Place) -> None:
    place.screen.show_panel("customer")


@action("view.wallboard", icon="chart-column", shortcut="Ctrl+Shift+W", enabled_when=supervises)
def wallboard(place: Place) -> None:
    place.screen.open_window("wallboard")


@action("view.zoom_in", icon="zoom-in", shortcut="Ctrl++")
def zoom_in(place: Place) -> None:
    place.screen.zoom(1)


@action("view.zoom_out", icon="zoom-out", shortcut="Ctrl+-")
def zoom_out(place: Place) -> None:
    place.screen.zoom(-1)


@action("view.zoom_reset", icon="search", shortcut="Ctrl+0")
def zoom_reset(place: Place) -> None:
    place.screen.zoom(0)


@action("view.restart", icon="rotate-ccw")
def restart(place: Place) -> None:
    """What Qt reads once, the size, is in force then."""
    place.screen.restart()


@action("view.theme_light", icon="sun")
def theme_light(place: Place) -> None:
    place.screen.set_theme("light")


@action("view.theme_dark", icon="moon")
def theme_dark(place: Place) -> None:
    place.screen.set_theme("dark")


@action("view.theme_system", icon="monitor")
def theme_system(place: Place) -> None:
    place.screen.set_theme("system")


@action("view.language_id", icon="languages")
def language_id(place: Place) -> None:
    place.screen.set_language("id")


@action("view.language_en", icon="languages")
def language_en(place: Place) -> None:
    place.screen.set_language("en")


@action("view.reset_layout", icon="layout-grid")
def reset_layout(place: Place) -> None:
    place.screen.reset_layout()
