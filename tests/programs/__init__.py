"""Ordinary functions, grouped by what they try; each is checked in every mode by the harness."""
