"""Pure: figures, time series, rows and targets, made of the schedule and of what was seen."""
