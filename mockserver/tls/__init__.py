"""TLS as it should be, and wrong in exactly one way: certificates, contexts, who is let in."""
