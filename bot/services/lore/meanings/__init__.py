"""What entries mean: cut into pieces, learnt by an embedding model, and compared with what was said."""
