"""Parts of ``train_tiny_model.py``: from procedural scenes to a small vision-language model."""
