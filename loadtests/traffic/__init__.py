"""What is asked, and when: the schedule of arrivals, and the words of each (faker)."""
