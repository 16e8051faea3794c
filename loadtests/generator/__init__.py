"""The Locust side: who makes the calls on time. Only Locust's own processes import this room."""
