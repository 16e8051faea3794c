"""The OpenAPI 3.1 documents: of the Pawa AI API as a sandbox speaks it, and of the control API."""
