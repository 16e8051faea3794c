"""How fast the mock is beside a bare aiohttp server that gives the same bytes."""
