"""The screens, driven by real key presses against a real PostgreSQL."""
