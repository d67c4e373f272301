"""Harness models that continue a trailing assistant message instead of closing it."""
