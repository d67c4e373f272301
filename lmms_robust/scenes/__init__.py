"""The embedded benchmark `scenes`: procedural pictures, their scene graphs, questions and statements."""
