"""The main job as a story: told over HTTP by its people, noted on a scorecard."""
