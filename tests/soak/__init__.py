"""Long runs by hand: a soak of thousands of submissions, and kills at random moments."""
