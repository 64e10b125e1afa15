"""Words in which letters have changed places: too few trigrams are left for the database to see what they are like."""

from __future__ import annotations

from phresh_tui.database.session import Session

# characters of a search that is looked at
MOST = 200


async def put_in_order(session: Session, text: str) -> str | None:
    """The words with letters put back in their places, as jobs have them; None when no such word is known."""
    if not 0 < len(text) <= MOST:
        return None
    normal = await session.fetch_value("select public.normal_text($1)", text)
    words = normal.split()
    meant = {word: [word, *variants(word)] for word in words if len(word) > 2}
    rows = await session.fetch(
        "select distinct word from public.words where word = any ($1)",
        [word for among in meant.values() for word in among],
    )
    known = {row["word"] for row in rows}
    better = " ".join(next((like for like in meant.get(word, ()) if like in known), word) for word in words)
    return better if better != normal else None


def variants(word: str) -> list[str]:
    """The word with two letters beside each other in the other order, one such pair at a time."""
    pairs = ((word[:at], word[at : at + 2], word[at + 2 :]) for at in range(len(word) - 1))
    return [begin + pair[::-1] + end for begin, pair, end in pairs if pair != pair[::-1]]
