"""What is in force above the open jobs, in words: how many there are, in which order, and what they are like."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from phresh_tui.market.price import show_price
from phresh_tui.market.search import MYSELF, Filter
from phresh_tui.market.text import visible
from phresh_tui.market.when import show_when
from phresh_tui.tui.new_jobs import MANY_NEW
from phresh_tui.tui.widgets.job_list import JobList


def how_many(jobs: JobList) -> str:
    """How many open jobs there are, as far as it is known."""
    if jobs.total is None:
        # counting takes longer than reading the first page
        return f"{jobs.read:,}+ open jobs"
    number = jobs.total.number
    return f"{'' if jobs.total.exact else 'about '}{number:,} open {'job' if number == 1 else 'jobs'}"


def in_force(jobs: JobList, currency: str, width: int, *, instead_of: str = "", waiting: bool = False) -> Content:
    """The line above the list; what there is no room for is counted.

    Args:
        jobs: the list.
        currency: of the market.
        width: cells.
        instead_of: the words that nothing has, when others were looked for.
        waiting: whether the list takes longer than a moment.

    """
    parts: list[tuple[str, str]] = []
    if not jobs.is_loaded:
        parts.append(("Looking for jobs …", "$text-muted"))
    elif waiting:
        parts.append(("searching …", "bold $text-warning"))
    else:
        parts.append((how_many(jobs), "bold"))
    if jobs.new_above:
        many = "+" if jobs.new_above >= MANY_NEW else ""
        parts.append((f" · {jobs.new_above}{many} new: .", "bold $text-success"))
    if jobs.marks.words:
        parts.append((f" · {jobs.marks.words}", "bold $text-warning"))
    if instead_of:
        found = visible(jobs.listing.wanted.text.strip())
        words = f" · nothing with “{instead_of}”; showing “{found}”, ! keeps what you typed"
        parts.append((words, "bold $text-warning"))
    parts.append((f" · {jobs.listing.sort.label}", ""))
    wanted = filter_words(jobs.listing.wanted, currency)
    room = width - sum(cell_len(text) for text, _ in parts)
    shown = next((number for number in range(len(wanted), 0, -1) if _needed(wanted, number) <= room), 0)
    parts += [(f" · {text}", "$text-accent") for text in wanted[:shown]]
    if shown < len(wanted):
        parts.append((f" · +{len(wanted) - shown} more: f", "bold $text-accent"))
    return Content.assemble(*parts)


def _needed(words: list[str], number: int) -> int:
    """Cells for so many words, and for how many more there are."""
    more = len(f" · +{len(words) - number} more: f") if number < len(words) else 0
    return sum(3 + cell_len(word) for word in words[:number]) + more


def filter_words(wanted: Filter, currency: str) -> list[str]:
    """What the jobs must be like, in a few words each."""
    words = []
    if wanted.text.strip():
        words.append(f"“{visible(wanted.text.strip())}”")
    if wanted.cleaning_type is not None:
        words.append(wanted.cleaning_type.label)
    if wanted.min_price is not None and wanted.max_price is not None:
        words.append(f"{show_price(wanted.min_price, currency)} to {show_price(wanted.max_price, currency)}")
    elif wanted.min_price is not None:
        words.append(f"from {show_price(wanted.min_price, currency)}")
    elif wanted.max_price is not None:
        words.append(f"up to {show_price(wanted.max_price, currency)}")
    if wanted.area:
        words.append(f"in {visible(wanted.area)}")
    if wanted.starts_from is not None:
        words.append(f"starts from {show_when(wanted.starts_from)}")
    if wanted.starts_until is not None:
        words.append(f"starts before {show_when(wanted.starts_until)}")
    if wanted.owner is not None:
        words.append(f"by @{wanted.owner}" if wanted.owner != MYSELF else "by you")
    if wanted.booking is not None:
        words.append(wanted.booking.label)
    if wanted.free_only:
        words.append("when you are free")
    return words


def nothing_there(wanted: Filter, currency: str, *, may_fill: bool) -> Content:
    """What stands in place of an empty list."""
    if not wanted.is_empty:
        return Content.assemble(
            "Nothing fits ", (", ".join(filter_words(wanted, currency)), "bold"), ".\n\n",
            ("Esc", "bold"), " drops what is in force, ", ("/", "bold"), " searches for something else.",
        )  # fmt: skip
    samples = " or fill the market with samples: " if may_fill else ""
    return Content.assemble(
        "No open jobs yet.\n\n", ("n", "bold"), " posts the first one", "," if samples else ".", samples,
        ("S" if samples else "", "bold"),
    )  # fmt: skip
