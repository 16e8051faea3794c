"""The Pawa AI resources: one module each, from request facts to an answer."""
