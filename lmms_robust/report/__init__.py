"""Sample logs -> records -> tables."""
