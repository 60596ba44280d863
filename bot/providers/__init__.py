"""What we ask of the outside: language models, token counts, prices, and which of them speaks."""
