"""The form for a new job, or for the change of an open one."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Label, TextArea

from phresh_tui.database import cleanings
from phresh_tui.market.cleaning import Cleaning, CleaningType, Draft, check_description, check_name
from phresh_tui.market.errors import BadInput, PhreshError, RequestReused
from phresh_tui.market.price import parse_price, show_price
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.memory import DraftFile, DraftText
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.bars import KeyBar, TopBar
from phresh_tui.tui.widgets.choice import Choice

FIELDS = {"name": "#name", "description": "#description", "cleaning_type": "#type", "price": "#price"}


class PostScreen(MarketScreen):
    """Name, description, type and price. What is typed is kept on disk until it was sent or thrown away.

    Args:
        job: the open job that is changed, or None for a new one.

    """

    HELP_PLACES = (Where.POST,)
    BINDINGS = bindings(Where.POST)
    AUTO_FOCUS = "#name"

    def __init__(self, file: DraftFile, job: Cleaning | None = None) -> None:
        super().__init__()
        self._file = file
        self._job = job
        self._draft = file.load()
        self._kept = not self._draft.is_empty
        if job is not None and not self._kept:
            self._draft = DraftText(
                self._draft.request, job.name, job.description or "", str(job.cleaning_type), f"{job.price:.2f}"
            )
        self._sending = False
        self._gone = False
        self._early: list[str] = []

    def compose(self) -> ComposeResult:
        """The form, from top to bottom."""
        draft = self._draft
        yield TopBar("Post a job" if self._job is None else f"Edit job {self._job.id}")
        with VerticalScroll(id="form", can_focus=False):
            yield Label(self._offer(), id="offer", markup=False)
            yield Label("Name", classes="field")
            yield Input(draft.name, id="name", placeholder="Wash the windows of a small flat", compact=True)
            yield Label("", id="name-message", classes="message", markup=False)
            yield Label("Description", classes="field")
            yield TextArea(draft.description, id="description", tab_behavior="focus", compact=True)
            yield Label("", id="description-message", classes="message", markup=False)
            yield Label("Type", classes="field")
            kinds = list(CleaningType)
            chosen = kinds.index(CleaningType(draft.cleaning_type)) if draft.cleaning_type in kinds else 1
            yield Choice([kind.label for kind in kinds], chosen, id="type")
            yield Label("", classes="message")
            yield Label("Price per hour", classes="field")
            yield Input(draft.price, id="price", placeholder="20 or 20.50", compact=True)
            yield Label("", id="price-message", classes="message", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """What was typed before there was a field goes into the first one."""
        name = self.query_one("#name", Input)
        self.set_focus(name)
        for text in self._early:
            name.insert_text_at_cursor(text)

    def on_key(self, event: events.Key) -> None:
        """Keeps what is typed while the form is still being put together.

        The name takes its letters itself; one that comes here while it has the focus was typed before it had.
        """
        if not (event.is_printable and event.character):
            return
        if self.focused is None:
            self._early.append(event.character)
            event.stop()
        elif isinstance(self.focused, Input) and self.focused.id == "name":
            self.focused.insert_text_at_cursor(event.character)
            event.stop()

    def _offer(self) -> str:
        if self._kept:
            return "Your draft is here again. Ctrl+S posts it, Ctrl+T throws it away."
        if self._job is None:
            return "Tab goes to the next field, Ctrl+S posts."
        return "Tab goes to the next field, Ctrl+S saves."

    # --- the draft

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Choice.Changed)
    def _changed(self) -> None:
        if self._gone or not self.is_mounted:
            return
        typed = self._typed()
        if typed != self._draft:
            # another text is another request; the same text sent again is the same
            typed.request = str(uuid4())
            self._draft = typed
            self._file.save(typed)

    def _typed(self) -> DraftText:
        return DraftText(
            request=self._draft.request,
            name=self.query_one("#name", Input).value,
            description=self.query_one(TextArea).text,
            cleaning_type=list(CleaningType)[self.query_one(Choice).index].value,
            price=self.query_one("#price", Input).value,
        )

    # --- checks

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        if event.widget.id in ("name", "description", "price") and not self._gone:
            self._check(event.widget.id)

    @on(Input.Changed, "#price")
    def _price_typed(self) -> None:
        if self.is_mounted:
            self._check("price", quietly=True)

    def _check(self, field: str, *, quietly: bool = False) -> bool:
        """Checks one field and says beside it what is wrong, or what was understood.

        Args:
            field: name, description or price.
            quietly: whether a field that is still being typed is not called wrong yet.

        """
        typed = self._typed()
        try:
            if field == "name":
                check_name(typed.name)
                text = ""
            elif field == "description":
                check_description(typed.description)
                text = ""
            else:
                text = f"= {show_price(parse_price(typed.price), self.session.market.currency)} per hour"
        except BadInput as error:
            self._say(field, "" if quietly else str(error), wrong=True)
            return False
        self._say(field, text, wrong=False)
        return True

    def _say(self, field: str, text: str, *, wrong: bool) -> None:
        message = self.query_one(f"#{field}-message", Label)
        message.update(("✗ " if wrong and text else "") + visible(text))
        message.set_class(wrong, "-wrong")

    # --- sending

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it is being sent, the form waits; before there is a field, letters are no commands."""
        if self.focused is None and action in ("quit", "help"):
            return False
        return not (self._sending and action in ("send", "discard"))

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    def action_send(self) -> None:
        """Checks everything, goes to the first field that is wrong, or sends."""
        wrong = [field for field in ("name", "description", "price") if not self._check(field)]
        if wrong:
            self.query_one(FIELDS[wrong[0]]).focus()
            return
        typed = self._typed()
        draft = Draft(
            typed.name, typed.description or None, CleaningType(typed.cleaning_type), parse_price(typed.price)
        )
        self._sending = True
        self.refresh_bindings()
        self._tell("Sending …")
        self.run_worker(self._send(draft, UUID(self._draft.request)), group="move", exit_on_error=False)

    def _tell(self, text: str) -> None:
        self.query_one("#offer", Label).update(text)

    async def _send(self, draft: Draft, request: UUID) -> None:
        session, job = self.session, self._job

        async def send(_: UUID) -> int:
            if job is None:
                return await cleanings.post(session, request, draft)
            await cleanings.edit(session, request, job.id, draft)
            return job.id

        try:
            number = await self.phresh.moves.make("The job" if job is None else "The change", send)
        except BadInput as error:
            self._tell("Not sent: a field needs another look.")
            if error.field in FIELDS:
                self._say(error.field if error.field != "cleaning_type" else "price", str(error), wrong=True)
                self.query_one(FIELDS[error.field]).focus()
            else:
                self._tell(f"Not sent. {error}")
        except RequestReused:
            self._draft.request = str(uuid4())
            self._tell("Not sent: this draft was sent before. Press Ctrl+S once more to send it as a new one.")
        except PhreshError as error:
            self._tell(f"Not sent, and nothing is lost. {visible(str(error))}")
        else:
            self._sent(number, draft.price)
        finally:
            self._sending = False
            if self.is_attached:
                self.refresh_bindings()

    def _sent(self, number: int, price: Decimal) -> None:
        self._gone = True
        self._file.forget()
        name = visible(self._draft.name)
        shown = show_price(price, self.session.market.currency)
        self.phresh.tell(f"“{name}” is {'posted' if self._job is None else 'changed'}, at {shown} per hour.")
        # not from here: this task ends with the screen that it belongs to
        self.phresh.call_later(self.phresh.show_posted, number, is_new=self._job is None)

    def action_back(self) -> None:
        """Leaves the form; the draft stays on disk."""
        self.app.pop_screen()
        if self._job is None and not self._draft.is_empty:
            self.phresh.tell("Your draft is kept. n offers it again.")

    def action_discard(self) -> None:
        """Empties the form and forgets the draft."""
        self._gone = True
        self._file.forget()
        self.app.pop_screen()
        self.phresh.tell("The draft is thrown away." if self._job is None else "Nothing was changed.")

    def action_quit(self) -> None:
        """Leaves the program; the draft stays on disk."""
        self.app.exit(0)
