"""The control API under ``/_mock``: its calls, who may make them, and a client for them."""
