"""Where the styles are that are not needed for the first screen."""

from pathlib import Path

# as the CSS_PATH of a screen: Textual reads it when the first of those screens opens
PLACES = Path(__file__).with_name("places.tcss")
