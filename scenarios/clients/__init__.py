"""The client protocol, and the ways in: process, Python host, HTTP application."""
