"""phresh: a marketplace for cleaning jobs that lives in the terminal."""

__version__ = "0.1.0"
