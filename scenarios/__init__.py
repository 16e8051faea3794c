"""Judges any Pawa AI client from what was seen on the wire."""
