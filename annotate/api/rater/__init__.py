"""What a rater's screen calls. Blind by construction: serializers list their fields."""
