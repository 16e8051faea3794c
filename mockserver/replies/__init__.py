"""What a healthy model answers: text, tokens, vectors."""
