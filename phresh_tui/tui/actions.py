"""Everything that can be done from the keyboard, each written once.

This table feeds the bindings of the screens, the footer, the help and the command palette.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from textual.binding import Binding, BindingType


class Where(StrEnum):
    """The places in which actions work."""

    PROGRAM = "the program"
    EVERYWHERE = "everywhere"
    SIGN_IN = "sign-in"
    LIST = "list"
    MARKS = "marks"
    MENU = "menu"
    READ = "text"
    BROWSE = "browse"
    MINE = "my jobs"
    POST = "post"
    OFFERS = "offers"
    HISTORY = "history"
    REVIEW = "review"
    AGENDA = "agenda"
    INBOX = "inbox"
    PROFILE = "profile"
    MARKET = "market"
    PLACES = "from place to place"


class Action(NamedTuple):
    """One thing that can be done.

    Attributes:
        id: never changes; Textual's action is this name with underscores.
        where: the screen, or the list on any screen.
        keys: as Textual names them, separated by commas; the first is shown.
        label: one or two words for the footer.
        help: a sentence for the help and the palette.
        footer: its place in the footer from the left, or 0 to leave it out.
        priority: whether it is done before the key reaches what is in focus, so that what is typed right after it goes
            to what it opens.

    """

    id: str
    where: Where
    keys: str
    label: str
    help: str
    footer: int = 0
    priority: bool = False

    @property
    def method(self) -> str:
        """The name of Textual's action."""
        return self.id.replace("-", "_")

    @property
    def binding_id(self) -> str:
        """Its name in the member's file of preferences: ``browse.claim``."""
        return f"{self.where.name.lower()}.{self.id}"

    @property
    def binding(self) -> Binding:
        """For a screen's or a widget's BINDINGS."""
        return Binding(
            self.keys,
            self.method,
            self.label,
            show=bool(self.footer),
            tooltip=self.help,
            id=self.binding_id,
            priority=self.priority,
        )


