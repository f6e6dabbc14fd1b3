"""Pictures to try setwright on, drawn rather than shipped: parties with balloons, under many skies."""
