"""Cohortbook's assistant: weekly prompts, private reflections and cited answers, where a cohort already talks."""

__version__ = "0.1.0"
