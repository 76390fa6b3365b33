"""Reports that stand: read, listed, compared."""
