"""The results model, and its renderings."""
