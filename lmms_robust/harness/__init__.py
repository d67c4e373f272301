"""The only importers of the harnesses: registration, task functions, task files, and reading them back."""
