"""The form for one's own profile."""

from __future__ import annotations

from uuid import UUID

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Label, TextArea

from phresh_tui.database import people
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.record import Profile
from phresh_tui.tui.screens.dialog import FormDialog


class EditProfile(FormDialog):
    """Four lines and a text; what is wrong is said below them, and nothing that was typed is lost."""

    TITLE_TEXT = "Your profile"
    SENDS = "saves it"
    FIELDS = (
        ("name", "Name", "as you want to be called"),
        ("areas", "Areas", "where you work"),
        ("phone", "Phone", "only for the other party of a claimed job"),
        ("email", "Email", "only for the other party of a claimed job"),
    )
    COLUMNS = {field: f"profile-{field}" for field in ("name", "areas", "phone", "email", "bio")}

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._stored = profile

    def fields(self) -> ComposeResult:
        """Two of them are private, which is said beside them."""
        for field, label, hint in self.FIELDS:
            yield Label(Content.assemble((label, "bold"), (f"  {hint}", "$text-muted")))
            yield Input(getattr(self._stored, field) or "", id=f"profile-{field}", compact=True)
        yield Label(Content.assemble(("About you", "bold"), ("  everybody can read it", "$text-muted")))
        yield TextArea(self._stored.bio, id="profile-bio", tab_behavior="focus", compact=True)

    @property
    def _key(self) -> tuple[str, int]:
        return type(self).__name__, 0

    def on_input_submitted(self) -> None:
        """Enter goes to the next field."""
        self.focus_next()

    def action_send(self) -> None:
        """Saves it as it stands."""
        typed = self.typed()
        texts = {field: typed[f"profile-{field}"].strip() for field, *_ in self.FIELDS}
        texts["bio"] = typed["profile-bio"].rstrip()
        app, session = self.phresh, self.phresh.session
        assert session is not None

        async def save(request: UUID) -> None:
            await people.set_profile(session, request, **texts)

        async def call() -> None:
            await app.moves.make("The change of your profile", save)
            app.tell("Your profile is changed.")
            app.look_again()

        async def why_not(error: PhreshError) -> str:
            return f"Not saved: {error}"

        self.send(call, why_not)
