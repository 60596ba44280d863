"""Files of every format, built here, and what is wrong with the bad ones."""
