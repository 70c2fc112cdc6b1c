"""Scores of responses and policies from comparisons and rankings. Arrays in, arrays out."""
