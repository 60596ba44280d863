"""Money: tokens and where they go, gifts, plans and what they include, what is bought."""
