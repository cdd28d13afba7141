"""Adding or editing a channel account: its fields, a test before it is saved, and where providers send to."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.channels import probe_form, save_form
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_form import ChannelForm
from omnix_desktop.models.probe_words import probe_words
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.dialogs.channel_address import ChannelAddress
from omnix_desktop.ui.dialogs.channel_fields import ChannelFields
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_protocol.channel_setup import ChannelRoute
from omnix_protocol.channels import Channel, ChannelAccount
from omnix_protocol.errors import Reason, Refused

HEIGHT = 380


class ChannelSetupDialog(Dialog):
    """First the fields, then, for a new account that gets webhooks, its address."""

    def __init__(
        self,
        place: Place,
        parent: QWidget,
        channel: Channel,
        account: ChannelAccount | None = None,
        tasks: Tasks | None = None,
    ) -> None:
        editing = account is not None
        super().__init__(
            tr("channel_admin.edit_title", name=account.name)
            if account
            else tr("channel_admin.add_title", channel=channel.name),
            primary=tr("channel_admin.save"),
            cancel=tr("shell.cancel"),
            sentence=tr("channel_admin.edit_sentence" if editing else "channel_admin.add_sentence"),
            width=560,
            parent=parent,
        )
        self.setObjectName("channel_setup_dialog")
        self._place, self._tasks = place, tasks or Tasks("channel setup")
        self.form = ChannelForm(channel, account)
        self._typed = self._saved = self._busy = False
        self._fields = ChannelFields(self.form, place.desk.catalogue.groups())
        self._fields.changed.connect(self._changed)
        self._fields.submitted.connect(self.submit)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setMinimumHeight(HEIGHT)
        self._area.setWidget(self._fields)
        self._tested = Banner("")
        self._tested.setObjectName("channel_tested")
        self._test = Button(tr("channel_admin.test"), "plain", icon="activity")
        self._test.setObjectName("channel_test")
        self._test.clicked.connect(self._ask_test)
        self.extra.addWidget(self._test)
        self._address = ChannelAddress()
        self._address.hide()
        for part in (self._area, self._tested, self._address):
            self.body.addWidget(part)
        place.desk.status.linked.connect(self._tell)
        self._tell()
        self._fields.focus_first()

    def submit(self) -> None:
        if self._saved:
            self.accept()
            return
        if self._busy or not self.primary_button.isEnabled():
            return
        wrong = self.form.wrong()
        self._fields.show_wrong(wrong)
        if not wrong:
            self._work(self._save(), "save channel")

    def reject(self) -> None:
        """What was typed is not thrown away without a question."""
        if self._saved or not self._typed:
            super().reject()
        else:
            self._tasks.start(self._leave(), "leave channel setup")

    async def _leave(self) -> None:
        words = tr("channel_admin.leave_title"), tr("channel_admin.leave_sure"), tr("channel_admin.leave")
        if await self._place.screen.confirm(*words) and isValid(self):
            super().reject()

    def _ask_test(self) -> None:
        wrong = self.form.wrong_settings()
        self._fields.show_wrong(wrong)
        if not wrong and not self._busy:
            self._tested.show_sentence(tr("channel_admin.testing"), "info")
            self._work(self._probe(), "test channel")

    async def _probe(self) -> None:
        answer = await probe_form(self._place, self.form)
        if self._back():
            self._tested.show_sentence(*probe_words(answer))

    async def _save(self) -> None:
        answer = await save_form(self._place, self.form)
        if not self._back():
            return
        if isinstance(answer, Refused):
            self._refused(answer)
        else:
            self._show_saved(answer)

    def _refused(self, refused: Refused) -> None:
        field = str(refused.args.get("field", ""))
        if refused.reason is Reason.INVALID_FIELD and self._fields.knows(field):
            self._fields.show_wrong({field: tr("channel_admin.not_taken", detail=refused.args.get("detail", ""))})
        else:
            self.set_problem(sentence(refused))

    def _show_saved(self, route: ChannelRoute) -> None:
        self._saved = True
        if self.form.account is not None or not (route.webhook or route.page):
            self._place.screen.tell(tr("channel_admin.saved", name=self.form.name), "good")
            self.accept()
            return
        title = tr("channel_admin.added_title", name=self.form.name)
        self.set_words(title, tr("channel_admin.added_webhook" if route.webhook else "channel_admin.added_page"))
        self.set_problem("")
        for part in (self._area, self._tested, self._test, self.cancel_button):
            part.hide()
        self._address.show_address(route.webhook or route.page)
        self.primary_button.set_text(tr("shell.close"))
        self.adjustSize()

    def _work(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._busy = True
        self.set_problem("")
        self._tell()
        self._tasks.start(work, name)

    def _back(self) -> bool:
        """After an answer; False where the dialog was closed meanwhile."""
        if not isValid(self):
            return False
        self._busy = False
        self._tell()
        return True

    def _changed(self) -> None:
        self._typed = True
        self._tested.show_sentence("")

    def _tell(self) -> None:
        why = self._place.desk.status.offline()
        ready = why is None and not self._busy
        for button in (self.primary_button, self._test):
            button.setEnabled(ready)
            button.setToolTip(str(why) if why else "")