ACTIONS = (
    # --- in a list of jobs
    Action("cursor-down", Where.LIST, "j,down", "Down", "Next job"),
    Action("cursor-up", Where.LIST, "k,up", "Up", "Previous job"),
    Action("cursor-page-down", Where.LIST, "pagedown,ctrl+f,ctrl+d", "Page down", "One screen further"),
    Action("cursor-page-up", Where.LIST, "pageup,ctrl+b,ctrl+u", "Page up", "One screen back"),
    Action("cursor-top", Where.LIST, "home", "Top", "First job"),
    Action("cursor-end", Where.LIST, "G,end", "End", "Last job"),
    # --- in a list of jobs that several can be moved in
    Action("toggle-mark", Where.MARKS, "space", "Mark", "Mark the job, or take its mark away, and go on"),
    Action("mark-range", Where.MARKS, "V", "Mark up to here", "Mark all from the last mark to the cursor"),
    # --- in a menu, and in every other short list
    Action("cursor-down", Where.MENU, "j,down", "Down", "Next line"),
    Action("cursor-up", Where.MENU, "k,up", "Up", "Line before"),
    Action("page-down", Where.MENU, "pagedown,ctrl+f,ctrl+d", "Page down", "One screen further"),
    Action("page-up", Where.MENU, "pageup,ctrl+b,ctrl+u", "Page up", "One screen back"),
    Action("first", Where.MENU, "g,home", "Top", "First line"),
    Action("last", Where.MENU, "G,end", "End", "Last line"),
    Action("narrow", Where.MENU, "slash", "Search", "Show only what has the typed words"),
    # --- in a text to read
    Action("scroll-down", Where.READ, "j,down", "Down", "A line further"),
    Action("scroll-up", Where.READ, "k,up", "Up", "A line back"),
    Action("page-down", Where.READ, "pagedown,ctrl+f,ctrl+d,space", "Page down", "One screen further"),
    Action("page-up", Where.READ, "pageup,ctrl+b,ctrl+u", "Page up", "One screen back"),
    Action("scroll-home", Where.READ, "g,home", "Top", "To the beginning"),
    Action("scroll-end", Where.READ, "G,end", "End", "To the end"),
    # --- the open jobs
    Action(
        "claim",
        Where.BROWSE,
        "c",
        "Claim",
        "Claim the selected job at the price shown, or all that are marked",
        1,
        priority=True,
    ),
    Action("offer", Where.BROWSE, "o", "Offer", "Make an offer on the selected job, or change it", 1, priority=True),
    Action("withdraw", Where.BROWSE, "w", "Withdraw", "Take your offer on the selected job back", 1, priority=True),
    Action("history", Where.BROWSE, "t", "History", "What happened to the job, as a timeline", priority=True),
    Action("undo", Where.BROWSE, "u", "Undo", "Take your last move back, within five minutes", 2, priority=True),
    Action(
        "search",
        Where.BROWSE,
        "slash",
        "Search",
        "Find jobs by words, type, price, area, start, member",
        3,
        priority=True,
    ),
    Action("clear", Where.BROWSE, "escape", "Clear", "Drop the marks, or the search and the filter", 4),
    Action("post", Where.BROWSE, "n", "Post", "Post a request to have something cleaned", 5, priority=True),
    Action(
        "filter",
        Where.BROWSE,
        "f",
        "Filter",
        "A form for the search: type, price, area, start, booking, member",
        6,
        priority=True,
    ),
    Action("sort", Where.BROWSE, "s", "Sort", "Choose the order: time, start, price, name, area", 7, priority=True),
    Action(
        "go-to",
        Where.BROWSE,
        "g",
        "Go to",
        "Go to a day, a price or a letter; gg is the top, gG the letter g",
        priority=True,
    ),
    Action("section", Where.BROWSE, "1,2,3,4,5,6,7,8,9,0", "Section", "Your own sections by number; 0 shows all jobs"),
    Action(
        "as-typed",
        Where.BROWSE,
        "exclamation_mark",
        "As typed",
        "Look for what was typed, not for what it was like",
        4,
        priority=True,
    ),
    Action("show-new", Where.BROWSE, "full_stop", "New", "Show the new jobs above", 4, priority=True),
    Action("mine", Where.BROWSE, "m", "My jobs", "What you have posted and claimed", 8, priority=True),
    Action("cancel-job", Where.BROWSE, "X", "Cancel job", "Take your job, or those that are marked, back", 3),
    Action("focus-detail", Where.BROWSE, "enter", "Read", "Go into the description, to scroll it"),
    Action("samples", Where.BROWSE, "S", "Samples", "Fill an empty market with 200 sample jobs", 9),
    Action("refresh", Where.BROWSE, "r,f5", "Refresh", "Look again now"),
    # --- my jobs
    Action("offers", Where.MINE, "o", "Offers", "Compare the offers on your job; on another's, make yours", 1),
    Action("withdraw", Where.MINE, "w", "Withdraw", "Take your offer on the selected job back", 2),
    Action("finish", Where.MINE, "f", "Finish", "Say that the job is done, and how many hours it took", 1),
    Action("confirm", Where.MINE, "c", "Confirm", "Confirm that your job is done, or all that are marked", 1),
    Action("send-back", Where.MINE, "b", "Send back", "Send a job back that is not done well, with a reason", 2),
    Action("review", Where.MINE, "v", "Review", "Give the other side stars and words", 1),
    Action(
        "no-show",
        Where.MINE,
        "exclamation_mark",
        "No-show",
        "Report that the cleaner gave it back too late, or did not come",
        3,
    ),
    Action("edit", Where.MINE, "e", "Edit", "Change your open job", 3),
    Action("release", Where.MINE, "R", "Release", "Open a claimed job again, or all that are marked", 4),
    Action("cancel-job", Where.MINE, "X", "Cancel job", "Take your job, or those that are marked, back", 4),
    Action("undo", Where.MINE, "u", "Undo", "Take your last move back, within five minutes", 2),
    Action("history", Where.MINE, "t", "History", "What happened to the job, as a timeline", 6),
    Action(
        "private-details",
        Where.MINE,
        "p",
        "Private",
        "Change address, access notes and phone, also of a claimed job",
        6,
    ),
    Action("post-again", Where.MINE, "N", "Post again", "A new job like this one, private details too", 7),
    Action("other-tab", Where.MINE, "tab,right,l", "Other list", "Between what is under way, posted and claimed", 5),
    Action("tab-before", Where.MINE, "left,h", "List before", "The same, the other way round"),
    Action("narrow", Where.MINE, "slash", "Search", "Find jobs by words, type, price, area, start", 5, priority=True),
    Action("post", Where.MINE, "n", "Post", "Post a request to have something cleaned", 6),
    Action("focus-detail", Where.MINE, "enter", "Read", "Go into the description, to scroll it"),
    Action("refresh", Where.MINE, "r,f5", "Refresh", "Look again now"),
    Action("back", Where.MINE, "escape,m", "Browse", "Drop the marks, or back to the open jobs", 7),
    # --- the offers on a job
    Action("accept", Where.OFFERS, "a", "Accept", "Give your job to whoever made the offer under the cursor", 1),
    Action("decline", Where.OFFERS, "d", "Decline", "Say no to the offer under the cursor", 2),
    Action("undo", Where.OFFERS, "u", "Undo", "Take your last move back, within five minutes", 3),
    Action("focus-detail", Where.OFFERS, "enter", "Read", "Go into the message, to scroll it"),
    Action("narrow", Where.OFFERS, "slash", "Search", "Show only what has the typed words", 4, priority=True),
    Action("back", Where.OFFERS, "escape,o", "My jobs", "Back to my jobs", 7),
    # --- what happened to a job
    Action("narrow", Where.HISTORY, "slash", "Search", "Show only what has the typed words", 1, priority=True),
    Action("back", Where.HISTORY, "escape,t", "Back", "Back to where it was opened", 7),
    # --- from place to place
    Action("agenda", Where.PLACES, "A", "Agenda", "The week: what you have claimed, by day", 30),
    Action("inbox", Where.PLACES, "I", "Inbox", "What others did that concerns you", 31),
    Action("profile", Where.PLACES, "P", "Profile", "What others see of you", 32),
    Action("market", Where.PLACES, "M", "Market", "Prices, areas, how fast jobs go, what you have earned", 33),
    # --- the agenda
    Action("previous-week", Where.AGENDA, "h,left", "Week before", "The week before", 1),
    Action("next-week", Where.AGENDA, "l,right", "Week after", "The week after", 2),
    Action("this-week", Where.AGENDA, "t", "Today", "Back to this week", 3),
    Action("open-job", Where.AGENDA, "enter", "Open", "Go to the selected job", 4, priority=True),
    Action("narrow", Where.AGENDA, "slash", "Search", "Show only what has the typed words", 5, priority=True),
    Action("refresh", Where.AGENDA, "r,f5", "Refresh", "Look again now"),
    Action("back", Where.AGENDA, "escape", "Back", "Back to where you were", 6),
    # --- the inbox
    Action("open-job", Where.INBOX, "enter", "Open", "Go to the job; it counts as read then", 1, priority=True),
    Action("toggle-read", Where.INBOX, "d", "Read/unread", "Mark as read or unread, and go on", 2),
    Action("read-all", Where.INBOX, "a", "All read", "Mark all as read", 3),
    Action("toggle-unread", Where.INBOX, "v", "Only unread", "Show all, or only what is unread", 4),
    Action("undo", Where.INBOX, "u", "Undo", "Take your last move or mark back", 5),
    Action("narrow", Where.INBOX, "slash", "Search", "Show only what has the typed words", 5, priority=True),
    Action("refresh", Where.INBOX, "r,f5", "Refresh", "Look again now"),
    Action("back", Where.INBOX, "escape", "Back", "Back to where you were", 6),
    # --- a profile
    Action("edit-profile", Where.PROFILE, "e", "Edit", "Change what others see of you", 1),
    Action("scroll-down-line", Where.PROFILE, "j", "Down", "Further down"),
    Action("scroll-up-line", Where.PROFILE, "k", "Up", "Further up"),
    Action("narrow", Where.PROFILE, "slash", "Search", "Show only what has the typed words", 2, priority=True),
    Action("refresh", Where.PROFILE, "r,f5", "Refresh", "Look again now"),
    Action("back", Where.PROFILE, "escape", "Back", "Back to where you were", 6),
    # --- the market
    Action("previous-panel", Where.MARKET, "h,left", "Chart before", "The chart to the left", 1),
    Action("next-panel", Where.MARKET, "l,right", "Next chart", "The chart to the right", 2),
    Action("next-type", Where.MARKET, "t", "Type", "All types of cleaning, or one of them", 3),
    Action("narrow", Where.MARKET, "slash", "Search", "Show only areas with the typed words", 4, priority=True),
    Action("refresh", Where.MARKET, "r,f5", "Refresh", "Look again now", 5),
    Action("back", Where.MARKET, "escape", "Back", "Back to where you were", 6),
    # --- the form
    Action("send", Where.POST, "ctrl+s", "Post", "Post the job, or save the change", 1),
    Action("preview", Where.POST, "ctrl+l", "Preview", "Show the job as others will see it", 2, priority=True),
    Action("calendar", Where.POST, "ctrl+g", "Calendar", "Pick the day of the start from a month", 5, priority=True),
    Action("back", Where.POST, "escape", "Back, draft kept", "Leave the form; what you typed is offered again", 3),
    Action("discard", Where.POST, "ctrl+t", "Throw away", "Empty the form and forget the draft", 4),
    # --- signing in
    Action("skip", Where.SIGN_IN, "escape", "Skip", "Go on under the name of your account on this computer", 1),
    Action("new-here", Where.SIGN_IN, "ctrl+n", "I am new here", "Switch between signing in and signing up", 2),
    # --- everywhere
    Action("help", Where.EVERYWHERE, "question_mark,f1", "Help", "What can be done here, and with which key", 20),
    Action("quit", Where.EVERYWHERE, "q", "Quit", "Leave phresh", 21),
    Action("copy", Where.EVERYWHERE, "y", "Copy", "Copy what is selected: number, name, a line, JSON"),
    Action(
        "export", Where.EVERYWHERE, "x", "Export", "Write what is listed, or marked, into a file: CSV, JSON, Markdown"
    ),
    Action("next-field", Where.EVERYWHERE, "tab", "Next field", "To the next field or list", priority=True),
    Action("previous-field", Where.EVERYWHERE, "shift+tab", "Previous field", "To the field before", priority=True),
    # --- over every screen; those with Ctrl over every dialog and from text fields too
    Action(
        "command-palette", Where.PROGRAM, "colon,ctrl+p", "Find", "Find anything: what can be done, jobs, members", 19
    ),
    Action("jump", Where.PROGRAM, "ctrl+o", "Jump", "Label everything on the screen with letters, and go to one"),
    Action(
        "editor", Where.PROGRAM, "ctrl+e", "Editor", "Write a long text in your own editor ($EDITOR)", priority=True
    ),
    Action(
        "suspend-process", Where.PROGRAM, "ctrl+z", "Suspend", "Back to the shell, but for a field; fg there goes on"
    ),
    Action("leave", Where.PROGRAM, "ctrl+q", "Quit", "Leave phresh, also from a field", 22, priority=True),
)

