"""A member: who they are, what others say of them, and which jobs we have had together."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from phresh_tui.database import people
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import NotAMember, PhreshError
from phresh_tui.market.export import JOB_FIELDS, REVIEW_FIELDS, job_record, review_record
from phresh_tui.market.price import show_price
from phresh_tui.market.record import ASPECTS, AspectStars, Profile, Review
from phresh_tui.market.text import visible, visible_paragraphs
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export, counted, of_records
from phresh_tui.tui.screens.menu import Item
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.columns import state_of
from phresh_tui.tui.workers import read_again


def stars(number: float) -> str:
    """One to five stars, to the nearest: ``★★★★☆``."""
    full = int(number + 0.5)
    return "★" * full + "☆" * (5 - full)


class ProfileScreen(Narrowed):
    """One page that scrolls."""

    HELP_PLACES = (Where.PROFILE, Where.PLACES)
    BINDINGS = [*bindings(Where.PROFILE), *bindings(Where.PLACES)]
    AUTO_FOCUS = "#page"
    LIST = "#page"

    def __init__(self, handle: str) -> None:
        super().__init__()
        self.key = handle
        self._profile: Profile | None = None
        self._reviews: list[Review] = []
        self._together: list[Cleaning] = []

    def compose(self) -> ComposeResult:
        """One text."""
        yield TopBar("Profile")
        yield self.narrow_line()
        with VerticalScroll(id="page"):
            yield Static(id="profile", markup=False)
        yield MessageLine()
        yield KeyBar()

    @property
    def is_mine(self) -> bool:
        """Whether it is the member's own."""
        return self.key == self.session.handle

    def on_mount(self) -> None:
        """Reads it."""
        self.query_one("#profile", Static).update(
            Content.assemble((f"@{self.key}", "bold $text-accent"), ("  reading …", "$text-muted"))
        )
        self.look_again()

    def look_again(self) -> None:
        """Reads it again."""
        read_again(self, self._read, "read")

    async def _read(self) -> None:
        try:
            profile = await people.profile(self.session, self.key)
            reviews = await people.reviews_of(self.session, self.key)
            together = [] if self.is_mine else await people.jobs_together(self.session, self.key)
        except NotAMember:
            self.query_one("#profile", Static).update(Content(f"There is no member @{self.key}. Esc goes back."))
            return
        except PhreshError as error:
            self.phresh.tell_error(error)
            return
        self._profile, self._reviews, self._together = profile, reviews, together
        self.query_one("#profile", Static).update(self._content(profile))
        self.refresh_bindings()

    # --- drawing

    def narrowed(self) -> None:
        """Shows only the reviews, and the jobs together, with the typed words."""
        if self._profile is not None:
            self.query_one("#profile", Static).update(self._content(self._profile))

    def _content(self, profile: Profile) -> Content:
        if self.narrow_text:
            # what stands above the reviews steps aside
            together = [] if self.is_mine else self._together_lines()
            return Content.assemble(*self._review_lines(profile), *together)
        parts: list[tuple[str, str]] = []
        name = visible(profile.name)
        parts.append((f"{name}  " if name else "", "bold"))
        parts.append((f"@{profile.handle}", "bold $text-accent"))
        parts.append((f"  member since {profile.member_since.astimezone():%d %b %Y}\n", "$text-muted"))
        rate = "" if profile.completion_rate is None else f" · {profile.completion_rate:.0%} completed"
        missed = "" if not profile.no_shows else f" · {profile.no_shows} did not come"
        done = f"{profile.jobs_done} job{'' if profile.jobs_done == 1 else 's'} done"
        parts.append((f"{done}{rate}{missed}\n", ""))
        for label, value in (("Works in", profile.areas), ("Phone", profile.phone), ("Email", profile.email)):
            if value:
                parts += [(f"{label}  ", "$text-muted"), (f"{visible(value)}\n", "")]
        if profile.bio:
            parts.append((f"\n{visible_paragraphs(profile.bio)}\n", ""))
        elif self.is_mine:
            parts += [
                ("\nSay something about yourself: ", "$text-muted"),
                ("e", "bold"),
                (" changes it.\n", "$text-muted"),
            ]
        parts.append(("\nStars\n", "bold $text-accent"))
        parts += _star_chart(profile.stars)
        parts += self._review_lines(profile)
        if not self.is_mine:
            parts += self._together_lines()
        return Content.assemble(*parts)

    def _review_lines(self, profile: Profile) -> list[tuple[str, str]]:
        parts = [("\nReviews", "bold $text-accent"), (f"  {profile.reviews}\n", "$text-muted")]
        if not self._reviews:
            parts.append(
                (
                    "Nobody has reviewed them yet.\n" if not self.is_mine else "Nobody has reviewed you yet.\n",
                    "$text-muted",
                )
            )
        quiet = "$text-muted"
        for review in self._reviews:
            if not self.is_wanted(review.headline, review.comment, f"@{review.author}"):
                continue
            given = "did not come" if review.no_show else stars(review.stars["overall"])
            parts += [
                (f"{given} ", "$text-warning"), (visible(review.headline), "bold"),
                (f"  @{review.author}, {review.written_at.astimezone():%d %b %Y}, job {review.cleaning_id}\n", quiet),
            ]  # fmt: skip
            if review.comment:
                parts.append((f"{visible_paragraphs(review.comment)}\n", ""))
        return parts

    def _together_lines(self) -> list[tuple[str, str]]:
        me, currency = self.session.handle, self.session.market.currency
        parts = [("\nJobs together", "bold $text-accent"), (f"  {len(self._together)}\n", "$text-muted")]
        if not self._together:
            parts.append(("None yet.\n", "$text-muted"))
        for job in self._together:
            if not self.is_wanted(job.name, state_of(job, me)):
                continue
            pays = job.total if job.total is not None else job.agreed_price or job.price
            unit = "" if job.total is not None else "/h"
            who = "for you" if job.owner == me else "for them"
            parts += [
                (f"{job.status.sign} ", ""), (visible(job.name), ""),
                (f"  {who}, {state_of(job, me)}, {show_price(pays, currency)}{unit}\n", "$text-muted"),
            ]  # fmt: skip
        return parts

    def copyable(self) -> list[Item]:
        """The member."""
        from phresh_tui.tui.copying import copies_of_record

        profile = self._profile
        if profile is None:
            return []
        line = f"@{profile.handle}{f', {profile.name}' if profile.name else ''}, {profile.jobs_done} jobs done"
        record = {"handle": profile.handle, "name": profile.name, "bio": profile.bio, "areas": profile.areas}
        return copies_of_record("handle", profile.handle, line, record)

    def exports(self) -> list[Export]:
        """What others say of the member, and the jobs that we have had together."""
        currency = self.session.market.currency
        reviews = [review_record(review) for review in self._reviews]
        together = [job_record(job, currency) for job in self._together]
        found = [
            of_records(
                f"reviews-{self.key}", f"{counted(len(reviews), 'review')} of @{self.key}", REVIEW_FIELDS, reviews
            )
        ]
        if not self.is_mine:
            what = f"{counted(len(together), 'job')} together"
            found.append(of_records(f"jobs-with-{self.key}", what, JOB_FIELDS, together))
        return found

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if action == "edit_profile":
            return self.is_mounted and self.is_mine and self._profile is not None
        if action == "profile":
            return not (self.is_mounted and self.is_mine)
        return super().check_action(action, parameters)

    def action_scroll_down_line(self) -> None:
        """One line further."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_scroll_up_line(self) -> None:
        """One line back."""
        self.query_one(VerticalScroll).scroll_up(animate=False)

    def action_edit_profile(self) -> None:
        """Opens the form."""
        from phresh_tui.tui.screens.profile_form import EditProfile

        if self._profile is not None:
            self.app.push_screen(EditProfile(self._profile))


def _star_chart(found: dict[str, AspectStars]) -> list[tuple[str, str]]:
    """A line for each aspect: its average, and how many gave five to one stars as bars."""
    parts: list[tuple[str, str]] = []
    for aspect in ASPECTS:
        rated = found[aspect]
        parts.append((f"{aspect:<16}", "$text-muted"))
        if rated.average is None:
            parts.append(("not rated yet\n", "$text-muted"))
            continue
        most = max(rated.counts)
        parts += [(stars(float(rated.average)), "$text-warning"), (f" {rated.average:.2f}   ", "bold")]
        for number in range(5, 0, -1):
            count = rated.counts[number - 1]
            bar = "▁▂▃▄▅▆▇█"[max(round(count / most * 8) - 1, 0)] if count else " "
            parts += [(f"{number}★ ", "$text-muted"), (bar, "$text-warning"), (f" {count:<4}", "")]
        parts.append(("\n", ""))
    return parts
