"""Values as people and programs read them: functions from findings and plans to text, JSON and more."""
