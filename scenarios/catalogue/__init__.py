"""The rows and their scenarios, one module per group."""
