"""Trials on real processes and real disks: kills, power cuts, full disks, rot, standstill, bad lines, races."""
