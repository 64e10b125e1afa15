"""What makes the pictures and tables of the papers, and the environment that make uses."""
