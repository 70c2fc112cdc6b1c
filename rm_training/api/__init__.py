"""The learning side's endpoints: thin views over its actions and queries. Never imports torch."""
