"""The fields of a job, which say beside them what is wrong, or what was understood."""

from __future__ import annotations

from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Label, TextArea

from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.errors import BadInput
from phresh_tui.market.text import visible
from phresh_tui.tui.drafts import DraftText
from phresh_tui.tui.job_form import CHECKED, understood
from phresh_tui.tui.widgets.choice import Choice
from phresh_tui.tui.widgets.field import Field, fill

BOOKINGS = {Booking.INSTANTLY: "the first who claims it", Booking.BY_OFFER: "by offer: I choose"}
WHO_SEES = "Seen by you alone, and by whoever has the job from then on until it is confirmed."


class JobFields(VerticalScroll, can_focus=False):
    """Everything about a job, from top to bottom.

    Args:
        draft: what stands in the fields at first.
        currency: of the market.

    """

    is_over = False
    """Whether it was sent or thrown away: nothing is checked any more."""

    def __init__(self, draft: DraftText, currency: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draft = draft
        self._currency = currency

    def compose(self) -> ComposeResult:
        """A title, a field, and a line for what is said of it."""
        draft = self._draft
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

    def _line(self, title: str, field: str, text: str, *examples: str) -> ComposeResult:
        yield Label(title, classes="field")
        yield Field(text, *examples, id=field)
        yield Label("", id=f"{field}-message", classes="message", markup=False)

    def _text(self, title: str, field: str, text: str) -> ComposeResult:
        yield Label(title, classes="field")
        yield TextArea(text, id=field, tab_behavior="focus", compact=True)
        yield Label("", id=f"{field}-message", classes="message", markup=False)

    def on_mount(self) -> None:
        """Says what it understands of what is there already."""
        for field in ("price", "starts", "hours"):
            self.check(field, quietly=True)

    def typed(self, draft: DraftText) -> DraftText:
        """A draft with what stands in the fields."""
        texts = {box.id: box.value for box in self.query(Input)} | {box.id: box.text for box in self.query(TextArea)}
        return replace(
            draft,
            cleaning_type=list(CleaningType)[self.query_one("#type", Choice).index].value,
            booking=list(Booking)[self.query_one("#booking", Choice).index].value,
            **{field: texts[field] for field in CHECKED},
        )

    def fill(self, field: str, text: str) -> None:
        """Stands a text in a field."""
        fill(self.query_one(f"#{field}"), text)

    # --- checks

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        if event.widget.id in CHECKED and not self.is_over:
            self.check(event.widget.id)

    def show_field(self) -> None:
        """Scrolls so far that the title of the field in focus is seen as well, and what is said of it."""
        field, fields = self.screen.focused, list(self.children)
        if field in fields:
            at = fields.index(field)
            near = [fields[max(at - 1, 0)], field, fields[min(at + 1, len(fields) - 1)]]
            region = near[0].virtual_region.union(near[1].virtual_region).union(near[2].virtual_region)
            self.scroll_to_region(region, animate=False, immediate=True, force=True, x_axis=False)

    @on(Input.Changed, "#price, #starts, #hours")
    def _being_typed(self, event: Input.Changed) -> None:
        if self.is_mounted:
            self.check(str(event.input.id), quietly=True)
            if event.input.id == "price":
                self.check("hours", quietly=True)

    def check(self, field: str, *, quietly: bool = False) -> bool:
        """Checks one field and says beside it what is wrong, or what was understood.

        Args:
            field: one of `CHECKED`.
            quietly: whether a field that is still being typed is not called wrong yet.

        """
        try:
            text = understood(field, self.typed(self._draft), self._currency)
        except BadInput as error:
            self.say(field, "" if quietly else str(error), wrong=True)
            return False
        self.say(field, text, wrong=False)
        return True

    def say(self, field: str, text: str, *, wrong: bool) -> None:
        """A line below a field."""
        message = self.query_one(f"#{field}-message", Label)
        message.update(("✗ " if wrong and text else "") + visible(text))
        message.set_class(wrong, "-wrong")

    def all_right(self) -> bool:
        """Checks everything, and goes to the first field that is wrong."""
        wrong = [field for field in CHECKED if not self.check(field)]
        if wrong:
            self.correct(wrong[0])
        return not wrong

    def correct(self, field: str) -> None:
        """Goes to a field that is wrong; what stands in it is not selected, so that no key wipes it out."""
        box = self.query_one(f"#{field}")
        box.focus()
        if isinstance(box, Input):
            self.call_after_refresh(box.action_end)
