"""The form for a new job, or for the change of an open one."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

from textual import events, on
from textual.app import ComposeResult
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, TextArea

from phresh_tui.database import about, people
from phresh_tui.market.cleaning import Cleaning, Draft
from phresh_tui.market.errors import BadInput, PhreshError, RequestReused
from phresh_tui.market.price import show_price
from phresh_tui.market.record import PrivateDetails
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.drafts import DraftFile, DraftText
from phresh_tui.tui.job_form import (
    CHECKED,
    FIELD_OF,
    as_others_see_it,
    draft_of,
    private_of,
    start_of,
    typed_of,
)
from phresh_tui.tui.job_sending import Sender, not_sent, public_part
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.screens.calendar import CalendarScreen
from phresh_tui.tui.screens.confirm import Confirm
from phresh_tui.tui.screens.preview import PreviewScreen
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.choice import Choice
from phresh_tui.tui.widgets.field import fitting
from phresh_tui.tui.widgets.job_fields import WHO_SEES, JobFields
from phresh_tui.tui.workers import in_background

PRIVATE = ("address", "access", "phone")


def _texts(details: PrivateDetails) -> tuple[str, str, str]:
    """What stands in those fields."""
    return details.address, details.access_notes, details.phone


class PostScreen(MarketScreen):
    """Everything about a job. What is typed is kept on disk until it was sent or thrown away.

    Args:
        file: where the draft is kept.
        job: an own job that is changed, or that a new one is to be like; None for an empty form.
        again: whether it is a new one like the job.

    """

    HELP_PLACES = (Where.POST,)
    BINDINGS = bindings(Where.POST)
    AUTO_FOCUS = ""

    def __init__(self, file: DraftFile, job: Cleaning | None = None, *, again: bool = False) -> None:
        super().__init__()
        self._file = file
        self.key = file.name
        # the job that is changed
        self._job = None if again else job
        # where the private details are read from
        self._source = job
        self._draft = file.load()
        self._kept = not self._draft.is_empty
        if job is not None and not self._kept:
            self._draft = typed_of(job, self._draft.request, again=again)
        self._sender = Sender(self, file, self._job, None if job is not None else PrivateDetails())
        self._sending = False
        self._gone = False
        self._early: list[str] = []

    def compose(self) -> ComposeResult:
        """The form, from top to bottom."""
        yield TopBar("Post a job" if self._job is None else f"Edit job {self._job.id}")
        yield Label(self._offer(), id="offer", markup=False)
        yield JobFields(self._draft, self.session.market.currency, id="form")
        yield MessageLine()
        yield KeyBar()

    @property
    def fields(self) -> JobFields:
        """What is typed into."""
        return self.query_one(JobFields)

    def on_mount(self) -> None:
        """What was typed before there was a field goes into the first one."""
        name = self.query_one("#name", Input)
        # what Textual scrolls by itself comes late here, and hides the title
        self.set_focus(name, scroll_visible=False)
        for text in self._early:
            name.insert_text_at_cursor(text)
        in_background(self, self._read, "read")

    async def _read(self) -> None:
        """What the form can do without: known areas, and the private details of an earlier job."""
        who = self.query_one("#who-sees", Label)
        if self._source is not None:
            who.update("Private. Reading what is stored …")
        with suppress(PhreshError):
            self.query_one("#area", Input).suggester = SuggestFromList(
                await about.areas(self.session), case_sensitive=False
            )
            if self._source is None:
                return
            found = await self._stored()
            typed = self._typed()
            there = (typed.address, typed.access, typed.phone)
            had_them, self._draft.stored = bool(self._draft.stored), "yes"
            # what was typed meanwhile, or is in the draft, stays, and so does what was emptied there
            for field, typed_text, text in zip(PRIVATE, there, _texts(found), strict=True):
                if not (had_them or typed_text):
                    self.fields.fill(field, text)
            who.update(f"Private. {WHO_SEES}")

    async def _stored(self) -> PrivateDetails:
        """The private details of the earlier job, which from then on are known."""
        assert self._source is not None
        found = await people.private_details(self.session, self._source.id) or PrivateDetails()
        self._sender.saved_private = found if self._job is not None else PrivateDetails()
        return found

    async def _with_stored(self, private: PrivateDetails) -> PrivateDetails:
        """What was sent before the stored details stood in the form does not take the place of those."""
        found = await self._stored()
        return PrivateDetails(*(typed or text for typed, text in zip(_texts(private), _texts(found), strict=True)))

    def on_key(self, event: events.Key) -> None:
        """Keeps what is typed while the form is still being put together.

        The name takes its letters itself; one that comes here while it has the focus was typed before it had.
        """
        if event.key == "down" and isinstance(self.focused, Input) and self.focused.id == "starts":
            event.stop()
            self.action_calendar()
            return
        if not (event.is_printable and event.character):
            return
        if self.focused is None:
            self._early.append(event.character)
            event.stop()
        elif isinstance(self.focused, Input) and self.focused.id == "name":
            self.focused.insert_text_at_cursor(event.character)
            event.stop()

    def _offer(self) -> str:
        sends = "posts" if self._job is None else "saves"
        if self._draft.posted:
            number = self._draft.posted.split()[0]
            return f"Job {number} is posted, its private details are not saved yet. Ctrl+S saves them."
        if self._kept:
            return f"Your draft is here again. Ctrl+S {sends} it, Ctrl+T throws it away."
        enough = "Name, type and price are enough."
        return fitting((f"Tab goes to the next field, Ctrl+S {sends}. {enough}", enough), self.app.size.width - 2)

    @on(events.Resize)
    @on(events.DescendantFocus)
    def _keep_in_sight(self) -> None:
        # the screen's, so that it comes after what Textual scrolls by itself
        self.call_after_refresh(self.fields.show_field)

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
            if public_part(typed) != public_part(self._draft):
                typed.request = str(uuid4())
            self._draft = typed
            self._file.save(typed)

    def keep_typed(self) -> None:
        """On disk, with what it has not heard of yet."""
        self._changed()

    def key_labels(self, action: str) -> tuple[str, ...]:
        """In a word where there is little room; a change is saved."""
        if action == "send" and self._job is not None:
            return ("Save",)
        return ("Back, draft kept", "Back") if action == "back" else super().key_labels(action)

    def _typed(self) -> DraftText:
        return self.fields.typed(self._draft)

    # --- sending

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it is being sent, the form waits; before there is a field, letters are no commands."""
        if self.focused is None and action in ("quit", "help"):
            return False
        return not (self._sending and action in ("send", "discard", "preview", "calendar"))

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    def action_calendar(self) -> None:
        """Picks the day of the start; the time stays, and is 9:00 when there is none."""
        try:
            start = start_of(self._typed())
        except BadInput:
            start = None
        day, clock = (start.date(), f"{start:%H:%M}") if start is not None else (date.today(), "09:00")

        def chosen(picked: date | None) -> None:
            if picked is not None:
                self.fields.fill("starts", f"{picked.isoformat()} {clock}")
                self.query_one("#starts", Input).focus()

        self.app.push_screen(CalendarScreen(day), chosen)

    def action_preview(self) -> None:
        """Shows the job as others will see it."""
        if not self.fields.all_right():
            return
        typed = self._typed()

        def seen(send: bool | None) -> None:
            if send:
                self.action_send()

        sends = "posts it" if self._job is None else "saves it"
        job = as_others_see_it(typed, self.session.handle)
        self.app.push_screen(PreviewScreen(job, private_of(typed), sends), seen)

    def action_send(self) -> None:
        """Checks everything, goes to the first field that is wrong, or sends."""
        if self._sending or self._gone or not self.fields.all_right():
            return
        typed = self._typed()
        self._sending = True
        self.refresh_bindings()
        self._tell("Sending …")
        request = UUID(self._draft.request)
        had_them = self._source is None or bool(typed.stored)
        send = partial(self._send, draft_of(typed), private_of(typed), request, had_them=had_them)
        in_background(self, send, "move")

    def _tell(self, text: str) -> None:
        self.query_one("#offer", Label).update(text)
        # which may have taken room from the form
        self.call_after_refresh(self.fields.show_field)

    async def _send(self, draft: Draft, private: PrivateDetails, request: UUID, *, had_them: bool) -> None:
        number = 0
        try:
            if not had_them:
                private = await self._with_stored(private)
            elif self._sender.saved_private is None:
                await self._stored()
            number = await self._sender.send_public(self._draft, draft, request)
            await self._sender.send_private(self._draft, number, private, request)
        except BadInput as error:
            field = FIELD_OF.get(error.field, error.field)
            self._tell(not_sent(number, "A field needs another look."))
            if field in CHECKED:
                self.fields.say(field, str(error), wrong=True)
                self.fields.correct(field)
            else:
                self._tell(not_sent(number, str(error)))
        except RequestReused:
            self._draft.request = str(uuid4())
            self._tell("Not sent: this draft was sent before. Press Ctrl+S once more to send it as a new one.")
        except PhreshError as error:
            self._tell(not_sent(number, f"Nothing is lost. {visible(str(error))}"))
        else:
            self._sent(number, draft.price)
        finally:
            self._sending = False
            if self.is_attached:
                self.refresh_bindings()

    def _sent(self, number: int, price: Decimal) -> None:
        self._gone = self.fields.is_over = True
        self._file.forget()
        name = visible(self._draft.name)
        shown = show_price(price, self.session.market.currency)
        done = f"“{name}” is {'posted' if self._job is None else 'changed'}, at {shown} per hour."
        # not from here: this task ends with the screen that it belongs to
        self.phresh.call_later(self.phresh.show_posted, number, done, is_new=self._job is None)

    def action_back(self) -> None:
        """Leaves the form; the draft stays on disk."""
        if self.app.screen is not self:
            return
        # another form for the same job may be opened before this one hears of its last letters
        self.keep_typed()
        self.app.pop_screen()
        if self._job is None and not self._draft.is_empty and not self._gone:
            self.phresh.tell("Your draft is kept. The same key offers it again.")

    def action_discard(self) -> None:
        """Asks, when something was typed, and forgets the draft."""
        if self.app.screen is not self:
            return
        if self._draft.is_empty or not self._file.is_there:
            self._discard()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._discard()

        before, name = ("Throw away what you typed for “", visible(self._draft.name or "a job without a name"))
        self.app.push_screen(Confirm(before, name, "”?"), answered)

    def _discard(self) -> None:
        self._gone = self.fields.is_over = True
        self._file.forget()
        self.app.pop_screen()
        self.phresh.tell("The draft is thrown away." if self._job is None else "Nothing was changed.")

    def action_quit(self) -> None:
        """Leaves the program; the draft stays on disk."""
        self.app.exit(0)
