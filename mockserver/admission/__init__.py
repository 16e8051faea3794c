"""What may refuse a request: keys, rate limits, budgets."""
