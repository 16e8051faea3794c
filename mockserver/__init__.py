"""The fake Pawa AI API: healthy like the real one and, on command, like the real one on a bad day."""
