"""Which column of a raw table is which of ours."""
