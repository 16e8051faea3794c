"""The fake Pawa AI API: healthy like the real one, and on command like it on its worst day."""
