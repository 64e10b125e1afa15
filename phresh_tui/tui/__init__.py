"""The screens. They speak to the database modules only, and never to PostgreSQL itself."""

import os

# Textual paints on a clock, and reads its rate when it is imported. At 60 a second a key waits up to 17 ms for the next
# stroke; what is painted is the same, for nothing is painted that did not change.
os.environ.setdefault("TEXTUAL_FPS", "240")
