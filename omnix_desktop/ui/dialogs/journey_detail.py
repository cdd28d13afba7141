"""The whole story of one past interaction, to be read (S0.52 DETAIL)."""

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.customers import journey_detail
from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.story import ShownStory, WorkLine, answered_story, known_story
from omnix_desktop.models.why import sentence
from omnix_desktop.ui.delegates.thread_entry import painted
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.labels import Label, Snug
from omnix_desktop.ui.widgets.progress import ProgressLine
from omnix_desktop.ui.widgets.structure import Card
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_protocol.errors import Refused
from omnix_protocol.ids import InteractionId


class JourneyDetailDialog(Dialog):
    """What is here at once, the whole as soon as the server has answered."""

    def __init__(self, commands: Commands, interaction_id: InteractionId, parent: QWidget) -> None:
        super().__init__(
            tr("journey.detail"), primary=tr("shell.close"), cancel="", sentence=" ", width=620, parent=parent
        )
        self.setObjectName("journey_detail")
        self.cancel_button.hide()
        self._place = commands.place
        self._id = interaction_id
        self._progress = ProgressLine()
        self._notice = Banner("", "soon")
        self._notice.setObjectName("journey_detail_notice")
        self.bubbles = BubbleThread()
        self.bubbles.setObjectName("journey_detail_thread")
        self.bubbles.setAccessibleName(tr("conversation.thread"))
        self.bubbles.setMinimumHeight(340)
        self.work = QVBoxLayout()
        self.work.setSpacing(Space.S)
        for part in (self._progress, self._notice, self.bubbles):
            self.body.addWidget(part)
        self.body.addWidget(self._work_area())
        known = known_story(self._place.desk.source, self._place.desk.catalogue, interaction_id)
        if known is not None:
            self._show(known)
        offline = self._place.desk.status.offline()
        self._progress.setVisible(offline is None)
        if offline is None:
            commands.start(self._ask(), "journey detail")
        else:
            self._notice.show_sentence(tr("journey.detail_offline" if known else "journey.detail_nothing"), "soon")

    async def _ask(self) -> None:
        answer = await journey_detail(self._place, self._id)
        if not isValid(self):
            return  # closed meanwhile
        self._progress.hide()
        if isinstance(answer, Refused):
            self._notice.show_sentence(sentence(answer), "bad")
        else:
            self._show(answered_story(self._place.desk.catalogue, answer))

    def _show(self, story: ShownStory) -> None:
        self.set_words(story.title, story.sentence)
        self.bubbles.set_items([painted(item) for item in story.items])
        while (item := self.work.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for line in story.work:
            self.work.addWidget(WorkCard(line))
        self._area.setVisible(bool(story.work))

    def _work_area(self) -> QWidget:
        inside = QWidget()
        inside.setLayout(self.work)
        self.work.setContentsMargins(0, 0, Space.S, 0)
        self._area = QScrollArea()
        self._area.setObjectName("journey_detail_work")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setMaximumHeight(190)
        self._area.setMinimumHeight(96)
        self._area.setWidget(inside)
        self._area.hide()
        return self._area


class WorkCard(Card):
    """A case or ticket with its remark."""

    def __init__(self, line: WorkLine) -> None:
        super().__init__()
        self.column.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(Label(line.title, "body_strong", wrap=True), 1)
        self.column.addLayout(head)
        for words, role, colour in ((line.detail, "small", "muted"), (line.remark, "body", "text")):
            inside = Snug()
            row = QVBoxLayout(inside)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(Label(words, role, colour, wrap=True, selectable=True))
            self.column.addWidget(inside)
        self.setAccessibleName(f"{line.title}, {line.detail}")
