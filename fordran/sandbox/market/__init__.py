"""A market that behaves: customers who pay or do not, clerks who book and mend, all by a seed."""
