"""Cells as they stand -> typed values, as DuckDB expressions."""
