"""Executed notebooks as offline pages."""
