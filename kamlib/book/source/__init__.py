"""A source of any kind -> parts: raw tables, one for each file, sheet or frame."""
