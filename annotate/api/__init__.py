"""The HTTP surface: thin views over actions and queries."""
