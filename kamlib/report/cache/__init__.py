"""Results kept by what they were made from, and what makes a report stand as it is."""
