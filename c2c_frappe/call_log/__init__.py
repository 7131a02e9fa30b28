"""The row: PBX Call Log is written, found and counted here, and nowhere else."""
