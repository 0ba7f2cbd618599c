"""The ends of the lab, one file each: what is wrong (or not) with one simulated firewall."""
