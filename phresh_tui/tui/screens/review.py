"""A review of the other side of a confirmed job."""

from __future__ import annotations

from uuid import UUID

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Label, Static, TextArea

from phresh_tui.database import people
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, check_line, check_text
from phresh_tui.market.errors import BadInput
from phresh_tui.market.record import ASPECTS
from phresh_tui.market.text import visible
from phresh_tui.tui.moves import Step
from phresh_tui.tui.screens.dialog import MoveDialog


class Stars(Widget, can_focus=True):
    """One to five stars, by the keys 1 to 5, or none by 0."""

    DEFAULT_CSS = """
    Stars { height: 1; width: 100%; background: $boost; padding: 0 1; }
    Stars:focus { background: $primary 30%; }
    """
    BINDINGS = [
        *(Binding(str(number), f"give({number})", show=False) for number in range(6)),
        Binding("right,l", "step(1)", show=False),
        Binding("left,h", "step(-1)", show=False),
        Binding("down,j,enter", "app.focus_next", show=False),
        Binding("up,k", "app.focus_previous", show=False),
    ]

    given: reactive[int] = reactive(0)
    """How many, or 0 for none."""

    def __init__(self, aspect: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._aspect = aspect

    def action_give(self, number: int) -> None:
        """So many stars."""
        self.given = number

    def action_step(self, by: int) -> None:
        """One more or less."""
        self.given = min(max(self.given + by, 0), 5)

    def render(self) -> RenderResult:
        """``overall  ★★★★☆ 4``."""
        number = str(self.given) if self.given else "1 to 5" if self._aspect == "overall" else "1 to 5, or none"
        return Content.assemble(
            f"{self._aspect:<16}", ("★" * self.given + "☆" * (5 - self.given), "bold"), f"  {number}"
        )


class ReviewDialog(MoveDialog):
    """Stars, and if one likes, of each aspect, a headline and a comment."""

    TITLE_TEXT = "Review"
    SENDS = "writes it"

    def __init__(self, job: Cleaning, about: str) -> None:
        super().__init__(job)
        self._about = about

    def fields(self) -> ComposeResult:
        """The stars first."""
        yield Static(
            Content.assemble(
                "How was it with ", (f"@{self._about}", "bold"), f"? “{visible(self.job.name)}”, for both to see "
            )
            + Content("when both have written, or after 14 days.")
        )
        for aspect in ASPECTS:
            yield Stars(aspect, id=aspect)
        yield Label("Headline, if you like", classes="field")
        yield Input(id="headline", compact=True)
        yield Label("Comment, if you like", classes="field")
        yield TextArea(id="comment", tab_behavior="focus", compact=True)

    def typed(self) -> dict[str, str]:
        """The stars too."""
        return super().typed() | {str(stars.id): str(stars.given or "") for stars in self.query(Stars)}

    def _fill(self, texts: dict[str, str]) -> None:
        super()._fill(texts)
        for stars in self.query(Stars):
            stars.given = int(texts.get(str(stars.id)) or 0)

    def step(self) -> Step:
        """The review as it stands."""
        job, about = self.job, self._about
        stars = {str(box.id): box.given for box in self.query(Stars) if box.given}
        if "overall" not in stars:
            raise BadInput("the overall stars are missing", "", "Press 1 to 5", field="overall")
        headline = check_line(self.query_one("#headline", Input).value, "headline", 120)
        comment = check_text(self.query_one("#comment", TextArea).text, "comment", 5000)

        async def send(session: Session, request: UUID) -> None:
            await people.review(session, request, job.id, stars, headline, comment)

        return Step(job, "The review", send, f"Your review of @{about} is written.", "Not written")
