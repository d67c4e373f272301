"""Runs for others to read: Every Eval Ever, Hugging Face, CSV and Parquet."""
