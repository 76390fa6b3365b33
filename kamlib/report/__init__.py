"""From executed notebooks to a folder of offline pages."""
