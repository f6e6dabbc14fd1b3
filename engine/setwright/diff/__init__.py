"""What is different: between two configurations, and between two contents."""
