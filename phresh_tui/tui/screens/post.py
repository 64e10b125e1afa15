"""The form for a new job, or for the change of an open one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, TextArea

from phresh_tui.database import about, people
from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType, Draft
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
    understood,
)
from phresh_tui.tui.job_sending import Sender, not_sent, public_part
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.screens.calendar import CalendarScreen
from phresh_tui.tui.screens.confirm import Confirm
from phresh_tui.tui.screens.preview import PreviewScreen
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.choice import Choice
from phresh_tui.tui.widgets.field import Field

PRIVATE = ("address", "access", "phone")
BOOKINGS = {Booking.INSTANTLY: "the first who claims it", Booking.BY_OFFER: "by offer: I choose"}
WHO_SEES = "Seen by you alone, and by whoever has the job from then on until it is confirmed."


class PostScreen(MarketScreen):
    """Everything about a job. What is typed is kept on disk until it was sent or thrown away.

    Args:
        file: where the draft is kept.
        job: an own job that is changed, or that a new one is to be like; None for an empty form.
        again: whether it is a new one like the job.

    """

    HELP_PLACES = (Where.POST,)
    BINDINGS = bindings(Where.POST)
    AUTO_FOCUS = "#name"

    def __init__(self, file: DraftFile, job: Cleaning | None = None, *, again: bool = False) -> None:
        super().__init__()
        self._file = file
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
        draft = self._draft
        yield TopBar("Post a job" if self._job is None else f"Edit job {self._job.id}")
        yield Label(self._offer(), id="offer", markup=False)
        with VerticalScroll(id="form", can_focus=False):
            yield from self._line("Name", "name", draft.name, "Wash the windows of a small flat", "Wash the windows")
            yield from self._text("Description", "description", draft.description)
            yield Label("Type", classes="field")
            kinds = list(CleaningType)
            chosen = kinds.index(CleaningType(draft.cleaning_type)) if draft.cleaning_type in kinds else 1
            yield Choice([kind.label for kind in kinds], chosen, id="type")
            yield Label("", classes="message")
            yield from self._line("Price per hour", "price", draft.price, "20 or 20.50")
            yield from self._line(
                "Area, as everybody may know",
                "area",
                draft.area,
                "a part of town; → takes what is suggested",
                "a part of town",
            )
            yield from self._line(
                "Start",
                "starts",
                draft.starts,
                "tomorrow 9:00, mon 14:30, 2026-12-01 09:00; ↓ calendar",
                "tomorrow 9:00, mon 14:30; ↓ calendar",
                "tomorrow 9:00; ↓ calendar",
            )
            yield from self._line("Hours, about", "hours", draft.hours, "2 or 2.75")
            yield Label("Who gets it", classes="field")
            ways = list(Booking)
            way = ways.index(Booking(draft.booking)) if draft.booking in ways else 0
            yield Choice(list(BOOKINGS.values()), way, id="booking")
            yield Label("", classes="message")
            yield Label(f"Private. {WHO_SEES}", id="who-sees", markup=False)
            yield from self._line("Address", "address", draft.address, "street, number, floor")
            yield from self._text("How to come in", "access", draft.access)
            yield from self._line("Phone", "phone", draft.phone, "for questions on the day")
        yield MessageLine()
        yield KeyBar()

    def _line(self, title: str, field: str, text: str, *examples: str) -> ComposeResult:
        yield Label(title, classes="field")
        yield Field(text, *examples, id=field)
        yield Label("", id=f"{field}-message", classes="message", markup=False)

    def _text(self, title: str, field: str, text: str) -> ComposeResult:
        yield Label(title, classes="field")
        yield TextArea(text, id=field, tab_behavior="focus", compact=True)
        yield Label("", id=f"{field}-message", classes="message", markup=False)

    def on_mount(self) -> None:
        """What was typed before there was a field goes into the first one."""
        name = self.query_one("#name", Input)
        self.set_focus(name)
        for text in self._early:
            name.insert_text_at_cursor(text)
        for field in ("price", "starts", "hours"):
            self._check(field, quietly=True)
        self.run_worker(self._read(), group="read", exit_on_error=False)

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
            found = await people.private_details(self.session, self._source.id) or PrivateDetails()
            self._sender.saved_private = found if self._job is not None else PrivateDetails()
            typed = self._typed()
            # what was typed meanwhile, or is in the draft, stays
            if not self._kept and not (typed.address or typed.access or typed.phone):
                for field, text in zip(PRIVATE, (found.address, found.access_notes, found.phone), strict=True):
                    self._fill(field, text)
            who.update(f"Private. {WHO_SEES}")

    def _fill(self, field: str, text: str) -> None:
        box = self.query_one(f"#{field}")
        if isinstance(box, Input):
            box.value = text
        elif isinstance(box, TextArea):
            box.text = text

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
        return f"Tab goes to the next field, Ctrl+S {sends}. Name, type and price are enough."

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

    def _typed(self) -> DraftText:
        texts = {box.id: box.value for box in self.query(Input)} | {box.id: box.text for box in self.query(TextArea)}
        return replace(
            self._draft,
            cleaning_type=list(CleaningType)[self.query_one("#type", Choice).index].value,
            booking=list(Booking)[self.query_one("#booking", Choice).index].value,
            **{field: texts[field] for field in CHECKED},
        )

    def key_labels(self, action: str) -> tuple[str, ...]:
        """In a word where there is little room."""
        return ("Back, draft kept", "Back") if action == "back" else super().key_labels(action)

    def on_resize(self) -> None:
        """The field in focus stays in sight."""
        self.call_after_refresh(self._show_field)

    # --- checks

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        if event.widget.id in CHECKED and not self._gone:
            self._check(event.widget.id)

    @on(events.DescendantFocus)
    def _entered(self) -> None:
        self.call_after_refresh(self._show_field)

    def _show_field(self) -> None:
        """Scrolls so far that the title of the field in focus is seen as well, and what is said of it."""
        form, field = self.query_one("#form"), self.focused
        fields = list(form.children)
        if field in fields:
            at = fields.index(field)
            near = [fields[max(at - 1, 0)], field, fields[min(at + 1, len(fields) - 1)]]
            region = near[0].virtual_region.union(near[1].virtual_region).union(near[2].virtual_region)
            form.scroll_to_region(region, animate=False, immediate=True, force=True, x_axis=False)

    @on(Input.Changed, "#price, #starts, #hours")
    def _being_typed(self, event: Input.Changed) -> None:
        if self.is_mounted:
            self._check(str(event.input.id), quietly=True)
            if event.input.id == "price":
                self._check("hours", quietly=True)

    def _check(self, field: str, *, quietly: bool = False) -> bool:
        """Checks one field and says beside it what is wrong, or what was understood.

        Args:
            field: one of `CHECKED`.
            quietly: whether a field that is still being typed is not called wrong yet.

        """
        try:
            text = understood(field, self._typed(), self.session.market.currency)
        except BadInput as error:
            self._say(field, "" if quietly else str(error), wrong=True)
            return False
        self._say(field, text, wrong=False)
        return True

    def _say(self, field: str, text: str, *, wrong: bool) -> None:
        message = self.query_one(f"#{field}-message", Label)
        message.update(("✗ " if wrong and text else "") + visible(text))
        message.set_class(wrong, "-wrong")

    def _all_right(self) -> bool:
        """Checks everything, and goes to the first field that is wrong."""
        wrong = [field for field in CHECKED if not self._check(field)]
        if wrong:
            self._correct(wrong[0])
        return not wrong

    def _correct(self, field: str) -> None:
        """Goes to a field that is wrong; what stands in it is not selected, so that no key wipes it out."""
        box = self.query_one(f"#{field}")
        box.focus()
        if isinstance(box, Input):
            self.call_after_refresh(box.action_end)

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
                self._fill("starts", f"{picked.isoformat()} {clock}")
                self.query_one("#starts", Input).focus()

        self.app.push_screen(CalendarScreen(day), chosen)

    def action_preview(self) -> None:
        """Shows the job as others will see it."""
        if not self._all_right():
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
        if self._sending or self._gone or not self._all_right():
            return
        typed = self._typed()
        self._sending = True
        self.refresh_bindings()
        self._tell("Sending …")
        request = UUID(self._draft.request)
        self.run_worker(self._send(draft_of(typed), private_of(typed), request), group="move", exit_on_error=False)

    def _tell(self, text: str) -> None:
        self.query_one("#offer", Label).update(text)
        # which may have taken room from the form
        self.call_after_refresh(self._show_field)

    async def _send(self, draft: Draft, private: PrivateDetails, request: UUID) -> None:
        number = 0
        try:
            number = await self._sender.send_public(self._draft, draft, request)
            await self._sender.send_private(self._draft, number, private, request)
        except BadInput as error:
            field = FIELD_OF.get(error.field, error.field)
            self._tell(not_sent(number, "A field needs another look."))
            if field in CHECKED:
                self._say(field, str(error), wrong=True)
                self._correct(field)
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
        self._gone = True
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
        self._gone = True
        self._file.forget()
        self.app.pop_screen()
        self.phresh.tell("The draft is thrown away." if self._job is None else "Nothing was changed.")

    def action_quit(self) -> None:
        """Leaves the program; the draft stays on disk."""
        self.app.exit(0)
