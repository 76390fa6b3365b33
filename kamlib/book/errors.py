"""The one exception a user of a book meets."""


class BookError(Exception):
    """A source cannot be read as a book. The message says where, how many, examples, and what to do."""
