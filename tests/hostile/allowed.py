"""What each may read and call; everything else has to be refused."""

from __future__ import annotations

from tests.hostile.private import PRIVATE

MAY_READ = {
    "stranger": {"cleanings", "members", "market_settings", "schema_migrations", "moves", "words", *PRIVATE},
    "guest": {"market_settings", "schema_migrations"},
    "nobody": set[str](),
}
# what members may call and change something with: attacked with values of calls.py
MOVES = {
    "post_cleaning",
    "edit_cleaning",
    "cancel_cleaning",
    "claim_cleaning",
    "release_cleaning",
    "finish_cleaning",
    "confirm_cleaning",
    "send_back_cleaning",
    "undo_move",
    "make_offer",
    "withdraw_offer",
    "accept_offer",
    "decline_offer",
    "review_cleaning",
    "report_no_show",
    "set_private_details",
    "set_profile",
    "mark_read",
    "mark_all_read",
}
# what the policies ask; each says of the caller alone
SIGHT = {"sees_offer", "sees_details", "sees_profile", "sees_event", "sees_review"}
MAY_CALL = {
    "stranger": {
        *MOVES,
        "normal_text",
        "search_words",
        "long_words",
        "corrected_text",
        "state_now",
        "member_statistics",
        *SIGHT,
    },
    "guest": {"sign_up"},
    "nobody": set[str](),
}
