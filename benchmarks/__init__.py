"""What is measured: always as a ratio against a peer or a floor in the same run, never as a test."""
