"""What an operator's Prometheus reads: counted as plain numbers, made into samples at a scrape."""
