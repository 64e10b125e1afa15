"""What the papers say is what the code does: each test here has a planted fault that it has to find."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from phresh_tui.cli.commands import COMMANDS
from phresh_tui.cli.parser import make_parser
from phresh_tui.database.errors import REFUSALS
from phresh_tui.settings import Settings, alias_of
from phresh_tui.tui.actions import ACTIONS
from scripts import docs_tables
from tests.docs.sql_examples import sections_in

ROOT = Path(__file__).parents[2]
PAPERS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS_PAGE, CONFIGURATION = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("commands", "configuration")
)
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
papers = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)


def code_in(text: str) -> Iterator[str]:
    """Every piece of code of a page: indented and fenced lines, and what stands between backticks."""
    prose = []
    for line in text.splitlines():
        if line.startswith("    "):
            yield line.strip()
        else:
            prose.append(line)
    # a piece may go on in the next line
    for found in re.findall(r"`([^`]+)`", "\n".join(prose)):
        yield found.replace("\n", " ")


def commands_in(text: str) -> list[list[str]]:
    """The arguments of every ``phresh ...`` and ``make run ARGS="..."`` of a page."""
    found = []
    for code in code_in(text):
        code = code.split("  #")[0]
        if inner := re.search(r"\$\((phresh [^)]*)\)", code):
            found.append(shlex.split(inner[1])[1:])
        elif re.match(r"phresh( |$)", code):
            # "or: phresh db up" stands in remarks, and a redirection is the shell's
            found.append(shlex.split(re.split(r" [|>] ", code)[0])[1:])
        elif inner := re.match(r'make run ARGS="([^"]*)"', code):
            found.append(shlex.split(inner[1]))
    return found


def parses(arguments: list[str]) -> bool:
    """Whether the real parser takes them, with the words in capitals filled in."""
    samples = {"ID": "1", "N": "10", "HANDLE": "ada", "NAME": "currency", "VALUE": "EUR"}
    try:
        make_parser().parse_args([samples.get(word, word) for word in arguments])
    except SystemExit as end:
        return end.code == 0
    return True


def anchors_in(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links_in(text: str) -> list[str]:
    """Where the links and the pictures of a page lead."""
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'\b(?:src|srcset)="([^"]+)"', text)


def broken_links(paper: Path, text: str) -> list[str]:
    """The links of a page that lead nowhere; addresses elsewhere are not looked at."""
    broken = []
    for link in links_in(text):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        there = (paper.parent / name).resolve() if name else paper
        page = text if there == paper else there.read_text(encoding="utf-8") if there.is_file() else None
        if page is None or (anchor and anchor not in anchors_in(page)):
            broken.append(link)
    return broken


def modules_listed(text: str) -> list[str]:
    """The files in the list of modules."""
    return re.findall(r"^\| `(phresh_tui/[^`]+)` \|", text, re.MULTILINE)


def modules_there() -> list[str]:
    return sorted(
        str(file.relative_to(ROOT))
        for file in (ROOT / "phresh_tui").rglob("*")
        if file.suffix in (".py", ".tcss") and "_migrations" not in file.parts
    )


def speeds_of_no_source(text: str) -> list[str]:
    """Times and amounts of memory that neither `make bench` has printed nor the code is set to."""
    written_by_hand = re.sub(r"<!-- table: .*?<!-- end -->", "", text, flags=re.DOTALL)
    constants = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "phresh_tui").rglob("*.py"))
    set_to = {
        float(number)
        for line in re.findall(r"^[A-Z_, ]+ = (.+)$", constants, re.MULTILINE)
        for number in re.findall(r"\d+(?:\.\d+)?", line)
    }
    return [
        figure
        for figure, number in re.findall(r"((\d+(?:\.\d+)?) ?(?:ms|milliseconds|MB of memory))\b", written_by_hand)
        if float(number) / 1000 not in set_to
    ]


@papers
def test_a_figure_of_speed_is_one_that_was_printed_or_is_set(paper: Path) -> None:
    assert speeds_of_no_source(paper.read_text(encoding="utf-8")) == []


def test_a_figure_of_nobody_is_found() -> None:
    assert speeds_of_no_source("says so after 80 ms, in 13.7 ms and 77 milliseconds") == ["13.7 ms", "77 milliseconds"]


def test_the_tables_of_the_papers_are_those_of_the_code() -> None:
    pages = [page.read_text(encoding="utf-8") for page in docs_tables.PAGES]
    for page in pages:
        assert docs_tables.filled(page) == page, "make docs-images rewrites them"
    assert sorted(re.findall(r"<!-- table: ([a-z ]+) -->", "".join(pages))) == sorted(docs_tables.TABLES)


def test_every_action_has_its_line_among_the_keys() -> None:
    keys = docs_tables.keys().splitlines()[2:]
    assert len(keys) == len(ACTIONS)
    for action in ACTIONS:
        assert any(
            f"{action.help} | `{action.binding_id}`" in line and docs_tables.PLACES[action.where] in line
            for line in keys
        )


def test_every_setting_has_its_line_and_the_template_has_its_name() -> None:
    names = [alias_of(field) for field in Settings.model_fields]
    assert re.findall(r"^\| `([A-Z_]+)` \|", CONFIGURATION, re.MULTILINE) == names
    template = (ROOT / ".env.template").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^([A-Z_]+)=", template, re.MULTILINE)) == sorted(names)


def test_a_table_that_is_out_of_date_is_found() -> None:
    keys = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    for page, right, wrong in (
        (keys, "| `c` |", "| `C` |"),
        (CONFIGURATION, "| `localhost` |", "| `db` |"),
        (COMMANDS_PAGE, "| 5 |", "| 55 |"),
    ):
        assert page.replace(right, wrong) != page
        assert docs_tables.filled(page.replace(right, wrong)) == page


@papers
def test_every_command_that_is_named_is_one(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    wrong = [arguments for arguments in commands_in(text) if not parses(arguments)]
    assert wrong == []


def test_the_pages_name_every_command() -> None:
    named = [" ".join(arguments) for paper in PAPERS for arguments in commands_in(paper.read_text(encoding="utf-8"))]
    for command in COMMANDS:
        words = " ".join(word for word in command.words.split() if word.islower())
        # who writes migrations finds it in the help
        assert words == "db new" or any(name.startswith(words) or f" {words} " in f" {name} " for name in named), words


def test_a_command_that_is_none_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    page = (
        '`phresh jobs`, `phresh\nboil`\n\n    phresh claim --force 1\n\n`make run ARGS="sample many"` $(phresh db url)'
    )
    assert [arguments for arguments in commands_in(page) if not parses(arguments)] == [
        ["claim", "--force", "1"],
        ["boil"],
        ["sample", "many"],
    ]
    assert "invalid choice" in capsys.readouterr().err


@papers
def test_every_make_target_that_is_named_is_one(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {code.split()[1] for code in code_in(paper.read_text(encoding="utf-8")) if code.startswith("make ")}
    assert named <= targets


@papers
def test_every_link_and_picture_is_there(paper: Path) -> None:
    assert broken_links(paper, paper.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_found() -> None:
    page = (
        "# One two\n[a](#one-two) [b](#three) [c](docs/nothing.md) ![d](docs/images/nothing.svg) [e](LICENSE) "
        '<img src="f.svg">'
    )
    assert broken_links(ROOT / "README.md", page) == ["#three", "docs/nothing.md", "docs/images/nothing.svg", "f.svg"]


def test_every_module_has_its_line_in_the_design_and_every_line_its_module() -> None:
    assert sorted(modules_listed(DESIGN)) == modules_there()


def test_a_line_without_a_module_is_found() -> None:
    page = DESIGN.replace("`phresh_tui/logs.py`", "`phresh_tui/log.py`")
    assert set(modules_listed(page)) ^ set(modules_there()) == {"phresh_tui/log.py", "phresh_tui/logs.py"}


def test_other_files_that_the_papers_name_are_there() -> None:
    for paper in PAPERS:
        for code in code_in(paper.read_text(encoding="utf-8")):
            if re.fullmatch(r"(tests|scripts|benchmarks|docs)/[\w./]+", code):
                assert (ROOT / code).exists(), f"{paper.name}: {code}"
            if re.fullmatch(r"(market|database|tui|cli)/[\w./]+", code):
                assert (ROOT / "phresh_tui" / code).exists(), f"{paper.name}: {code}"


def test_every_refusal_of_the_migrations_has_its_line_in_the_design() -> None:
    migrations = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "db" / "migrations").glob("*.sql"))
    raised = set(re.findall(r"errcode = '(PH\d\d\d)'", migrations))
    assert set(re.findall(r"^\| (PH\d\d\d) \|", DESIGN, re.MULTILINE)) == raised
    # these carry a field, a handle, a price or jobs, and are made one by one
    assert raised - set(REFUSALS) == {"PH001", "PH003", "PH004", "PH013"}


def test_every_function_of_the_page_of_functions_has_its_place_in_the_design() -> None:
    page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    assert [section.name for section in sections_in(page) if f"`{section.name}`" not in DESIGN] == []


def test_the_pictures_lead_to_no_other_host() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.svg"))
    assert pictures
    for picture in pictures:
        addresses = set(re.findall(r"https?://[^\s\"'<)]+", picture.read_text(encoding="utf-8")))
        assert addresses == {"http://www.w3.org/2000/svg"}, picture.name


def test_the_papers_name_no_folder_of_a_machine() -> None:
    for paper in PAPERS:
        assert not re.search(r"/(home|root|work|Users)/\w", paper.read_text(encoding="utf-8")), paper.name
