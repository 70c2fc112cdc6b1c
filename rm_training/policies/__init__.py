"""Where responses come from: policies push them through the API."""
