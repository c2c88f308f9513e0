"""The log, told again: what was known before each decision, and what today's code decides from it."""
