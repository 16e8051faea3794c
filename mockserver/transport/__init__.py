"""Connections and bytes: who came, what came in, and the one writer of what goes out."""
