"""Configuration files: read, explained, described for editors, and followed while they change."""