# the places whose lists of jobs can be marked in
WITH_MARKS = {Where.BROWSE, Where.MINE, Where.LIST}
# what a screen may hold: its keys work together with those of the screen
PARTS = {Where.LIST, Where.MENU, Where.READ}
# the places without a list of jobs
WITHOUT_LIST = {Where.POST, Where.SIGN_IN, Where.REVIEW, Where.PROFILE}
# the places that one goes to by a capital letter, from each other
OPEN_TO_PLACES = {Where.BROWSE, Where.MINE, Where.AGENDA, Where.INBOX, Where.PROFILE, Where.MARKET, Where.LIST}


def bindings(*places: Where) -> list[BindingType]:
    """The bindings of a screen or a widget."""
    return [action.binding for action in ACTIONS if action.where in places]


def meet(first: Where, second: Where) -> bool:
    """Whether keys of both places may work at the same time."""
    both = {first, second}
    if first is second or {Where.EVERYWHERE, Where.PROGRAM} & both:
        return True
    if Where.PLACES in both:
        return bool((OPEN_TO_PLACES | {Where.MARKS}) & both)
    if Where.MARKS in both:
        return bool(WITH_MARKS & both)
    # only one of the parts is in focus
    return len(PARTS & both) == 1 and not (Where.LIST in both and WITHOUT_LIST & both)


def actions_in(*places: Where) -> list[Action]:
    """The actions that work in some places, in the order of the table."""
    return [action for action in ACTIONS if action.where in places]


def order_in_footer(binding_id: str | None) -> int:
    """Where a binding stands in the footer, from the left."""
    # the keys of a field that is typed into have no id: they come first
    return _FOOTER.get(binding_id, 50) if binding_id else 0


_FOOTER: dict[str, int] = {action.binding_id: action.footer for action in ACTIONS}
