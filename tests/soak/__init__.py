"""Long runs, started by hand: a soak of thousands of submissions, and kills at random moments."""
