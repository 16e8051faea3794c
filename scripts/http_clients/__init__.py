"""What real HTTP clients report when they meet each fault."""
