"""What a user would otherwise run, against what we run. `make bench` runs every module of this folder."""
