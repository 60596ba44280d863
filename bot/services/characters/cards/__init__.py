"""Character cards as files: taking them apart safely, reading what they say, writing them again."""
