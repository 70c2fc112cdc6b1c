"""What managers' pages and programs call."""
