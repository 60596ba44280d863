"""What the measurements are made of: processes, a town on the local Discord, phases, the printed report."""
